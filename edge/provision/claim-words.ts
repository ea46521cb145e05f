import type { ClaimOutcome } from "./identity.ts";

/** Why a claim came to nothing, for people. */
export function sentenceOf(outcome: Exclude<ClaimOutcome, { kind: "claimed" }>): string {
  switch (outcome.kind) {
    case "bad-code":
      return "this is no claim code; a digit may be wrong";
    case "no-fleet-url":
      return "the code does not say where its fleet is; give its address, https://…";
    case "unreachable":
      return `the fleet cannot be reached: ${outcome.reason}`;
    case "wrong-fleet":
      return `whoever answers there is not the fleet of this code: ${outcome.reason}`;
    case "refused":
      return `the fleet refuses: ${outcome.reason}`;
    case "too-many-tries":
      return `too many wrong codes; try again in ${Math.ceil(outcome.retryAfterMs / 1_000)} s`;
    case "other-gateway":
      return `the code is for the gateway ${outcome.gatewayId}; this one's site file has another id`;
    case "already-claimed":
      return `this gateway is ${outcome.gatewayId} already; say that it shall be replaced`;
    case "decommissioned":
      return "this gateway was decommissioned";
    case "busy":
      return "a claim is under way";
  }
}
