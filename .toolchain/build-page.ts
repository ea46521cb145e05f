import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const BUNDLE = fileURLToPath(new URL("bundle-page.ts", import.meta.url));
const BUNDLE_WITHIN_MS = 300_000;
/** What every page's files depend on beside its own sources: how they are made, exact versions. */
const COMMON = [".toolchain/{build,bundle}-page.ts", "package-lock.json"];

/** A page that Vite builds: its folder holds `index.html` and `vite.config.ts`, and gets `dist`. */
export interface PageSources {
  readonly folder: string;
  /** Globs from the root of the repository: everything the built page depends on. */
  readonly sources: readonly string[];
}

/**
 * Builds a page into its `dist` unless what lies there was built from the same sources.
 *
 * @returns whether it was built now, and the folder to serve.
 * @throws Error with Vite's own words where it refuses the sources, or is not installed and `dist` is out of date.
 */
export async function buildPage(page: PageSources): Promise<{ readonly folder: string; readonly isBuiltNow: boolean }> {
  const folder = join(page.folder, "dist");
  const digest = await digestSources([...page.sources, ...COMMON]);
  const stamp = await readFile(join(folder, "stamp"), "utf8").catch(() => undefined);
  if (stamp === digest) return { folder, isBuiltNow: false };
  // A process of its own: the bundler keeps hundreds of megabytes, and decides by its environment whether the page is
  // made for development, which must not depend on who asks for it.
  const env = { ...process.env, NODE_ENV: "production" };
  const options = { cwd: ROOT, env, timeout: BUNDLE_WITHIN_MS };
  await promisify(execFile)(process.execPath, [BUNDLE, page.folder, digest], options);
  return { folder, isBuiltNow: true };
}

async function digestSources(sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  const paths: string[] = [];
  for await (const entry of glob(sources, { cwd: ROOT, withFileTypes: true })) {
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
