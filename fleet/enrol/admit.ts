import type { Admitted } from "../broker/secured-door.ts";
import type { Enrolment } from "./enrolment.ts";
import { judgeAdmission } from "./policy.ts";

/** Whether this certificate (DER) opens the broker, by what the database says at this moment. */
export async function admitGateway(enrolment: Enrolment, certificate: Uint8Array): Promise<Admitted> {
  const holder = await enrolment.recognise(certificate);
  if (holder.kind === "foreign") return { kind: "refused", reason: holder.reason };
  const admission = judgeAdmission(holder.row, enrolment.nowMs());
  return admission.kind === "refused" ? admission : { kind: "admitted", gatewayId: holder.row.gatewayId };
}
