import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import { EnrolError } from "../errors.ts";

/** Beside the database, where nothing else was said. */
const OWN_FILE = "key-passphrase";

export interface PassphraseSource {
  /** The passphrase itself, from the environment. */
  readonly passphrase: string | undefined;
  /** A file that holds it, for instance a secret of systemd or Docker. */
  readonly file: string | undefined;
  readonly stateDir: string;
}

/**
 * The passphrase that seals the authority's key. Where none is given one is made, in a file of the state folder that
 * only this account reads; that protects the database and its backups, not this machine.
 *
 * @throws EnrolError `enrol/passphrase`.
 */
export async function readPassphrase(source: PassphraseSource, log: Log): Promise<string> {
  if (source.passphrase !== undefined) return source.passphrase;
  const path = source.file ?? join(source.stateDir, OWN_FILE);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (source.file !== undefined || errorCode(error) !== "ENOENT") {
      throw new EnrolError("enrol/passphrase", `no passphrase in ${path}: ${asError(error).message}`, { cause: error });
    }
  }
  const made = randomBytes(24).toString("base64url");
  await mkdir(source.stateDir, { recursive: true });
  await replaceFile(path, `${made}\n`);
  log.warn("a passphrase for the authority's key was made; keep a copy apart from the backups", { path });
  return made;
}
