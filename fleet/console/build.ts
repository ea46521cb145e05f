import { createHash } from "node:crypto";
import { glob, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const HERE = import.meta.dirname;
const ROOT = join(HERE, "../..");
const DIST = join(HERE, "dist");
const STAMP = join(DIST, "stamp");

/** Everything the built page depends on: its own sources, the modules it shares with the servers, exact versions. */
const SOURCES = [
  "fleet/console/index.html",
  "fleet/console/{build,vite.config}.ts",
  "fleet/console/src/**/*",
  "fleet/api/schemas/**/*.ts",
  "fleet/api/*.ts",
  "edge/{kernel,wire}/*.ts",
  "package-lock.json",
];

/**
 * Builds the console into `fleet/console/dist` unless what lies there was built from the same sources.
 *
 * Two builds at once are safe: files carry a digest in their name, and `index.html`, which names them, comes last.
 *
 * @returns whether it was built now, and the folder to serve.
 * @throws Error where Vite refuses the sources, or is not installed and `dist` is out of date.
 */
export async function buildConsole(): Promise<{ readonly folder: string; readonly isBuiltNow: boolean }> {
  const digest = await digestSources();
  const stamp = await readFile(STAMP, "utf8").catch(() => undefined);
  if (stamp === digest) return { folder: DIST, isBuiltNow: false };

  // Loaded here, so that a machine which carries a finished build needs no bundler.
  const { build } = await import("vite");
  const output = await build({
    root: HERE,
    configFile: join(HERE, "vite.config.ts"),
    logLevel: "error",
    build: { write: false },
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("Vite gave no single bundle");
  const names = new Set<string>(["stamp", "index.html"]);
  let page: string | undefined;
  for (const file of output.output) {
    const content = file.type === "chunk" ? file.code : file.source;
    if (file.fileName === "index.html") page = String(content);
    else await place(file.fileName, content);
    names.add(file.fileName);
  }
  if (page === undefined) throw new Error("Vite gave no index.html");
  await place("index.html", page);
  await place("stamp", digest);
  await removeAllBut(names);
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

/** Writes a file so that a reader sees all of it or the one before. */
async function place(name: string, content: string | Uint8Array): Promise<void> {
  const path = join(DIST, name);
  const unfinished = `${path}.unfinished-${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

async function removeAllBut(names: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    // Another build may be writing at this moment.
    const isKept = names.has(path.slice(DIST.length + 1)) || entry.name.includes(".unfinished-");
    if (entry.isFile() && !isKept) await rm(path, { force: true });
  }
}

if (import.meta.main) {
  const { folder, isBuiltNow } = await buildConsole();
  process.stdout.write(`${isBuiltNow ? "built" : "up to date"}: ${folder}\n`);
}
