import { z } from "zod";

import { count, instant, isRecord, listOf, numberOf, parseInstant, text, wordOf } from "../../protocol/raw.ts";
import { meterSample, type MeterSample, type SampledValue } from "../../station/meter-sample.ts";

const number = z
  .unknown()
  .optional()
  .transform((raw) => (Number.isFinite(numberOf(raw)) ? numberOf(raw) : undefined));
const flag = z.boolean().optional().catch(undefined);
const evse = z.object({ id: count, connectorId: count }).optional().catch(undefined);
const named = z.object({ name: text(50), instance: text(50), evse }).catch({
  name: undefined,
  instance: undefined,
  evse: undefined,
});
const idToken = z
  .object({ idToken: text(64), type: text(40) })
  .optional()
  .catch(undefined);
export type IdToken = z.infer<typeof idToken>;

/** Ids have at most 36 characters; longer ones are kept apart as far as this. */
const MAX_ID = 64;
const id = z
  .unknown()
  .optional()
  .transform((raw) => (typeof raw === "string" || typeof raw === "number" ? String(raw).slice(0, MAX_ID) : ""));

export const bootNotification = z.object({
  reason: text(40),
  chargingStation: z
    .object({ vendorName: text(50), model: text(50), serialNumber: text(50), firmwareVersion: text(50) })
    .optional()
    .catch(undefined),
});

export const statusNotification = z.object({ connectorStatus: text(40), evseId: count, connectorId: count });

export const authorize = z.object({
  idToken,
  certificate: text(16),
  iso15118CertificateHashData: z.array(z.unknown()).optional().catch(undefined),
});

/** What was measured at one instant, as far as it can be read. */
interface MeterReading {
  readonly atMs: number | undefined;
  /** Transaction.Begin, Transaction.End, Sample.Periodic, …: that of its first value. */
  readonly context: string | undefined;
  readonly values: readonly SampledValue[];
}

const MAX_VALUES = 200;
const MAX_INSTANTS = 1_000;
/** Where a value may have been measured to be that of the connector; an Inlet is the whole station's. */
const AT_CONNECTOR = new Set([undefined, "Outlet", "Cable"]);

/** By hand, not by a schema: meter values are nearly all that charging stations ever say. */
const meterReadings = z.unknown().optional().transform(readMeterReadings);

export const meterValues = z.object({ evseId: count, meterValue: meterReadings });

export const transactionEvent = z.object({
  eventType: text(20),
  timestamp: instant,
  triggerReason: text(40),
  seqNo: count,
  offline: flag,
  numberOfPhasesUsed: count,
  reservationId: count,
  transactionInfo: z
    .object({ transactionId: id, chargingState: text(20), stoppedReason: text(40), remoteStartId: count })
    .catch({ transactionId: "", chargingState: undefined, stoppedReason: undefined, remoteStartId: undefined }),
  evse,
  idToken,
  meterValue: meterReadings,
});

const reported = z.object({
  component: named,
  variable: named,
  variableAttribute: listOf(z.object({ type: text(10), value: text(2_500) }), 4),
});
export const notifyReport = z.object({ requestId: count, seqNo: count, reportData: listOf(reported, 1_000) });
export type ReportedVariable = z.infer<typeof reported>;

export const notifyEvent = z.object({
  eventData: listOf(
    z.object({
      eventId: count,
      timestamp: instant,
      trigger: text(20),
      actualValue: text(2_500),
      techCode: text(50),
      techInfo: text(200),
      cleared: flag,
      transactionId: text(36),
      component: named,
      variable: named,
    }),
    100,
  ),
});

/** Parts of reports of which only is kept that they came: what is in them is somebody's own, or asked for by nobody. */
export const reportPart = z.object({ requestId: count, seqNo: count, tbc: flag, evseId: count });

export const notifyChargingLimit = z.object({
  evseId: count,
  chargingLimit: z
    .object({ chargingLimitSource: text(20), isGridCritical: flag })
    .catch({ chargingLimitSource: undefined, isGridCritical: undefined }),
  chargingSchedule: listOf(
    z.object({ chargingRateUnit: text(4), chargingSchedulePeriod: listOf(z.object({ limit: number }), 1_024) }),
    10,
  ),
});

export const clearedChargingLimit = z.object({ chargingLimitSource: text(20), evseId: count });
export const reservationStatusUpdate = z.object({ reservationId: count, reservationUpdateStatus: text(20) });

/** The samples of a message, in its order. @param nowMs  stands in for a time the station does not tell. */
export function samplesOf(readings: readonly MeterReading[], nowMs: number): readonly MeterSample[] {
  return readings.map(({ atMs, values }) => meterSample(atMs ?? nowMs, values));
}

/** The energy register at an instant that is marked so. @param context  Transaction.Begin or Transaction.End. */
export function energyAt(readings: readonly MeterReading[], context: string): number | undefined {
  const marked = readings.filter((one) => one.context === context);
  return samplesOf(marked, 0).find(({ energyWh }) => energyWh !== undefined)?.energyWh;
}

function readMeterReadings(raw: unknown): readonly MeterReading[] {
  if (!Array.isArray(raw)) return [];
  return raw.slice(0, MAX_INSTANTS).flatMap((one: unknown): MeterReading[] => {
    if (!isRecord(one)) return [];
    const { timestamp, sampledValue } = one;
    const sampled: readonly unknown[] = Array.isArray(sampledValue) ? sampledValue.slice(0, MAX_VALUES) : [];
    const [first] = sampled;
    const context = isRecord(first) ? wordOf(first["context"]) : undefined;
    return [{ atMs: parseInstant(timestamp), context, values: sampled.flatMap(readSampledValue) }];
  });
}

function readSampledValue(raw: unknown): readonly SampledValue[] {
  if (!isRecord(raw)) return [];
  const measurand = wordOf(raw["measurand"]);
  if (measurand !== "SoC" && !AT_CONNECTOR.has(wordOf(raw["location"]))) return [];
  const measured = raw["unitOfMeasure"];
  const { unit, multiplier } = isRecord(measured) ? measured : {};
  const power = numberOf(multiplier);
  return [
    {
      value: numberOf(raw["value"]),
      measurand,
      phase: wordOf(raw["phase"]),
      unit: wordOf(unit),
      multiplier: Number.isFinite(power) ? power : 0,
    },
  ];
}
