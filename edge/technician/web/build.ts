import { buildPage } from "../../../.toolchain/build-page.ts";

/** Everything the built page depends on: its own sources, and what it shares with the gateway. */
const SOURCES = [
  "edge/technician/web/index.html",
  "edge/technician/web/{build,vite.config}.ts",
  "edge/technician/web/src/**/*",
  "edge/technician/words/*.ts",
  "edge/technician/catalogue.ts",
  "edge/technician/server/views.ts",
  "edge/technician/report/report-content.ts",
  "edge/wire/*.ts",
];

/**
 * Builds the technician's page into `edge/technician/web/dist` unless what lies there was built from the same sources.
 *
 * @returns whether it was built now, and the folder to serve.
 * @throws Error with Vite's own words where it refuses the sources, or is not installed and `dist` is out of date.
 */
export async function buildTechnicianPage(): Promise<{ readonly folder: string; readonly isBuiltNow: boolean }> {
  return await buildPage({ folder: import.meta.dirname, sources: SOURCES });
}

if (import.meta.main) {
  const { folder, isBuiltNow } = await buildTechnicianPage();
  process.stdout.write(`${isBuiltNow ? "built" : "up to date"}: ${folder}\n`);
}
