import { buildPage } from "../../.toolchain/build-page.ts";

/** Everything the built console depends on: its own sources, the modules it shares with the servers. */
const SOURCES = [
  "fleet/console/index.html",
  "fleet/console/{build,vite.config}.ts",
  "fleet/console/src/**/*",
  "fleet/api/{schemas,charging-schemas,desired-schemas}.ts",
  "fleet/charging/statuses.ts",
  "fleet/desired/standings.ts",
  "edge/{kernel,wire}/*.ts",
];

/**
 * Builds the console into `fleet/console/dist` unless what lies there was built from the same sources.
 *
 * @returns whether it was built now, and the folder to serve.
 * @throws Error with Vite's own words where it refuses the sources, or is not installed and `dist` is out of date.
 */
export async function buildConsole(): Promise<{ readonly folder: string; readonly isBuiltNow: boolean }> {
  return await buildPage({ folder: import.meta.dirname, sources: SOURCES });
}

if (import.meta.main) {
  const { folder, isBuiltNow } = await buildConsole();
  process.stdout.write(`${isBuiltNow ? "built" : "up to date"}: ${folder}\n`);
}
