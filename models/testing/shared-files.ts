import { existsSync } from "node:fs";
import { join } from "node:path";

/** The environment's name for the folder with third-party weights and labelled pictures, which no clone contains. */
const VARIABLE = "OUTPOST_SHARED";

/**
 * Says why tests on real weights must be skipped, for `describe.skipIf(...)`.
 *
 * @param paths  what the tests read, below the folder.
 * @returns      undefined where everything is here; the reason where the folder was not named.
 * @throws Error where it was named and a file is missing: then a skip would hide a fault.
 */
export function missingShared(...paths: readonly string[]): string | undefined {
  const folder = process.env[VARIABLE];
  if (folder === undefined || folder === "") return `${VARIABLE} names no folder with weights and pictures`;
  for (const path of paths) {
    if (!existsSync(join(folder, path))) throw new Error(`${VARIABLE} is set, but ${join(folder, path)} is missing`);
  }
  return undefined;
}

/** A file's full path below the folder. Only after `missingShared` has said that it is here. */
export function sharedFile(path: string): string {
  return join(process.env[VARIABLE] ?? "", path);
}
