import { createPublicKey, type KeyObject } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";

import { SentinelError } from "../errors.ts";
import type { VerifierSettings } from "../settings.ts";
import type { CodeMemory } from "./code-memory.ts";
import { isSignedBy, parseToken, type TokenClaims } from "./signed-token.ts";
import type { RefusedReason, Verdict, Verifier } from "./verifier.ts";

type SignedSettings = Extract<VerifierSettings, { readonly kind: "signed" }>;

export interface SignedDeps {
  readonly clock: Clock;
  readonly memory: CodeMemory;
}

/** Codes that are their own proof: a signature, a time, a door. @param keys  from `publicKeys`. */
export function signedVerifier(settings: SignedSettings, keys: readonly KeyObject[], deps: SignedDeps): Verifier {
  return {
    async verify(code) {
      const token = parseToken(code);
      if (token === undefined) return { kind: "unknown" };
      // Another verifier's codes do not look like ours, so a wrong signature is a forgery and not somebody else's code.
      if (!keys.some((key) => isSignedBy(token, key))) return refuse("bad-signature");
      const objection = objectionTo(token.claims, settings, deps.clock);
      if (objection !== undefined) return refuse(objection);
      return await admitted(token.claims, settings, deps);
    },
  };
}

/** @throws SentinelError `sentinel/bad-settings` where one is no Ed25519 public key. */
export function publicKeys({ publicKeys: keys }: SignedSettings): readonly KeyObject[] {
  return keys.map((x) => {
    try {
      return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    } catch (error) {
      throw new SentinelError("sentinel/bad-settings", `publicKeys: ${x} is no Ed25519 public key`, { cause: error });
    }
  });
}

function objectionTo(
  { e: untilS, n: fromS = 0, d: door }: TokenClaims,
  settings: SignedSettings,
  clock: Clock,
): RefusedReason | undefined {
  if (settings.door !== undefined && door !== undefined && door !== settings.door) return "other-door";
  const { wallMs, confidence } = clock.now();
  if (confidence === "doubtful") return settings.onDoubtfulClock === "allow" ? undefined : "clock-doubtful";
  if (wallMs < fromS * 1_000) return "not-yet-valid";
  return wallMs < untilS * 1_000 ? undefined : "expired";
}

async function admitted({ i, e }: TokenClaims, settings: SignedSettings, deps: SignedDeps): Promise<Verdict> {
  const admit: Verdict = { kind: "admit", by: "signed", isUnverified: false };
  if (!settings.isSingleUse) return admit;
  const { wallMs, confidence } = deps.clock.now();
  // A clock that has jumped ahead must not make us forget codes that will be good again when it is put right.
  const use = await deps.memory.use(i, e * 1_000, confidence === "doubtful" ? 0 : wallMs);
  switch (use) {
    case "first":
      return admit;
    case "used":
      return refuse("used-already");
    case "cannot-remember":
      return refuse("cannot-remember");
  }
}

function refuse(reason: RefusedReason): Verdict {
  return { kind: "refuse", reason };
}
