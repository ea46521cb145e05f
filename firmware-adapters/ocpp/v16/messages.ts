import { z } from "zod";

import { instant, isRecord, numberOf, parseInstant, text, wordOf } from "../protocol/raw.ts";
import { meterSample, type MeterSample, type SampledValue } from "../station/meter-sample.ts";
import type { ConnectorStatus } from "../words.ts";

/** Numbers that some stations put in quotes. */
const whole = z.coerce.number().int().catch(0);
const tag = z.string().max(64).catch("");

export const bootNotification = z.object({
  chargePointVendor: text(50),
  chargePointModel: text(50),
  chargePointSerialNumber: text(50),
  firmwareVersion: text(50),
});

export const statusNotification = z.object({
  connectorId: whole,
  status: z.string().max(40).catch(""),
  errorCode: text(50),
  info: text(100),
  vendorErrorCode: text(50),
  timestamp: instant,
});

export const authorize = z.object({ idTag: tag });

export const startTransaction = z.object({
  connectorId: whole,
  idTag: tag,
  meterStart: z.coerce.number().catch(0),
  timestamp: instant,
  reservationId: z.coerce.number().int().optional().catch(undefined),
});

/** What was measured at one instant, as far as it can be read. */
interface MeterValue {
  readonly atMs: number | undefined;
  readonly values: readonly SampledValue[];
}

const MAX_VALUES = 200;
const MAX_INSTANTS = 1_000;

/** By hand, not by a schema: meter values are nearly all that charge points ever say. */
const meterValueList = z.unknown().optional().transform(readMeterValues);

export const stopTransaction = z.object({
  transactionId: whole,
  idTag: z.string().max(64).optional().catch(undefined),
  meterStop: z.coerce.number().catch(0),
  timestamp: instant,
  reason: text(40),
  transactionData: meterValueList,
});

/** A MeterValues message, by hand too: what `whole` and an optional number of the schemas above make of its fields. */
export function readMeterValuesMessage(payload: unknown): {
  readonly connectorId: number;
  readonly transactionId: number | undefined;
  readonly meterValue: readonly MeterValue[];
} {
  const { connectorId, transactionId, meterValue } = isRecord(payload) ? payload : {};
  return {
    connectorId: wholeOf(connectorId) ?? 0,
    transactionId: transactionId === undefined ? undefined : wholeOf(transactionId),
    meterValue: readMeterValues(meterValue),
  };
}

function wholeOf(raw: unknown): number | undefined {
  const value = typeof raw === "object" && raw !== null ? Number.NaN : Number(raw);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The samples of a message, in its order. @param nowMs  stands in for a time the station does not tell. */
export function samplesOf(values: readonly MeterValue[], nowMs: number): readonly MeterSample[] {
  return values.map(({ atMs, values: sampled }) => meterSample(atMs ?? nowMs, sampled));
}

function readMeterValues(raw: unknown): readonly MeterValue[] {
  if (!Array.isArray(raw)) return [];
  const read: MeterValue[] = [];
  for (const one of raw.length > MAX_INSTANTS ? raw.slice(0, MAX_INSTANTS) : raw) {
    if (!isRecord(one)) continue;
    const { timestamp, sampledValue } = one;
    read.push({ atMs: parseInstant(timestamp), values: readSampledValues(sampledValue) });
  }
  return read;
}

function readSampledValues(raw: unknown): readonly SampledValue[] {
  if (!Array.isArray(raw)) return [];
  const read: SampledValue[] = [];
  for (const one of raw.length > MAX_VALUES ? raw.slice(0, MAX_VALUES) : raw) {
    if (!isRecord(one)) continue;
    const { value, measurand, phase, unit, format } = one;
    // Signed data is for whoever bills by the meter's own key; the plain value stands beside it.
    if (format !== undefined && format !== "Raw") continue;
    const words = { measurand: wordOf(measurand), phase: wordOf(phase), unit: wordOf(unit) };
    read.push({ value: numberOf(value), ...words, multiplier: 0 });
  }
  return read;
}

const STATUSES: Readonly<Record<string, ConnectorStatus>> = {
  available: "available",
  preparing: "preparing",
  charging: "charging",
  suspendedev: "suspended-ev",
  suspendedevse: "suspended-evse",
  finishing: "finishing",
  reserved: "reserved",
  unavailable: "unavailable",
  faulted: "faulted",
  // OCPP 1.5's word, still met.
  occupied: "charging",
};

/** @returns undefined for a status that 1.6 does not have. @see OCPP 1.6 edition 2, section 7.7 */
export function statusOf(status: string): ConnectorStatus | undefined {
  return STATUSES[status.toLowerCase()];
}
