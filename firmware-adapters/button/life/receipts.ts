import { randomUUID } from "node:crypto";

import type { CommitRequest } from "../../adapter.ts";

/** What was received, as far as it can be told from other things received. */
export interface Received {
  /** Digest of the content. */
  readonly mark: string;
  /** The sender's own mark, the same each time it comes; undefined where the sender gives none. */
  readonly id: string | undefined;
  /** The broker says that we may have had it. */
  readonly isSentAgain: boolean;
  /** The same content within this time is the same event, whatever its id. */
  readonly sameWithinMs: number;
}

export interface ReceiptTime {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly isWallTrusted: boolean;
}

interface Receipt {
  readonly key: string;
  readonly mark: string;
  readonly wallMs: number;
  readonly isWallTrusted: boolean;
  /** Undefined for those of an earlier life. */
  readonly monotonicMs: number | undefined;
  /** What is to be committed; undefined when it has been. */
  request: CommitRequest | undefined;
}

/** What happened to something received: new, told and not written down yet, or done with. */
export type ReceiptState =
  | { readonly kind: "new" }
  | { readonly kind: "pending"; readonly request: CommitRequest }
  | { readonly kind: "done" };

/** As many are remembered: a broker has far fewer of one button's messages in flight. */
const MAX_RECEIPTS = 16;
/** A message without an id that is sent again was sent first not longer ago than this. */
const AGAIN_WITHIN_MS = 120_000;
const SAVED = /^(?<key>[^ ]{1,200}) (?<mark>[^ ]{1,64}) (?<wallMs>\d{1,15}) (?<trust>[01])$/;

/**
 * The keys of what a button has lately said, so that what is sent twice is one event. Where the sender gives no id, a
 * doubt is decided for two events: an alarm too many is better than one too few.
 */
export class Receipts {
  readonly #receipts: Receipt[] = [];

  /** The key under which to commit: an earlier one where this is something received before. */
  keyOf({ mark, id, isSentAgain, sameWithinMs }: Received, now: ReceiptTime): string {
    if (id !== undefined && this.#receipts.some((receipt) => receipt.key === id)) return id;
    const withinMs = isSentAgain && id === undefined ? Math.max(AGAIN_WITHIN_MS, sameWithinMs) : sameWithinMs;
    const earlier = this.#receipts.findLast(
      (receipt) => receipt.mark === mark && (ageMs(receipt, now) ?? Number.POSITIVE_INFINITY) <= withinMs,
    );
    return earlier?.key ?? id ?? `${mark}/${now.wallMs}/${randomUUID()}`;
  }

  stateOf(key: string): ReceiptState {
    const receipt = this.#receipts.find((one) => one.key === key);
    if (receipt === undefined) return { kind: "new" };
    return receipt.request === undefined ? { kind: "done" } : { kind: "pending", request: receipt.request };
  }

  /** Notes what is about to be committed. */
  begin(mark: string, request: CommitRequest, { wallMs, monotonicMs, isWallTrusted }: ReceiptTime): void {
    this.#receipts.push({ key: request.key, mark, wallMs, monotonicMs, isWallTrusted, request });
    while (this.#receipts.length > MAX_RECEIPTS) this.#receipts.shift();
  }

  done(key: string): void {
    const receipt = this.#receipts.find((one) => one.key === key);
    if (receipt !== undefined) receipt.request = undefined;
  }

  /** All of them, as a row of the device's memory, with `mark` under `key` as the last one. */
  savedWith(key: string, mark: string, { wallMs, isWallTrusted }: ReceiptTime): string {
    return [...this.#receipts.slice(1 - MAX_RECEIPTS), { key, mark, wallMs, isWallTrusted }]
      .map((receipt) => `${receipt.key} ${receipt.mark} ${Math.round(receipt.wallMs)} ${Number(receipt.isWallTrusted)}`)
      .join("\n");
  }

  /** Takes over what an earlier life remembered; lines that say nothing are left out. */
  remember(saved: string): void {
    for (const text of saved.split("\n").slice(-MAX_RECEIPTS)) {
      const { key, mark, wallMs, trust } = SAVED.exec(text)?.groups ?? {};
      if (key === undefined || mark === undefined) continue;
      const isWallTrusted = trust === "1";
      this.#receipts.push({
        key,
        mark,
        wallMs: Number(wallMs),
        isWallTrusted,
        monotonicMs: undefined,
        request: undefined,
      });
    }
  }
}

/** Undefined where nobody can say: from an earlier life, with a clock that could not be believed. */
function ageMs(receipt: Receipt, now: ReceiptTime): number | undefined {
  if (receipt.monotonicMs !== undefined) return now.monotonicMs - receipt.monotonicMs;
  const ms = now.wallMs - receipt.wallMs;
  return receipt.isWallTrusted && now.isWallTrusted && ms >= 0 ? ms : undefined;
}
