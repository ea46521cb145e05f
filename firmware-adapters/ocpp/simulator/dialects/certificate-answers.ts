import { z } from "zod";

import type { Safeguards } from "../station/safeguards.ts";

const which = z.object({
  certificateHashData: z.object({
    hashAlgorithm: z.literal("SHA256"),
    issuerNameHash: z.string(),
    issuerKeyHash: z.string(),
    serialNumber: z.string(),
  }),
});
const signed = z.object({ certificateChain: z.string() });

/** What both versions answer alike: a root taken away, and a certificate that was asked for. */
export function certificateAnswers(safeguards: Safeguards) {
  return {
    DeleteCertificate: (payload: unknown) => ({
      status: safeguards.removeRoot(which.parse(payload).certificateHashData) ? "Accepted" : "NotFound",
    }),
    async CertificateSigned(payload: unknown) {
      const isTaken = await safeguards.takeCertificate(signed.parse(payload).certificateChain);
      return { status: isTaken ? "Accepted" : "Rejected" };
    },
  };
}
