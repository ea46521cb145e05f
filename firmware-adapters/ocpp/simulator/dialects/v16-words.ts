import { z } from "zod";

import type { StationCall } from "../../words.ts";
import type { TagInfo } from "../charger/tags.ts";
import { figuresOf, type Sample } from "../station/transaction.ts";
import { iso, type Dialect, type Nameplate } from "./dialect.ts";

const STATUSES = {
  available: "Available",
  preparing: "Preparing",
  charging: "Charging",
  "suspended-ev": "SuspendedEV",
  "suspended-evse": "SuspendedEVSE",
  finishing: "Finishing",
  reserved: "Reserved",
  unavailable: "Unavailable",
  faulted: "Faulted",
} as const;

const tagStatus = z.enum(["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]);
export const idTagInfo = z.object({
  status: tagStatus,
  expiryDate: z.string().optional(),
  parentIdTag: z.string().optional(),
});
const tagAnswer = z.object({ idTagInfo });
const startAnswer = z.object({ transactionId: z.number().int() });

/** OCPP 1.6 as a charge point speaks it. @see OCPP 1.6 edition 2, section 4 */
export function words16({ vendor, model, serial, firmware }: Nameplate): Dialect {
  return {
    version: "ocpp1.6",
    boot: () => ({
      action: "BootNotification",
      payload: {
        chargePointVendor: vendor,
        chargePointModel: model,
        chargePointSerialNumber: serial,
        firmwareVersion: firmware,
      },
    }),
    status: ({ id, status, fault }, nowMs) => ({
      action: "StatusNotification",
      payload: { connectorId: id, status: STATUSES[status], errorCode: fault ?? "NoError", timestamp: iso(nowMs) },
    }),
    stationStatus: (nowMs) => ({
      action: "StatusNotification",
      payload: { connectorId: 0, status: "Available", errorCode: "NoError", timestamp: iso(nowMs) },
    }),
    authorize: (idTag) => ({ action: "Authorize", payload: { idTag } }),
    meter: ({ id, transaction }, sample, measurands) =>
      meterValues(id, transaction?.number, meterValue(sample, measurands, "Trigger")),
    started({ transaction }) {
      const { connectorId, idTag, startedAtMs, meterStartWh, reservationId } = transaction;
      return () => ({
        action: "StartTransaction",
        payload: {
          connectorId,
          idTag,
          meterStart: meterStartWh,
          timestamp: iso(startedAtMs),
          ...(reservationId === undefined ? {} : { reservationId }),
        },
      });
    },
    metered:
      ({ transaction, sample, measurands }) =>
      () =>
        meterValues(transaction.connectorId, transaction.number, meterValue(sample, measurands, "Sample.Periodic")),
    ended:
      ({ transaction, sample, reason, idTag }) =>
      () => ({
        action: "StopTransaction",
        payload: {
          transactionId: transaction.number ?? -1,
          meterStop: Math.round(sample.energyWh),
          timestamp: iso(sample.atMs),
          reason,
          ...(idTag === undefined ? {} : { idTag }),
        },
      }),
    tagInfoOf: (answer) => tagInfo16(tagAnswer.safeParse(answer).data?.idTagInfo),
    numberOf: (answer) => startAnswer.safeParse(answer).data?.transactionId,
    nameOf: ({ number }) => (number === undefined ? undefined : String(number)),
    securityEvent: (type, nowMs) => ({
      action: "SecurityEventNotification",
      payload: { type, timestamp: iso(nowMs) },
    }),
    signCertificate: (csr) => ({ action: "SignCertificate", payload: { csr } }),
    firmware: (step, requestId) =>
      requestId === undefined
        ? { action: "FirmwareStatusNotification", payload: { status: step } }
        : { action: "SignedFirmwareStatusNotification", payload: { status: step, requestId } },
    log: (step, requestId) =>
      requestId === undefined
        ? { action: "DiagnosticsStatusNotification", payload: { status: step } }
        : { action: "LogStatusNotification", payload: { status: step, requestId } },
  };
}

/** A tag's standing as an answer or a local list says it. */
export function tagInfo16(info: z.infer<typeof idTagInfo> | undefined): TagInfo | undefined {
  if (info === undefined) return undefined;
  const { status, expiryDate, parentIdTag } = info;
  return { status, parent: parentIdTag, expiresAtMs: expiryDate === undefined ? undefined : Date.parse(expiryDate) };
}

function meterValues(connectorId: number, transactionId: number | undefined, value: object): StationCall {
  return {
    action: "MeterValues",
    payload: { connectorId, ...(transactionId === undefined ? {} : { transactionId }), meterValue: [value] },
  };
}

function meterValue(sample: Sample, measurands: readonly string[], context: string): object {
  return {
    timestamp: iso(sample.atMs),
    sampledValue: figuresOf(sample, measurands).map(({ value, ...figure }) => ({
      value: String(value),
      context,
      ...figure,
    })),
  };
}
