import type { Command } from "commander";

import type { AuthoritySettings } from "../open-enrolment.ts";

/** What says which authority signs. */
export interface AuthorityOptions {
  readonly state: string;
  readonly passphraseFile?: string;
  readonly authorityChain?: string;
  readonly authorityKey?: string;
}

/** The options that every command knows which needs the authority. */
export function addAuthorityOptions(command: Command): Command {
  return command
    .option("--passphrase-file <file>", "opens the authority's key; made in the state folder where none is given")
    .option(
      "--authority-chain <file>",
      "sign with an intermediate of another authority: its chain (PEM) up to the root",
    )
    .option("--authority-key <file>", "and its key (PEM, PKCS#8), encrypted with the passphrase");
}

/** @throws Error where half of another authority was named. */
export function authorityOf(options: AuthorityOptions): AuthoritySettings {
  const { passphraseFile: file, authorityChain: chainFile, authorityKey: keyFile } = options;
  if ((chainFile === undefined) !== (keyFile === undefined)) {
    throw new Error("--authority-chain and --authority-key go together");
  }
  const foreign = chainFile === undefined || keyFile === undefined ? undefined : { chainFile, keyFile };
  return { passphrase: { passphrase: process.env["OUTPOST_KEY_PASSPHRASE"] || undefined, file }, foreign };
}
