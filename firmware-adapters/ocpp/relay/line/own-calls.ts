import { randomUUID } from "node:crypto";

import { OcppError } from "../../errors.ts";
import type { Frame } from "./frames.ts";

/** Calls of ours that may wait for one station. */
const MAX_OPEN = 50;
/** The ids of our latest calls: an answer that comes too late for us must not reach upstream, who never asked. */
const MAX_IDS = 2_000;
/** A station has so long to answer, and a call so long in all, its turn included. */
const ANSWER_WITHIN_MS = 15_000;
const CALL_WITHIN_MS = 30_000;

interface OpenCall {
  readonly action: string;
  readonly askedAtMs: number;
  sentAtMs: number | undefined;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls that the gateway itself makes to a relayed station. Their ids are UUIDs: nobody else's are the same. */
export class OwnCalls {
  readonly #identity: string;
  readonly #open = new Map<string, OpenCall>();
  readonly #ids = new Set<string>();

  constructor(identity: string) {
    this.#identity = identity;
  }

  /**
   * Begins a call.
   *
   * @returns its id, and its result. @throws OcppError `ocpp/busy`
   */
  begin(action: string, nowMs: number): { readonly id: string; readonly result: Promise<unknown> } {
    if (this.#open.size >= MAX_OPEN) throw new OcppError("ocpp/busy", `${this.#identity}: ${MAX_OPEN} calls wait`);
    const id = randomUUID();
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > MAX_IDS && oldest !== undefined) this.#ids.delete(oldest);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#open.set(id, { action, askedAtMs: nowMs, sentAtMs: undefined, resolve, reject });
    return { id, result: promise };
  }

  /** Whether a call is, or was, ours. */
  isOurs(id: string): boolean {
    return this.#ids.has(id);
  }

  /** It is on its way: from now on the station's time runs. */
  sent(id: string, nowMs: number): void {
    const call = this.#open.get(id);
    if (call !== undefined) call.sentAtMs = nowMs;
  }

  /** The station has answered; nothing happens where we do not wait for it any more. */
  answered(frame: Extract<Frame, { readonly kind: "result" | "error" }>): void {
    const call = this.#open.get(frame.id);
    this.#open.delete(frame.id);
    if (frame.kind === "result") return call?.resolve(frame.payload);
    const { errorCode, description } = frame;
    call?.reject(new OcppError("ocpp/refused", `${call.action}: ${errorCode} ${description}`.trim(), { errorCode }));
  }

  /**
   * Its caller does not want it any more.
   *
   * @returns whether it can be dropped: what has been sent keeps the station's turn until it is answered or late.
   */
  abandon(id: string, reason: unknown): boolean {
    const call = this.#open.get(id);
    call?.reject(reason);
    if (call?.sentAtMs !== undefined) return false;
    this.#open.delete(id);
    return true;
  }

  /** Ends the calls whose time is over. @returns their ids. */
  expire(nowMs: number): readonly string[] {
    const late = [...this.#open].filter(
      ([, { askedAtMs, sentAtMs = Number.POSITIVE_INFINITY }]) =>
        nowMs - askedAtMs > CALL_WITHIN_MS || nowMs - sentAtMs > ANSWER_WITHIN_MS,
    );
    for (const [id, { action }] of late) {
      this.#fail(id, new OcppError("ocpp/timeout", `${action}: ${this.#identity} did not answer in time`));
    }
    return late.map(([id]) => id);
  }

  endAll(error: OcppError): void {
    for (const id of this.#open.keys()) this.#fail(id, error);
  }

  #fail(id: string, error: OcppError): void {
    const call = this.#open.get(id);
    this.#open.delete(id);
    call?.reject(error);
  }
}
