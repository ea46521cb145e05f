import { clockConfidence, name } from "@outpost/wire/identifiers.ts";
import { z } from "zod";

import { TRANSACTION_STATUSES } from "../charging/statuses.ts";

/** What the HTTP API says of charging transactions. Instants are Unix milliseconds by the station's own clock. */
const instantMs = z.number();

export const chargingStatus = z.enum(TRANSACTION_STATUSES);
export type ChargingStatus = z.infer<typeof chargingStatus>;

export const chargingTransaction = z.object({
  gatewayId: name,
  /** The charge point. */
  deviceId: name,
  /** Unique for its device. */
  transaction: z.string(),
  /** `unended`: the connector went on with another. `unmatched`: an end that fits no begin. */
  status: chargingStatus,
  connector: z.int().nullable(),
  /** Masked at the gateway: its last characters. */
  idTag: z.string().nullable(),
  /** What the tag was told: Accepted, Invalid, Expired … */
  idTagStatus: z.string().nullable(),
  /** Its place in lists: its begin, or the earliest that is known of it. */
  beganAtMs: instantMs,
  startedAtMs: instantMs.nullable(),
  stoppedAtMs: instantMs.nullable(),
  meterStartWh: z.number().nullable(),
  meterStopWh: z.number().nullable(),
  /** The latest meter value. */
  meterLastWh: z.number().nullable(),
  meterLastAtMs: instantMs.nullable(),
  /** So far, while it is charging. Null where begin or end of the meter is not known: never a guess. */
  energyWh: z.number().nullable(),
  reason: z.string().nullable(),
  /** Whether its station was away while it happened. */
  isOffline: z.boolean(),
  /** How an end under another number found its begin; `unmatched` where it did not; null where there was no need. */
  reconciled: z.string().nullable(),
  /** The number that the station claimed. */
  claimedId: z.string().nullable(),
  /** Silences between begin and end that are longer than its station may be silent. */
  holeCount: z.int(),
  /** Messages of 2.0.1 that never came, by their numbers. */
  missingCount: z.number(),
  /** Messages that came again. None of them counts twice. */
  duplicateCount: z.int(),
});
export type ChargingTransaction = z.infer<typeof chargingTransaction>;

/** A meter value on the way; null where it did not say. */
export const chargingSample = z.object({
  atMs: instantMs,
  meterWh: z.number().nullable(),
  powerW: z.number().nullable(),
  currentL1A: z.number().nullable(),
  currentL2A: z.number().nullable(),
  currentL3A: z.number().nullable(),
  socPercent: z.number().nullable(),
});
export type ChargingSample = z.infer<typeof chargingSample>;

export const chargingDetail = chargingTransaction.extend({
  /** By the station's clock, oldest first; gone where occurrences of that age were dropped. */
  samples: z.array(chargingSample),
  /** False where there were more samples than are shown. */
  isWhole: z.boolean(),
  /** How long its station may be silent: 20 minutes, or longer where it is set to meter more seldom. */
  longestSilenceMs: z.number(),
  /** The silences that `holeCount` counts. */
  holes: z.array(z.object({ fromMs: instantMs, toMs: instantMs })),
  /** First and last number of the messages that never came. */
  missing: z.array(z.tuple([z.number(), z.number()])),
  /** Every other record of it, by the gateway's clock. */
  steps: z.array(z.object({ name: z.string(), occurredAtMs: instantMs, clockConfidence })),
});
export type ChargingDetail = z.infer<typeof chargingDetail>;

const filter = {
  gateway: name.optional(),
  device: name.optional(),
  status: chargingStatus.optional(),
  /** Begun from here on, and before there. */
  fromMs: z.coerce.number().min(0).max(8_640_000_000_000_000).optional(),
  toMs: z.coerce.number().min(0).max(8_640_000_000_000_000).optional(),
};
export const chargingFilter = z.strictObject(filter);
export type ChargingFilter = z.infer<typeof chargingFilter>;

export const chargingQuery = z.strictObject({
  ...filter,
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ChargingQuery = z.infer<typeof chargingQuery>;

/** The latest begun first. `nextCursor` is null on the last page. */
export const chargingPage = z.object({
  transactions: z.array(chargingTransaction),
  nextCursor: z.string().nullable(),
});
export type ChargingPage = z.infer<typeof chargingPage>;

export const chargingTotalsQuery = z.strictObject({
  ...filter,
  /** IANA time zone that days are counted in; else the asked gateway's, else UTC. */
  zone: z.string().max(64).optional(),
});

export const chargingTotals = z.object({
  /** Of at most 400 days; the last 31 where nothing else was asked. */
  fromMs: instantMs,
  toMs: instantMs,
  zone: z.string(),
  /** Refused ones are counted in `byStatus` only: nothing was charged. */
  sessionCount: z.int(),
  energyWh: z.number(),
  byStatus: z.record(chargingStatus, z.int()),
  /** Sessions with silences or missing messages. */
  gapCount: z.int(),
  /** Messages that came again, all of them recognised. */
  duplicateCount: z.int(),
  /** Days without a session are left out. */
  byDay: z.array(z.object({ day: z.iso.date(), sessionCount: z.int(), energyWh: z.number() })),
});
export type ChargingTotals = z.infer<typeof chargingTotals>;

export const chargingExportQuery = z.strictObject({
  ...filter,
  language: z.enum(["zh", "en"]).default("en"),
  /** A mark by which Excel knows UTF-8. */
  bom: z.enum(["true", "false"]).default("false"),
});
