import { z } from "zod";

import type { RootUse } from "../../protocol/certificates.ts";
import type { Commands } from "../station/commands.ts";
import { certificateAnswers } from "./certificate-answers.ts";

const TYPES: Readonly<Record<RootUse, string>> = {
  csms: "CSMSRootCertificate",
  manufacturer: "ManufacturerRootCertificate",
};
const type = z.enum(["CSMSRootCertificate", "ManufacturerRootCertificate"]);
const install = z.object({ certificateType: type, certificate: z.string() });
const asked = z.object({ certificateType: z.array(z.string()).optional() });
const update = z.object({
  requestId: z.number(),
  firmware: z.object({
    location: z.string(),
    signingCertificate: z.string().optional(),
    signature: z.string().optional(),
  }),
});

/** What a 2.0.1 charging station answers of certificates and firmware. @see OCPP 2.0.1 part 2, A02, L01, L02, M03 to M05 */
export function safeguards201(
  commands: Commands,
): Readonly<Record<string, (payload: unknown) => object | Promise<object>>> {
  const { safeguards } = commands;
  return {
    async InstallCertificate(payload) {
      const { certificateType, certificate } = install.parse(payload);
      const use = certificateType === TYPES.csms ? "csms" : "manufacturer";
      return { status: (await safeguards.installRoot(use, certificate)) ? "Accepted" : "Rejected" };
    },
    GetInstalledCertificateIds(payload) {
      const { certificateType: types } = asked.parse(payload);
      const found = safeguards.roots(undefined).filter(({ use }) => types === undefined || types.includes(TYPES[use]));
      if (found.length === 0) return { status: "NotFound" };
      const chain = found.map(({ use, hash }) => ({ certificateType: TYPES[use], certificateHashData: hash }));
      return { status: "Accepted", certificateHashDataChain: chain };
    },
    ...certificateAnswers(safeguards),
    UpdateFirmware(payload) {
      const { requestId, firmware } = update.parse(payload);
      const { location, signature, signingCertificate: certificate } = firmware;
      if (signature === undefined || certificate === undefined) {
        commands.updateFirmware(requestId);
        return { status: "Accepted" };
      }
      const isTaken = safeguards.update({ location, signature, certificate }, requestId);
      return { status: isTaken ? "Accepted" : "InvalidCertificate" };
    },
  };
}
