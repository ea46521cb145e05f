const DAY_MS = 86_400_000;

/** A certificate's life. */
export interface Life {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What is known when the next step is chosen. */
export interface RenewalView {
  readonly life: Life;
  /** The best time that the gateway knows. */
  readonly bestMs: number;
  /** How far a new certificate has come: nowhere, or issued and not yet tried. */
  readonly candidate: "none" | "issued";
  /** The fleet has said that it does not take the certificate. */
  readonly isRefused: boolean;
  /** How long ago a certificate was last renewed, in this run; a clock that runs ahead must not renew again and again. */
  readonly sinceRenewalMs: number | undefined;
}

/** What to do about the certificate. */
export type RenewalStep =
  | { readonly kind: "rest" }
  /** Ask for a new one. */
  | { readonly kind: "ask"; readonly why: "due" | "run-out" | "refused" }
  /** Connect with the new one, and keep it where that works. */
  | { readonly kind: "try" };

/** Renewed from here on: two thirds of a life, so that a third is left for whatever is in the way. */
export function renewAtMs({ notBeforeMs, notAfterMs }: Life): number {
  return notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

/** From here on a person should know: five sixths of a life, and no new one yet. */
export function isEnding({ notBeforeMs, notAfterMs }: Life, bestMs: number): boolean {
  return bestMs > notBeforeMs + ((notAfterMs - notBeforeMs) * 5) / 6;
}

/** Chooses the next step. Pure. */
export function planRenewal(view: RenewalView): RenewalStep {
  if (view.candidate === "issued") return { kind: "try" };
  if (view.isRefused) return { kind: "ask", why: "refused" };
  if (view.sinceRenewalMs !== undefined && view.sinceRenewalMs < DAY_MS) return { kind: "rest" };
  if (view.bestMs > view.life.notAfterMs) return { kind: "ask", why: "run-out" };
  return view.bestMs >= renewAtMs(view.life) ? { kind: "ask", why: "due" } : { kind: "rest" };
}
