import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { SentinelError } from "../errors.ts";
import type { VerifierSettings } from "../settings.ts";
import { postJson } from "./post-json.ts";
import type { Verifier } from "./verifier.ts";

/** What a verifier must answer. More than this is passed over, other than this is no answer. */
const answer = z.object({ admit: z.boolean() });
const MAX_ANSWER_BYTES = 4_096;

export interface HttpDeps {
  readonly log: Log;
  readonly deviceId: string;
  /** Called after each question. */
  onHealth(isDown: boolean): void;
}

/** Asks a verifier on the network: one question, one bounded answer, no second try while a person stands there. */
export function httpVerifier(settings: Extract<VerifierSettings, { readonly kind: "http" }>, deps: HttpDeps): Verifier {
  const { url, token, timeoutMs, onFailure } = settings;
  return {
    async verify(code, signal) {
      const post = { url, token, timeoutMs, body: { code, deviceId: deps.deviceId }, maxAnswerBytes: MAX_ANSWER_BYTES };
      try {
        const parsed = answer.safeParse(await postJson(post, signal));
        if (!parsed.success) throw new SentinelError("sentinel/verifier-failed", "not an answer: no boolean `admit`");
        deps.onHealth(false);
        if (!parsed.data.admit) return { kind: "refuse", reason: "verifier-refused" };
        return { kind: "admit", by: "http", isUnverified: false };
      } catch (error) {
        signal.throwIfAborted();
        deps.onHealth(true);
        deps.log.warn("verifier failed", { device: deps.deviceId, reason: asError(error).message, onFailure });
        if (onFailure === "allow") return { kind: "admit", by: "http", isUnverified: true };
        return { kind: "refuse", reason: "verifier-down" };
      }
    },
  };
}
