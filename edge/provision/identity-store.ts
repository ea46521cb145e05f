import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import type { z } from "zod";

import { ProvisionError } from "./errors.ts";
import { candidate, decommissioned, identity, type Candidate, type Decommissioned, type Identity } from "./identity.ts";

const MAX_BYTES = 256 * 1024;

/** What the identity's folder holds. */
export interface Stored {
  readonly identity: Identity | undefined;
  readonly candidate: Candidate | undefined;
  readonly decommissioned: Decommissioned | undefined;
  /** Why the identity cannot be read although there is one. */
  readonly damage: string | undefined;
}

/**
 * The identity on disk, each part one file of mode 0600, replaced whole. Whatever step a power cut falls on, the old
 * identity stands until the new one does.
 */
export class IdentityStore {
  readonly #folder: string;

  /** @param stateDirectory  the gateway's. */
  constructor(stateDirectory: string) {
    this.#folder = join(stateDirectory, "identity");
  }

  get folder(): string {
    return this.#folder;
  }

  /** Never throws: what cannot be read is damage, which a claim mends. */
  async load(): Promise<Stored> {
    const [current, next, ended] = await Promise.all([
      this.#read("identity.json", identity),
      this.#read("candidate.json", candidate),
      this.#read("decommissioned.json", decommissioned),
    ]);
    const damage = current !== undefined && "damage" in current ? current.damage : undefined;
    return { identity: valueOf(current), candidate: valueOf(next), decommissioned: valueOf(ended), damage };
  }

  /** @throws ProvisionError `provision/store`, as do the others that write. */
  async saveCandidate(next: Candidate): Promise<void> {
    await this.#write("candidate.json", next);
  }

  async dropCandidate(): Promise<void> {
    await this.#remove("candidate.json");
  }

  /** The new identity stands first; then its traces as a candidate go. */
  async saveIdentity(next: Identity): Promise<void> {
    await this.#write("identity.json", next);
    await this.#remove("candidate.json");
  }

  async saveDecommissioned(ended: Decommissioned): Promise<void> {
    await this.#write("decommissioned.json", ended);
  }

  async #read<T>(name: string, schema: z.ZodType<T>): Promise<{ value: T } | { damage: string } | undefined> {
    try {
      const bytes = await readFile(join(this.#folder, name));
      if (bytes.length > MAX_BYTES) return { damage: `${name} is too large` };
      const parsed = schema.safeParse(JSON.parse(bytes.toString("utf8")));
      return parsed.success ? { value: parsed.data } : { damage: `${name} has another shape` };
    } catch (error) {
      return errorCode(error) === "ENOENT" ? undefined : { damage: `${name}: ${asError(error).message}` };
    }
  }

  async #write(name: string, content: object): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await replaceFile(join(this.#folder, name), JSON.stringify(content));
    } catch (error) {
      throw new ProvisionError("provision/store", `${name}: ${asError(error).message}`, { cause: error });
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await rm(join(this.#folder, name), { force: true });
    } catch (error) {
      throw new ProvisionError("provision/store", `${name}: ${asError(error).message}`, { cause: error });
    }
  }
}

function valueOf<T>(read: { value: T } | { damage: string } | undefined): T | undefined {
  return read !== undefined && "value" in read ? read.value : undefined;
}
