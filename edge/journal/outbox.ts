import { JournalError } from "./errors.ts";
import type { JournalLimits } from "./limits.ts";
import type { Answer, AppendRequest, Request } from "./worker/protocol.ts";

/** What a request that was carried out gets. */
export type GoodAnswer = Exclude<Answer, { kind: "failed" }>;

interface Pending {
  readonly request: Request;
  resolve(answer: GoodAnswer): void;
  reject(error: JournalError): void;
}

interface Load {
  entries: number;
  chars: number;
}

/**
 * Requests on their way to the worker and back, within bounds. Requests that must be kept (alarms, results) have places
 * of their own and outlive a worker.
 */
export class Outbox {
  readonly #limits: JournalLimits;
  readonly #pending = new Map<number, Pending>();
  /** Those of them that must be kept, in their order. */
  readonly #pendingKept = new Map<number, AppendRequest>();
  readonly #ordinary: Load = { entries: 0, chars: 0 };
  readonly #kept: Load = { entries: 0, chars: 0 };
  #lastId = 0;

  constructor(limits: JournalLimits) {
    this.#limits = limits;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Of the requests that must be kept, the lowest that has no answer yet; without any, the next id to come. */
  get oldestKept(): number {
    const [oldest] = this.#pendingKept.keys();
    return oldest ?? this.#lastId + 1;
  }

  /** Requests without an answer that the worker must be given again, in their order. */
  get keptRequests(): AppendRequest[] {
    return [...this.#pendingKept.values()];
  }

  /** @throws JournalError `journal/queue-full` where so much more would be over the limit. */
  checkPlace(more: { readonly entries: number; readonly chars: number; readonly mustKeep: boolean }): void {
    const load = more.mustKeep ? this.#kept : this.#ordinary;
    const { maxQueuedEntries, maxQueuedChars } = this.#limits;
    const isFull = load.entries + more.entries > maxQueuedEntries || load.chars + more.chars > maxQueuedChars;
    // A single call over the limit is let through when nothing waits: it could never be written otherwise.
    if (!isFull || load.entries === 0) return;
    const what = more.mustKeep ? "alarms and results" : "entries";
    throw new JournalError("journal/queue-full", `${load.entries} ${what} wait for the disk`);
  }

  /** Waits for the answer. Rejects with JournalError where the worker refused or went. */
  expect(request: Request): Promise<GoodAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<GoodAnswer>();
    this.#pending.set(request.id, { request, resolve, reject });
    if (isKept(request)) this.#pendingKept.set(request.id, request);
    this.#count(request, 1);
    return promise;
  }

  arrived(answer: Answer): void {
    const pending = this.#settle(answer.id);
    if (answer.kind === "failed") pending?.reject(new JournalError(answer.code, answer.message));
    else pending?.resolve(answer);
  }

  /** The worker is gone: what need not be kept is rejected with `journal/closed`. */
  rejectOrdinary(why: string): void {
    for (const { request } of this.#pending.values()) if (!isKept(request)) this.#reject(request.id, why);
  }

  /** Everything is over: whatever has no answer is rejected with `journal/closed`. @returns how many were kept ones. */
  rejectAll(why: string): number {
    const kept = this.#pendingKept.size;
    for (const id of this.#pending.keys()) this.#reject(id, why);
    return kept;
  }

  #reject(id: number, why: string): void {
    this.#settle(id)?.reject(new JournalError("journal/closed", why));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#pendingKept.delete(id);
    this.#count(pending.request, -1);
    return pending;
  }

  #count(request: Request, sign: 1 | -1): void {
    if (request.kind !== "append") return;
    const load = request.mustKeep ? this.#kept : this.#ordinary;
    load.entries += sign * request.entries.count;
    load.chars += sign * request.chars;
  }
}

function isKept(request: Request): request is AppendRequest {
  return request.kind === "append" && request.mustKeep;
}
