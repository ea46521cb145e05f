import { open, rename } from "node:fs/promises";
import { join } from "node:path";

/** The last accepted site file, kept beside the journal but not in it: it must outlive a broken journal. */
export function lastGoodPath(stateDirectory: string): string {
  return join(stateDirectory, "site.last-good.yaml");
}

/**
 * Keeps the text of an accepted site file. A power cut leaves the old copy or the new one, never half of one.
 *
 * @throws the file system's error; the caller goes on with what it has and says so.
 */
export async function saveLastGood(stateDirectory: string, text: string): Promise<void> {
  const path = lastGoodPath(stateDirectory);
  const beside = `${path}.new`;
  {
    await using file = await open(beside, "w", 0o600);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(beside, path);
  await using directory = await open(stateDirectory, "r");
  await directory.sync();
}
