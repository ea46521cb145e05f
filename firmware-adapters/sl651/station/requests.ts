import type { Clock } from "@outpost/kernel/clock.ts";

import type { Body } from "../message/body.ts";

/** How a request ended. */
export type RequestResult =
  | { readonly kind: "answered"; readonly body: Body }
  | { readonly kind: "unanswered"; readonly detail: string }
  | { readonly kind: "busy" };

interface UnderWay {
  readonly function: number;
  readonly end: (result: RequestResult) => void;
}

/** What we ask of a station, one at a time. Its answer bears the request's function code. Sent once, never repeated. */
export class Requests {
  readonly #clock: Clock;
  #underWay: UnderWay | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async ask(code: number, send: () => void, timeoutMs: number, signal: AbortSignal): Promise<RequestResult> {
    if (this.#underWay !== undefined) return { kind: "busy" };
    const { promise, resolve } = Promise.withResolvers<RequestResult>();
    this.#underWay = { function: code, end: resolve };
    const over = new AbortController();
    try {
      send();
      const waiting = this.#clock.sleep(timeoutMs, AbortSignal.any([signal, over.signal]));
      const detail = `the station did not answer within ${timeoutMs / 1_000} s`;
      return await Promise.race([promise, waiting.then((): RequestResult => ({ kind: "unanswered", detail }))]);
    } finally {
      over.abort(new Error("the request is over"));
      this.#underWay = undefined;
    }
  }

  /** Takes what may be the answer. @returns whether it was. */
  answer(code: number, body: Body): boolean {
    if (this.#underWay?.function !== code) return false;
    this.#underWay.end({ kind: "answered", body });
    return true;
  }
}
