import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asError } from "@outpost/kernel/thrown.ts";
import { InvalidArgumentError } from "commander";

/** Runs `use` in a fresh folder, which is removed afterwards. */
export async function inTemporaryFolder<T>(name: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), `outpost-${name}-`));
  try {
    // The embedded database runs under an account of its own, which must get through.
    await chmod(directory, 0o755);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The body of a measuring script: its status is 0 where `measure` says that every stated bound was kept, and 1 where it
 * does not, or fails; the reason is one line on stderr.
 */
export async function runScript(measure: () => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await measure()) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${asError(error).message}\n`);
    process.exitCode = 1;
  }
}

/** Parses an option of commander's. @throws InvalidArgumentError where it is not a whole number above 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It takes a whole number above 0.");
  return value;
}
