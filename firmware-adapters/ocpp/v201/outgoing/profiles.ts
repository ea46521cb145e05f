import { tenths } from "../../protocol/set-profile.ts";
import type { LimitOrder } from "../../station/station-host.ts";
import type { StationCall } from "../../words.ts";

/** The same stack level and purpose replaces: one profile of ours of each kind is in force at a time. */
const FALLBACK_ID = 1_000;
const GRANT_ID = 2_000;
const MAXIMUM_ID = 3_000;
const STACK_LEVEL = 0;
/** A profile has one schedule; the id only tells it from others of the same profile. */
const SCHEDULE_ID = 1;
/** A schedule must have begun when it arrives, whatever the two clocks say. */
const BEGUN_MS = 1_000;

/**
 * What a connector falls back to: a TxDefaultProfile without end, under which each transaction runs as long as no grant
 * of ours is in force.
 *
 * @see OCPP 2.0.1 part 2, K01, K02
 */
export function fallbackProfile(evseId: number, limitA: number): StationCall {
  return profileFor(evseId, {
    id: FALLBACK_ID + evseId,
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Relative",
    chargingSchedule: [schedule(limitA)],
  });
}

/** The most the station may ever draw, whoever asks: a ChargingStationMaxProfile, which only EVSE 0 takes. */
export function maximumProfile(limitA: number, nowMs: number): StationCall {
  return profileFor(0, {
    id: MAXIMUM_ID,
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "ChargingStationMaxProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [{ ...schedule(limitA), startSchedule: begun(nowMs) }],
  });
}

/** A grant: a TxProfile that ends by itself, so that a gateway that has died grants nothing for ever. */
export function grantProfile({ connectorId, transactionId, limitA, leaseMs }: LimitOrder, nowMs: number): StationCall {
  return profileFor(connectorId, {
    id: GRANT_ID + connectorId,
    transactionId,
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "TxProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [
      { ...schedule(limitA), startSchedule: begun(nowMs), duration: Math.ceil((leaseMs + BEGUN_MS) / 1_000) },
    ],
  });
}

function profileFor(evseId: number, chargingProfile: object): StationCall {
  return { action: "SetChargingProfile", payload: { evseId, chargingProfile } };
}

function schedule(limitA: number): object {
  return {
    id: SCHEDULE_ID,
    chargingRateUnit: "A",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: tenths(limitA) }],
  };
}

function begun(nowMs: number): string {
  return new Date(nowMs - BEGUN_MS).toISOString();
}
