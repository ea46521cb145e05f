import type { ClockConfidence } from "@outpost/kernel/clock.ts";

import type { GenuineCode } from "./code-name.ts";
import { findNumericCode, isNumericCode, lifeOf } from "./numeric-code.ts";
import type { CodesSettings } from "./settings.ts";
import { genuineSigned, isSignedToken, readToken } from "./signed-token.ts";

/** `wrong` is a guess, as far as anybody can tell, and counts as one. */
export type CodeVerdict =
  | { readonly kind: "good"; readonly code: GenuineCode }
  | { readonly kind: "wrong"; readonly detail: string }
  | { readonly kind: "clock-doubtful"; readonly detail: string }
  | { readonly kind: "early" | "expired" | "not-acceptable"; readonly code: GenuineCode; readonly detail: string };

export interface CodeJudge {
  readonly settings: CodesSettings;
  /** The compartments' ids. */
  readonly compartments: readonly string[];
}

/** Judges a code by itself: is it genuine, is it for this cabinet, is it its time? Whether it was used is not asked here. */
export async function checkCode(
  text: string,
  judge: CodeJudge,
  now: { readonly wallMs: number; readonly confidence: ClockConfidence },
): Promise<CodeVerdict> {
  if (isSignedToken(text)) return checkToken(text, judge, now);
  const { numeric, cabinetId } = judge.settings;
  if (numeric === undefined || !isNumericCode(text)) return { kind: "wrong", detail: "no code of this cabinet" };
  if (now.confidence === "doubtful") {
    return { kind: "clock-doubtful", detail: "the clock is doubtful, and a numeric code is good for a time only" };
  }
  const space = { cabinetId, settings: numeric, compartments: judge.compartments };
  const found = await findNumericCode(text, space, now.wallMs);
  if (found === undefined) return { kind: "wrong", detail: "no code of this cabinet" };
  if (found === "ambiguous") return { kind: "wrong", detail: "a code that was never issued" };
  return inItsTime(found, now.wallMs);
}

type Now = Parameters<typeof checkCode>[2];

function checkToken(text: string, { settings, compartments }: CodeJudge, now: Now): CodeVerdict {
  const { signed, cabinetId } = settings;
  const claims = signed === undefined ? undefined : readToken(text, signed.publicKeys);
  if (signed === undefined || claims === undefined) return { kind: "wrong", detail: "no code of this cabinet" };
  const code = genuineSigned(claims);
  if (claims.cabinetId !== cabinetId) return { kind: "not-acceptable", code, detail: "for another cabinet" };
  if (!compartments.includes(code.compartment)) {
    return { kind: "not-acceptable", code, detail: "for a compartment that this cabinet does not have" };
  }
  const validMs = code.expiresAtMs - code.notBeforeMs;
  if (validMs <= 0 || validMs > signed.maxValidHours * 3_600_000) {
    return { kind: "not-acceptable", code, detail: `good for longer than ${signed.maxValidHours} h, or for no time` };
  }
  if (now.confidence !== "doubtful") return inItsTime(code, now.wallMs);
  if (signed.allowDoubtfulClock) return { kind: "good", code };
  return { kind: "clock-doubtful", detail: "the clock is doubtful" };
}

function inItsTime(code: GenuineCode, nowMs: number): CodeVerdict {
  switch (lifeOf(code, nowMs)) {
    case "good":
      return { kind: "good", code };
    case "early":
      return { kind: "early", code, detail: `good from ${new Date(code.notBeforeMs).toISOString()}` };
    case "expired":
      return { kind: "expired", code, detail: `was good until ${new Date(code.expiresAtMs).toISOString()}` };
  }
}
