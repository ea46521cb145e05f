import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { build } from "vite";

const [, , folder, digest] = process.argv;
if (folder === undefined || digest === undefined) {
  throw new Error("started by build-page.ts, with the page's folder and the digest of its sources");
}
const HERE = folder;
const DIST = join(HERE, "dist");

/**
 * Bundles a page into its `dist`, with the digest of its sources as its stamp.
 *
 * Two at once are safe: files carry a digest in their name, `index.html`, which names them, comes after them, and the
 * stamp last.
 */
async function bundle(stamp: string): Promise<void> {
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
  await place("stamp", stamp);
  await removeAllBut(names);
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

await bundle(digest);
