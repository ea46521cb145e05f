import { z } from "zod";

import type { RootUse } from "../../protocol/certificates.ts";
import type { Safeguards } from "../station/safeguards.ts";
import { certificateAnswers } from "./certificate-answers.ts";

const type = z.enum(["CentralSystemRootCertificate", "ManufacturerRootCertificate"]);
const install = z.object({ certificateType: type, certificate: z.string() });
const update = z.object({
  requestId: z.number(),
  firmware: z.object({ location: z.string(), signingCertificate: z.string(), signature: z.string() }),
});

/** What a 1.6 charge point answers by the security extension. @see OCPP 1.6 security whitepaper edition 3, section 5 */
export function safeguards16(
  safeguards: Safeguards,
): Readonly<Record<string, (payload: unknown) => object | Promise<object>>> {
  return {
    async InstallCertificate(payload) {
      const { certificateType, certificate } = install.parse(payload);
      const isTaken = await safeguards.installRoot(useOf(certificateType), certificate);
      return { status: isTaken ? "Accepted" : "Rejected" };
    },
    GetInstalledCertificateIds(payload) {
      const { certificateType } = z.object({ certificateType: type }).parse(payload);
      const found = safeguards.roots(useOf(certificateType)).map(({ hash }) => hash);
      return found.length === 0 ? { status: "NotFound" } : { status: "Accepted", certificateHashData: found };
    },
    ...certificateAnswers(safeguards),
    SignedUpdateFirmware(payload) {
      const { requestId, firmware } = update.parse(payload);
      const { location, signature, signingCertificate } = firmware;
      const isTaken = safeguards.update({ location, signature, certificate: signingCertificate }, requestId);
      return { status: isTaken ? "Accepted" : "InvalidCertificate" };
    },
  };
}

function useOf(certificateType: z.infer<typeof type>): RootUse {
  return certificateType === "CentralSystemRootCertificate" ? "csms" : "manufacturer";
}
