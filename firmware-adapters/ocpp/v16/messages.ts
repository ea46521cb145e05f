import { z } from "zod";

import { meterSample, type MeterSample } from "../station/meter-sample.ts";
import type { ConnectorStatus } from "../words.ts";

/** Times as stations send them: with a zone, without one (then UTC), or not at all. Milliseconds; undefined where none. */
const instant = z
  .string()
  .max(40)
  .transform((text) => {
    const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
    return Number.isFinite(ms) ? ms : undefined;
  })
  .optional()
  .catch(undefined);

const text = (max: number) =>
  z
    .string()
    .transform((value) => value.slice(0, max))
    .optional()
    .catch(undefined);
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

const sampledValue = z.object({
  value: z.coerce.string(),
  measurand: text(60),
  phase: text(10),
  unit: text(20),
  format: text(20),
});
const meterValue = z.object({ timestamp: instant, sampledValue: z.array(sampledValue).max(200).catch([]) });
type MeterValue = z.infer<typeof meterValue>;

export const stopTransaction = z.object({
  transactionId: whole,
  idTag: z.string().max(64).optional().catch(undefined),
  meterStop: z.coerce.number().catch(0),
  timestamp: instant,
  reason: text(40),
  transactionData: z.array(meterValue).max(1_000).optional().catch(undefined),
});

export const meterValues = z.object({
  connectorId: whole,
  transactionId: z.coerce.number().int().optional().catch(undefined),
  meterValue: z.array(meterValue).max(1_000).catch([]),
});

/** The samples of a message, oldest first. @param nowMs  stands in for a time the station does not tell. */
export function samplesOf(values: readonly MeterValue[], nowMs: number): readonly MeterSample[] {
  return values.map(({ timestamp, sampledValue: sampled }) => {
    const readable = sampled.filter(({ format }) => format === undefined || format === "Raw");
    return meterSample(
      timestamp ?? nowMs,
      readable.map(({ value, measurand, phase, unit }) => ({
        value: value.trim() === "" ? Number.NaN : Number(value),
        measurand,
        phase,
        unit,
        multiplier: 0,
      })),
    );
  });
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
