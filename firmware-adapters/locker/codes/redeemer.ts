import { createHash, createHmac, randomBytes } from "node:crypto";

import { errorCode } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps } from "../../adapter.ts";
import type { CommandOutcome, DeviceEvent } from "../../event.ts";
import { refusal, type Openings, type Refusal } from "../cabinet/openings.ts";
import type { Doors } from "../doors/doors.ts";
import type { Compartment } from "../settings.ts";
import { checkCode, type CodeVerdict } from "./check-code.ts";
import type { GenuineCode } from "./code-name.ts";
import { afterWrongCode, lockedForMs, lockoutFrom, lockoutRow, type Lockout } from "./lockout.ts";
import type { CodesSettings } from "./settings.ts";
import { MAX_TOKEN_CHARS } from "./signed-token.ts";
import { UsedCodes } from "./used-codes.ts";

const LOCKOUT_ROW = "lockout";
const REFERENCE_CHARS = 8;
/** Codes judged at the same time: a keypad has one, a scanner another. */
const MAX_AT_ONCE = 4;

export interface RedeemerDeps extends Pick<DeviceDeps, "clock" | "log" | "commit" | "publish" | "memory"> {
  readonly doors: Doors;
  readonly openings: Openings;
  isOnline(): boolean;
}

/** What is known of a code that is to be used: its door, kept for it, and the mark by which people may speak of it. */
interface Redemption {
  readonly code: GenuineCode;
  readonly compartment: Compartment;
  readonly actor: string;
  readonly reference: string;
}

/**
 * Takes pick-up codes without an uplink. A code opens its door once: that it was used is on disk before the pulse goes
 * out, and a code whose use is on disk opens nothing, whatever happened in between.
 */
export class Redeemer {
  readonly #settings: CodesSettings;
  readonly #deps: RedeemerDeps;
  readonly #used: UsedCodes;
  readonly #markKey: Buffer;
  #lockout: Lockout | undefined;
  #judging = 0;

  constructor(settings: CodesSettings, deps: RedeemerDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#used = new UsedCodes(deps.memory);
    // Eight digits are soon tried out against a plain hash: the mark of a code needs a key of its own.
    const secret = settings.numeric?.secret;
    this.#markKey = secret === undefined ? randomBytes(32) : createHash("sha256").update(`mark\0${secret}`).digest();
  }

  /**
   * Redeems one code.
   *
   * @returns `done` with the compartment in its detail, `unconfirmed` where the code is used up and the door was not seen
   *          open, or `refused` with the reason.
   */
  async redeem(text: unknown, actor: string, signal: AbortSignal): Promise<CommandOutcome> {
    if (typeof text !== "string" || text.length < 1 || text.length > MAX_TOKEN_CHARS) {
      return refusal("bad-arguments", `code: a text of 1 to ${MAX_TOKEN_CHARS} characters`);
    }
    if (this.#judging >= MAX_AT_ONCE) return refusal("busy", "other codes are being looked at");
    this.#judging += 1;
    try {
      return await this.#judged(text.trim(), actor, signal);
    } finally {
      this.#judging -= 1;
    }
  }

  async #judged(text: string, actor: string, signal: AbortSignal): Promise<CommandOutcome> {
    const { memory, clock, doors } = this.#deps;
    const reference = this.#markOf(text);
    if (!memory.isRestored) return this.#refuse("not-committed", "which codes were used is not known yet", reference);
    const locked = this.#lockedOut(reference);
    if (locked !== undefined) return locked;
    const compartments = doors.compartments.map(({ id }) => id);
    const verdict = await checkCode(text, { settings: this.#settings, compartments }, clock.now());
    signal.throwIfAborted();
    // Others may have guessed wrong while this one was looked at.
    const lockedNow = this.#lockedOut(reference);
    if (lockedNow !== undefined) return lockedNow;
    if (verdict.kind !== "good") return await this.#notGood(verdict, reference);
    const { code } = verdict;
    if (this.#used.isUsed(code)) return this.#refuse("interlocked", "this code was used already", reference);
    const compartment = doors.compartments.find(({ id }) => id === code.compartment);
    if (compartment === undefined) return this.#refuse("interlocked", "no such compartment", reference);
    return await this.#use({ code, compartment, actor, reference }, signal);
  }

  async #use(redemption: Redemption, signal: AbortSignal): Promise<CommandOutcome> {
    const { doors, openings } = this.#deps;
    const { compartment, reference, actor } = redemption;
    // Whatever stands against opening is found before the code is used up.
    if (!this.#deps.isOnline()) return this.#refuse("device-offline", "the lock board does not answer", reference);
    if (doors.door(compartment.number).phase === "open") {
      return this.#refuse("interlocked", `compartment ${compartment.id} is open already`, reference);
    }
    const reserved = openings.reserve(compartment);
    if ("kind" in reserved) return this.#refuse(reserved.reason, reserved.detail, reference);
    using _ = reserved;
    const objection = await this.#useUp(redemption, signal);
    if (objection !== undefined) return objection;
    const order = { actor, reference };
    const outcome = await openings.openReserved({ compartment, order, priority: "command", maxPulses: 1 }, signal);
    if (outcome.kind !== "refused") return outcome;
    return refusal(
      outcome.reason,
      `${outcome.detail}; the code is used up: ask the operator to open ${compartment.id}`,
    );
  }

  /** @returns why the door must stay shut; undefined where the use of the code is on disk, now and for the first time. */
  async #useUp({ code, compartment, actor, reference }: Redemption, signal: AbortSignal): Promise<Refusal | undefined> {
    const { clock, doors } = this.#deps;
    const { wallMs, confidence } = clock.now();
    const rows = this.#used.rowsToUse(code, confidence === "doubtful" ? undefined : wallMs);
    if (rows === undefined) return this.#refuse("not-committed", "no more codes can be remembered", reference);
    const details = { ...doors.detailsOf(compartment), codeKind: code.kind, reference, actor };
    const accepted = doors.occurrence("code-accepted", details);
    try {
      const result = await this.#deps.commit({ key: `redeem ${code.id}`, events: [accepted], rows }, signal);
      return result === "committed" ? undefined : this.#refuse("interlocked", "this code was used already", reference);
    } catch (error) {
      signal.throwIfAborted();
      if (errorCode(error)?.startsWith("device/") !== true) throw error;
      return this.#refuse("not-committed", "that the code is used could not be written down", reference);
    }
  }

  async #notGood(verdict: Exclude<CodeVerdict, { kind: "good" }>, reference: string): Promise<Refusal> {
    switch (verdict.kind) {
      case "wrong":
        await this.#countWrong();
        return this.#refuse("bad-arguments", verdict.detail, reference);
      case "clock-doubtful":
        return this.#refuse("clock-not-confident", verdict.detail, reference);
      case "expired":
        return this.#refuse("expired", verdict.detail, reference);
      case "early":
      case "not-acceptable":
        return this.#refuse("interlocked", verdict.detail, reference);
    }
  }

  #lockedOut(reference: string): Refusal | undefined {
    const leftMs = lockedForMs(this.#lockoutNow(), this.#deps.clock.monotonicMs());
    if (leftMs <= 0) return undefined;
    return this.#refuse("interlocked", `locked out for ${Math.ceil(leftMs / 1_000)} s after wrong codes`, reference);
  }

  async #countWrong(): Promise<void> {
    const { clock, memory, log, doors } = this.#deps;
    const now = clock.now();
    const next = afterWrongCode(this.#lockoutNow(), now.monotonicMs);
    this.#lockout = next;
    const lockedMs = lockedForMs(next, now.monotonicMs);
    if (lockedMs > 0)
      this.#deps.publish(doors.occurrence("code-lockout", { wrong: next.wrong, lockedMs: Math.round(lockedMs) }));
    try {
      await memory.save({ [LOCKOUT_ROW]: lockoutRow(next, now) });
    } catch (error) {
      // It holds until the next restart all the same; and with such a disk no code opens anything.
      log.warn("a wrong code was not written down", { code: errorCode(error) ?? "unknown" });
    }
  }

  /** Read when it is first needed: the journal may not have been there when the device was opened. */
  #lockoutNow(): Lockout {
    const { memory, clock } = this.#deps;
    this.#lockout ??= lockoutFrom(memory.rows.get(LOCKOUT_ROW), clock.now());
    return this.#lockout;
  }

  #refuse(reason: Refusal["reason"], detail: string, reference: string): Refusal {
    const refused: DeviceEvent = this.#deps.doors.occurrence("code-refused", { reason, detail, reference });
    this.#deps.publish(refused);
    return refusal(reason, detail);
  }

  #markOf(text: string): string {
    return createHmac("sha256", this.#markKey).update(text).digest("hex").slice(0, REFERENCE_CHARS);
  }
}
