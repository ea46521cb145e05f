import { hash, randomBytes } from "node:crypto";

import { z } from "zod";

import type { DeviceDeps } from "../../adapter.ts";
import { parseJson } from "../protocol/raw.ts";

/** The device's memory keeps drawn passwords here. */
const PASSWORD_ROW = "passwords";
/** As many as an AuthorizationKey of 1.6 may have. */
const PASSWORD_BYTES = 20;

const row = z.object({
  /** Of which key in the site file they took the place: whoever writes another there means that one. */
  inPlaceOf: z.string(),
  own: z.string(),
  next: z.string().optional(),
});
type Drawn = z.infer<typeof row>;

/**
 * The password of one charge point: the site file's, until we have drawn another. While nobody knows whether the station
 * has taken the new one, both are right: a station that nobody lets in would have to be driven to.
 *
 * @see OCPP 1.6 security whitepaper edition 3, section 3.1; OCPP 2.0.1 part 2, A01
 */
export class Passwords {
  readonly #memory: DeviceDeps["memory"];
  readonly #fromFile: string;
  #drawn: Drawn;

  constructor(fromFile: string, memory: DeviceDeps["memory"]) {
    this.#memory = memory;
    this.#fromFile = digest(fromFile);
    const kept = row.safeParse(parseJson(memory.rows.get(PASSWORD_ROW) ?? "null")).data;
    this.#drawn = kept?.inPlaceOf === this.#fromFile ? kept : { inPlaceOf: this.#fromFile, own: fromFile };
  }

  get own(): string {
    return this.#drawn.own;
  }

  /** The one that the station may have taken; undefined where there is none. */
  get next(): string | undefined {
    return this.#drawn.next;
  }

  /**
   * Draws a new one, written down before anybody is told it; or the one again that the station may have taken already, for
   * that must stay right. Rejects where the disk does not take it.
   */
  async draw(): Promise<string> {
    if (this.#drawn.next !== undefined) return this.#drawn.next;
    const next = randomBytes(PASSWORD_BYTES).toString("hex");
    await this.#keep({ ...this.#drawn, next });
    return next;
  }

  /** The station does not take the new one. */
  async drop(): Promise<void> {
    const { inPlaceOf, own } = this.#drawn;
    await this.#keep({ inPlaceOf, own });
  }

  /** The station has shown that it has taken it: the older one is wrong from now on. */
  async take(): Promise<void> {
    const { inPlaceOf, next } = this.#drawn;
    if (next !== undefined) await this.#keep({ inPlaceOf, own: next });
  }

  async #keep(drawn: Drawn): Promise<void> {
    await this.#memory.save({ [PASSWORD_ROW]: JSON.stringify(drawn) });
    this.#drawn = drawn;
  }
}

function digest(key: string): string {
  return hash("sha256", key).slice(0, 16);
}
