import { z } from "zod";

import type { CommandOutcome } from "../../event.ts";
import { known, type Facts } from "./facts.ts";
import { listOf, text } from "./raw.ts";

/** Whom a root certificate vouches for at a station: its central system, or the maker of its firmware. */
export type RootUse = "csms" | "manufacturer";

/** @returns undefined for a word that is no use. */
export function rootUseOf(word: Facts[string] | undefined): RootUse | undefined {
  return word === "csms" || word === "manufacturer" ? word : undefined;
}

/** The answer to an order that names another. */
export const NO_USE: CommandOutcome = {
  kind: "refused",
  reason: "bad-arguments",
  detail: "use: expected csms or manufacturer",
};

const MAX_CERTIFICATES = 50;
const hashData = z.object({
  hashAlgorithm: text(20),
  issuerNameHash: text(128),
  issuerKeyHash: text(128),
  serialNumber: text(64),
});
const installed = z.object({
  /** 1.6 */
  certificateHashData: listOf(hashData, MAX_CERTIFICATES),
  /** 2.0.1 */
  certificateHashDataChain: listOf(z.object({ certificateHashData: hashData }), MAX_CERTIFICATES),
});

/** The certificates that a station says it has, each as the facts of a record. */
export function installedFacts(answer: unknown, use: RootUse): readonly Facts[] {
  const { certificateHashData, certificateHashDataChain } = installed.parse(answer);
  const all = [...certificateHashData, ...certificateHashDataChain.map((one) => one.certificateHashData)];
  return all.map((one) => ({ use, ...known(one) }));
}

/** What a DeleteCertificate of either version names its certificate by. */
export function hashDataOf({ hashAlgorithm = "SHA256", issuerNameHash, issuerKeyHash, serialNumber }: Facts): object {
  return {
    hashAlgorithm: String(hashAlgorithm),
    issuerNameHash: String(issuerNameHash),
    issuerKeyHash: String(issuerKeyHash),
    serialNumber: String(serialNumber),
  };
}

const signCertificate = z.object({ csr: z.string().max(5_500).catch("") });

/** What a SignCertificate of either version asks to be signed; empty where it asks for nothing. */
export function csrOf(payload: unknown): string {
  return signCertificate.safeParse(payload).data?.csr ?? "";
}
