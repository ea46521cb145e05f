import { z } from "zod";

import type { StationCall } from "../../words.ts";
import type { TagInfo } from "../charger/tags.ts";
import { figuresOf, type Sample, type StopReason, type Transaction } from "../station/transaction.ts";
import { iso, type Dialect, type Nameplate, type Told } from "./dialect.ts";

/** 2.0.1 knows fewer statuses; what an occupied connector does is told by its transaction. */
const STATUSES = {
  available: "Available",
  preparing: "Occupied",
  charging: "Occupied",
  "suspended-ev": "Occupied",
  "suspended-evse": "Occupied",
  finishing: "Occupied",
  reserved: "Reserved",
  unavailable: "Unavailable",
  faulted: "Faulted",
} as const;

const REASONS: Readonly<Record<StopReason, string>> = {
  DeAuthorized: "DeAuthorized",
  EVDisconnected: "EVDisconnected",
  HardReset: "Reboot",
  Local: "Local",
  Other: "Other",
  PowerLoss: "PowerLoss",
  Remote: "Remote",
  SoftReset: "ImmediateReset",
  UnlockCommand: "Other",
};

const TRIGGERS: Readonly<Record<StopReason, string>> = {
  DeAuthorized: "Deauthorized",
  EVDisconnected: "EVDeparted",
  HardReset: "ResetCommand",
  Local: "StopAuthorized",
  Other: "AbnormalCondition",
  PowerLoss: "AbnormalCondition",
  Remote: "RemoteStop",
  SoftReset: "ResetCommand",
  UnlockCommand: "UnlockCommand",
};

/** Every standing of 2.0.1, in the words of 1.6. */
const STANDINGS: Readonly<Record<string, TagInfo["status"]>> = {
  Accepted: "Accepted",
  Blocked: "Blocked",
  ConcurrentTx: "ConcurrentTx",
  Expired: "Expired",
};

export const idToken = z.object({ idToken: z.string(), type: z.string() });
export const idTokenInfo = z.object({
  status: z.string(),
  cacheExpiryDateTime: z.string().optional(),
  groupIdToken: idToken.optional(),
});
const tagAnswer = z.object({ idTokenInfo });

/** OCPP 2.0.1 as a charging station speaks it; each connector is an EVSE of its own. @see OCPP 2.0.1 part 2, E and N */
export function words201({ vendor, model, serial, firmware }: Nameplate): Dialect {
  return {
    version: "ocpp2.0.1",
    boot: (cause) => ({
      action: "BootNotification",
      payload: {
        reason: { "power-up": "PowerUp", reset: "RemoteReset", triggered: "Triggered" }[cause],
        chargingStation: { vendorName: vendor, model, serialNumber: serial, firmwareVersion: firmware },
      },
    }),
    status: ({ id, status }, nowMs) => ({
      action: "StatusNotification",
      payload: { evseId: id, connectorId: 1, connectorStatus: STATUSES[status], timestamp: iso(nowMs) },
    }),
    stationStatus: () => undefined,
    authorize: (tag) => ({ action: "Authorize", payload: { idToken: token(tag) } }),
    meter: ({ id }, sample, measurands) => ({
      action: "MeterValues",
      payload: { evseId: id, meterValue: [meterValue(sample, measurands, "Trigger")] },
    }),
    started: (told) => started(told),
    metered: (told) =>
      event("Updated", told, "Sample.Periodic", {
        triggerReason: "MeterValuePeriodic",
        info: { chargingState: stateOf(told) },
      }),
    ended: (ending) =>
      event("Ended", ending, "Transaction.End", {
        triggerReason: TRIGGERS[ending.reason],
        info: {
          chargingState: ending.reason === "EVDisconnected" ? "Idle" : "EVConnected",
          stoppedReason: REASONS[ending.reason],
        },
        ...(ending.idTag === undefined ? {} : { more: { idToken: token(ending.idTag) } }),
      }),
    tagInfoOf: (answer) => tagInfo201(tagAnswer.safeParse(answer).data?.idTokenInfo),
    numberOf: () => undefined,
    nameOf: ({ id }) => id,
    securityEvent: (type, nowMs) => ({
      action: "SecurityEventNotification",
      payload: { type, timestamp: iso(nowMs) },
    }),
    signCertificate: (csr) => ({
      action: "SignCertificate",
      payload: { csr, certificateType: "ChargingStationCertificate" },
    }),
    firmware: (status, requestId) => ({
      action: "FirmwareStatusNotification",
      payload: { status, ...(requestId === undefined ? {} : { requestId }) },
    }),
    log: (status, requestId) => ({
      action: "LogStatusNotification",
      payload: { status, ...(requestId === undefined ? {} : { requestId }) },
    }),
  };
}

function started(told: Told): () => StationCall {
  const { idTag, remoteStartId, reservationId, connectorId } = told.transaction;
  return event("Started", told, "Transaction.Begin", {
    triggerReason: remoteStartId === undefined ? "Authorized" : "RemoteStart",
    info: { chargingState: "EVConnected", ...(remoteStartId === undefined ? {} : { remoteStartId }) },
    more: {
      idToken: token(idTag),
      evse: { id: connectorId, connectorId: 1 },
      ...(reservationId === undefined ? {} : { reservationId }),
    },
  });
}

interface EventWords {
  readonly triggerReason: string;
  readonly info: object;
  readonly more?: object;
}

/** Its number is taken when it happens, not when it is sent. */
function event(
  eventType: "Started" | "Updated" | "Ended",
  { transaction, sample, measurands, isOffline }: Told,
  context: string,
  { triggerReason, info, more = {} }: EventWords,
): () => StationCall {
  const seqNo = transaction.seqNo;
  transaction.seqNo += 1;
  const payload = {
    eventType,
    timestamp: iso(sample.atMs),
    triggerReason,
    seqNo,
    ...(isOffline ? { offline: true } : {}),
    transactionInfo: { transactionId: transaction.id, ...info },
    ...(eventType === "Started" ? {} : { evse: evseOf(transaction) }),
    ...more,
    meterValue: [meterValue(sample, measurands, context)],
  };
  return () => ({ action: "TransactionEvent", payload });
}

function evseOf({ connectorId }: Transaction): object {
  return { id: connectorId, connectorId: 1 };
}

function stateOf({ sample, status }: Told): string {
  if (status === "suspended-evse") return "SuspendedEVSE";
  if (status === "suspended-ev") return "SuspendedEV";
  return sample.powerW > 0 ? "Charging" : "EVConnected";
}

/** A tag's standing as an answer or a local list says it. */
export function tagInfo201(info: z.infer<typeof idTokenInfo> | undefined): TagInfo | undefined {
  if (info === undefined) return undefined;
  const { status, cacheExpiryDateTime, groupIdToken } = info;
  return {
    status: STANDINGS[status] ?? "Invalid",
    parent: groupIdToken?.idToken,
    expiresAtMs: cacheExpiryDateTime === undefined ? undefined : Date.parse(cacheExpiryDateTime),
  };
}

function token(tag: string): object {
  return { idToken: tag, type: "ISO14443" };
}

function meterValue(sample: Sample, measurands: readonly string[], context: string): object {
  return {
    timestamp: iso(sample.atMs),
    // 2.0.1 has no measurand for a temperature.
    sampledValue: figuresOf(
      sample,
      measurands.filter((one) => one !== "Temperature"),
    ).map(({ measurand, value, unit, phase }) => ({
      value,
      context,
      measurand,
      unitOfMeasure: { unit },
      ...(phase === undefined ? {} : { phase }),
    })),
  };
}
