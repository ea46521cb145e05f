import type { Content } from "./content.ts";

/** What is known of the panel. `id` undefined: it shows nothing, or nothing of ours. Times are monotonic. */
export type Shown =
  | { readonly kind: "unknown" }
  | { readonly kind: "seen"; readonly id: string | undefined; readonly seenAtMs: number };

/** The last content that was sent, whether or not it arrived. */
export interface Sent {
  readonly id: string;
  readonly atMs: number;
  /** How often in a row this content was sent, this time included. */
  readonly tries: number;
}

export interface Facts {
  /** Undefined while nobody knows yet what stands: what the sign shows is then left alone. */
  readonly wanted: Content | undefined;
  readonly shown: Shown;
  readonly sent: Sent | undefined;
  /** Somebody has just asked for what is wanted: it is sent without a look before. */
  readonly isOrdered: boolean;
  /** When the poll is due; infinity for signs that cannot be asked, which say by themselves what they show. */
  readonly pollAtMs: number;
  /** When a sign that speaks by itself counts as silent; infinity for others. */
  readonly silentAtMs: number;
  /** When the next content ends; infinity for none. */
  readonly endsAtMs: number;
  /** After a failure: before this only what was just asked for is tried. */
  readonly notBeforeMs: number;
  /** How long the sign may take from a content to its picture. */
  readonly settleMs: number;
}

export type Step =
  | { readonly kind: "send"; readonly content: Content }
  | { readonly kind: "look" }
  | { readonly kind: "expire" }
  | { readonly kind: "silent" }
  /** There is nothing to do before this time, or before news comes. */
  | { readonly kind: "wait"; readonly untilMs: number };

/** A picture that has just been sent is looked for soon, and then at this distance until it should be there. */
const LOOK_AFTER_MS = 150;
const LOOK_EVERY_MS = 400;
/** A sign that takes a content and does not show it gets it again at growing distances, up to this. */
const MAX_RESEND_MS = 120_000;

/** What is to be done with a sign now. Pure. */
export function plan(facts: Facts, nowMs: number): Step {
  const { wanted, shown } = facts;
  if (facts.endsAtMs <= nowMs) return { kind: "expire" };
  if (facts.silentAtMs <= nowMs) return { kind: "silent" };
  const isShown = wanted !== undefined && shown.kind === "seen" && shown.id === wanted.id;
  if (wanted !== undefined && facts.isOrdered && !isShown) return { kind: "send", content: wanted };
  if (nowMs < facts.notBeforeMs) return waitUntil(facts, facts.notBeforeMs);
  if (wanted === undefined || shown.kind === "unknown" || isShown) return lookAt(facts, facts.pollAtMs, nowMs);
  return bring(facts, wanted, shown.seenAtMs, nowMs);
}

/** The sign shows something else than it should. */
function bring(facts: Facts, wanted: Content, seenAtMs: number, nowMs: number): Step {
  const { sent, settleMs, pollAtMs } = facts;
  if (sent?.id !== wanted.id) return { kind: "send", content: wanted };
  const isAskable = pollAtMs !== Number.POSITIVE_INFINITY;
  // Nothing is sent again before the sign has been seen not to show it.
  if (seenAtMs < sent.atMs) return lookAt(facts, isAskable ? sent.atMs + LOOK_AFTER_MS : pollAtMs, nowMs);
  const settledAtMs = sent.atMs + settleMs;
  const resendAtMs = sent.atMs + resendAfterMs(settleMs, sent.tries);
  if (nowMs < settledAtMs) {
    return lookAt(facts, Math.min(isAskable ? seenAtMs + LOOK_EVERY_MS : resendAtMs, resendAtMs), nowMs);
  }
  if (nowMs < resendAtMs) return lookAt(facts, Math.min(pollAtMs, resendAtMs), nowMs);
  // The last look must be from after the time the sign may take, not from its beginning.
  return isAskable && seenAtMs < settledAtMs ? { kind: "look" } : { kind: "send", content: wanted };
}

function resendAfterMs(settleMs: number, tries: number): number {
  return Math.max(settleMs, Math.min(MAX_RESEND_MS, settleMs * 2 ** Math.min(tries - 1, 20)));
}

function lookAt(facts: Facts, atMs: number, nowMs: number): Step {
  return atMs <= nowMs ? { kind: "look" } : waitUntil(facts, atMs);
}

function waitUntil({ endsAtMs, silentAtMs }: Facts, untilMs: number): Step {
  return { kind: "wait", untilMs: Math.min(untilMs, endsAtMs, silentAtMs) };
}
