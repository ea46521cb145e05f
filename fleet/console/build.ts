import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(import.meta.dirname, "dist");
const BUNDLE = fileURLToPath(new URL("bundle.ts", import.meta.url));
const BUNDLE_WITHIN_MS = 300_000;

/** Everything the built page depends on: its own sources, the modules it shares with the servers, exact versions. */
const SOURCES = [
  "fleet/console/index.html",
  "fleet/console/{build,bundle,vite.config}.ts",
  "fleet/console/src/**/*",
  "fleet/api/{schemas,charging-schemas}.ts",
  "fleet/charging/statuses.ts",
  "edge/{kernel,wire}/*.ts",
  "package-lock.json",
];

/**
 * Builds the console into `fleet/console/dist` unless what lies there was built from the same sources.
 *
 * @returns whether it was built now, and the folder to serve.
 * @throws Error with Vite's own words where it refuses the sources, or is not installed and `dist` is out of date.
 */
export async function buildConsole(): Promise<{ readonly folder: string; readonly isBuiltNow: boolean }> {
  const digest = await digestSources();
  const stamp = await readFile(join(DIST, "stamp"), "utf8").catch(() => undefined);
  if (stamp === digest) return { folder: DIST, isBuiltNow: false };
  // A process of its own: the bundler keeps hundreds of megabytes, and decides by its environment whether the page is
  // made for development, which must not depend on who asks for it.
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [BUNDLE, digest], { cwd: ROOT, env, timeout: BUNDLE_WITHIN_MS });
  return { folder: DIST, isBuiltNow: true };
}

async function digestSources(): Promise<string> {
  const hash = createHash("sha256");
  const paths: string[] = [];
  for await (const entry of glob(SOURCES, { cwd: ROOT, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.endsWith(".test.ts")) paths.push(join(entry.parentPath, entry.name));
  }
  for (const path of paths.toSorted()) {
    hash
      .update(path.slice(ROOT.length))
      .update("\0")
      .update(await readFile(path))
      .update("\0");
  }
  return hash.digest("hex");
}

if (import.meta.main) {
  const { folder, isBuiltNow } = await buildConsole();
  process.stdout.write(`${isBuiltNow ? "built" : "up to date"}: ${folder}\n`);
}
