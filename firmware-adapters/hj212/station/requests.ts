import type { Clock } from "@outpost/kernel/clock.ts";

import type { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { CN } from "../message/commands.ts";
import { parseParameters, type Message } from "../message/segment.ts";
import { formatQn } from "../message/station-time.ts";

/** How a request ended. `answers`: what the station said in between, such as its time. */
export type RequestResult =
  | { readonly kind: "executed"; readonly answers: readonly Message[] }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string }
  | { readonly kind: "busy" };

interface UnderWay {
  readonly qn: string;
  readonly answers: Message[];
  readonly end: (result: RequestResult) => void;
  isTaken: boolean;
}

const MAX_ANSWERS = 16;
const EXECUTION_WORDS: ReadonlyMap<string, string> = new Map([
  ["2", "failed, for a reason it does not know"],
  ["3", "the conditions are wrong"],
  ["4", "communication timed out"],
  ["5", "the system is busy"],
  ["6", "system fault"],
  ["100", "there is no data"],
]);
const REQUEST_WORDS: ReadonlyMap<string, string> = new Map([
  ["2", "the request was refused"],
  ["3", "the password is wrong"],
  ["4", "the MN is wrong"],
  ["5", "the ST is wrong"],
  ["6", "the Flag is wrong"],
  ["7", "the QN is wrong"],
  ["8", "the CN is wrong"],
  ["9", "the CRC is wrong"],
  ["100", "for a reason it does not know"],
]);

/**
 * What we ask of a station, one at a time: request, 9011 (taken), answers, 9012 (carried out). Sent once; a request that
 * is not answered is not repeated. HJ 212-2017, section 6.4.
 */
export class Requests {
  readonly #clock: Clock;
  readonly #zone: ZonedTime;
  #lastQnMs = 0;
  #underWay: UnderWay | undefined;

  constructor(clock: Clock, zone: ZonedTime) {
    this.#clock = clock;
    this.#zone = zone;
  }

  /** @param send  is given the request's QN. */
  async ask(send: (qn: string) => void, timeoutMs: number, signal: AbortSignal): Promise<RequestResult> {
    if (this.#underWay !== undefined) return { kind: "busy" };
    const { promise, resolve } = Promise.withResolvers<RequestResult>();
    const underWay: UnderWay = { qn: this.#nextQn(), answers: [], end: resolve, isTaken: false };
    this.#underWay = underWay;
    const over = new AbortController();
    try {
      send(underWay.qn);
      const waiting = this.#clock.sleep(timeoutMs, AbortSignal.any([signal, over.signal]));
      return await Promise.race([promise, waiting.then(() => tooLate(underWay, timeoutMs))]);
    } finally {
      over.abort(new Error("the request is over"));
      this.#underWay = undefined;
    }
  }

  /** Takes what may be an answer. @returns whether it was one. */
  answer(message: Message): boolean {
    const underWay = this.#underWay;
    if (underWay === undefined || message.qn !== underWay.qn) return false;
    const { plain } = parseParameters(message.cp);
    if (message.cn === CN.requestAnswer) {
      const code = plain.get("QnRtn") ?? "1";
      if (code === "1") underWay.isTaken = true;
      else underWay.end({ kind: "refused", detail: `QnRtn ${words(code, REQUEST_WORDS)}` });
    } else if (message.cn === CN.executionResult) {
      const code = plain.get("ExeRtn") ?? "1";
      if (code === "1") underWay.end({ kind: "executed", answers: underWay.answers });
      else underWay.end({ kind: "refused", detail: `ExeRtn ${words(code, EXECUTION_WORDS)}` });
    } else if (underWay.answers.length < MAX_ANSWERS) {
      underWay.answers.push(message);
    }
    return true;
  }

  #nextQn(): string {
    this.#lastQnMs = Math.max(Math.floor(this.#clock.now().wallMs), this.#lastQnMs + 1);
    return formatQn(this.#lastQnMs, this.#zone);
  }
}

function tooLate({ isTaken }: UnderWay, timeoutMs: number): RequestResult {
  const what = isTaken ? "took the request and did not say how it ended" : "did not answer";
  return { kind: "unanswered", detail: `the station ${what} within ${timeoutMs / 1_000} s` };
}

function words(code: string, known: ReadonlyMap<string, string>): string {
  return `${code.slice(0, 8)}: ${known.get(code) ?? "a code the standard does not know"}`;
}
