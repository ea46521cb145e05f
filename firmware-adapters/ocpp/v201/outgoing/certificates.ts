import { hashDataOf, installedFacts, rootUseOf, type RootUse } from "../../protocol/certificates.ts";
import type { Facts } from "../../protocol/facts.ts";
import { CERTIFICATE_SIGNED } from "../../station/station-host.ts";
import type { Asking, Method, Nonsense } from "./commands.ts";

const TYPES: Readonly<Record<RootUse, string>> = {
  csms: "CSMSRootCertificate",
  manufacturer: "ManufacturerRootCertificate",
};

/** What is done to a station's certificates. @see OCPP 2.0.1 part 2, A02 and M03 to M05 */
export const CERTIFICATE_METHODS: Readonly<Record<string, Method>> = {
  // M05
  "install-certificate": (given) =>
    ofUse(given, (type) => ({
      call: {
        action: "InstallCertificate",
        payload: { certificateType: type, certificate: String(given["certificate"]) },
      },
    })),
  // M03
  "installed-certificates": (given) =>
    ofUse(given, (type, use) => ({
      call: { action: "GetInstalledCertificateIds", payload: { certificateType: [type] } },
      recordsOf: (answer) => ({ name: "installed-certificate", records: installedFacts(answer, use) }),
    })),
  // M04
  "delete-certificate": (given) => ({
    call: { action: "DeleteCertificate", payload: { certificateHashData: hashDataOf(given) } },
  }),
  // A02
  "renew-certificate": () => ({
    call: { action: "TriggerMessage", payload: { requestedMessage: "SignChargingStationCertificate" } },
  }),
  [CERTIFICATE_SIGNED]: ({ chain }) => ({
    call: {
      action: "CertificateSigned",
      payload: { certificateChain: String(chain), certificateType: "ChargingStationCertificate" },
    },
  }),
};

function ofUse({ use }: Facts, asking: (type: string, use: RootUse) => Asking): Asking | Nonsense {
  const meant = rootUseOf(use);
  return meant === undefined ? "use: expected csms or manufacturer" : asking(TYPES[meant], meant);
}
