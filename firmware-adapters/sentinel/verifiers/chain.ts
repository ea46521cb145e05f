import type { Verdict, Verifier } from "./verifier.ts";

/** Several verifiers in order: the first that knows a code decides. A code that none knows is refused. */
export function chainOf(verifiers: readonly Verifier[]): Verifier {
  return {
    async verify(code, signal): Promise<Verdict> {
      for (const verifier of verifiers) {
        const verdict = await verifier.verify(code, signal);
        if (verdict.kind !== "unknown") return verdict;
      }
      return { kind: "refuse", reason: "unknown-code" };
    },
  };
}
