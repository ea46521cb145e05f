import { tenths } from "../protocol/set-profile.ts";
import type { LimitOrder } from "../station/station-host.ts";
import type { StationCall } from "../words.ts";

/** The same stack level and purpose replaces: one profile of ours of each kind is in force at a time. */
const FALLBACK_ID = 1_000;
const GRANT_ID = 2_000;
const MAXIMUM_ID = 3_000;
const STACK_LEVEL = 0;
/** A schedule must have begun when it arrives, whatever the two clocks say. */
const BEGUN_MS = 1_000;

/**
 * What a connector falls back to: a TxDefaultProfile without end, under which each transaction runs as long as no grant
 * of ours is in force.
 *
 * @see OCPP 1.6 edition 2, sections 3.13.3 and 7.8
 */
export function fallbackProfile(connectorId: number, limitA: number): StationCall {
  return profileFor(connectorId, {
    chargingProfileId: FALLBACK_ID + connectorId,
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Relative",
    chargingSchedule: schedule(limitA),
  });
}

/** The most the station may ever draw, whoever asks: a ChargePointMaxProfile, which only connector 0 takes. */
export function maximumProfile(limitA: number, nowMs: number): StationCall {
  return profileFor(0, {
    chargingProfileId: MAXIMUM_ID,
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "ChargePointMaxProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: { ...schedule(limitA), startSchedule: new Date(nowMs - BEGUN_MS).toISOString() },
  });
}

/** A grant: a TxProfile that ends by itself, so that a gateway that has died grants nothing for ever. */
export function grantProfile({ connectorId, transactionId, limitA, leaseMs }: LimitOrder, nowMs: number): StationCall {
  return profileFor(connectorId, {
    chargingProfileId: GRANT_ID + connectorId,
    transactionId: Number(transactionId),
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: "TxProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: {
      ...schedule(limitA),
      startSchedule: new Date(nowMs - BEGUN_MS).toISOString(),
      duration: Math.ceil((leaseMs + BEGUN_MS) / 1_000),
    },
  });
}

function profileFor(connectorId: number, csChargingProfiles: object): StationCall {
  return { action: "SetChargingProfile", payload: { connectorId, csChargingProfiles } };
}

function schedule(limitA: number): object {
  return {
    chargingRateUnit: "A",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: tenths(limitA) }],
  };
}
