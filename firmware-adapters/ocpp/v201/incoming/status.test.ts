import { describe, expect, it } from "vitest";

import type { ConnectorStatus } from "../../words.ts";
import { statusAfter, statusOf } from "./status.ts";

const none = undefined;

describe("the status of a connector in the words of 1.6", () => {
  it.each<[string, ConnectorStatus | undefined, string | undefined, ConnectorStatus | undefined]>([
    ["Available", none, none, "available"],
    ["Available", none, "Idle", "preparing"],
    ["Available", "charging", "Charging", "available"],
    ["Occupied", "available", none, "preparing"],
    ["Occupied", "charging", none, "finishing"],
    ["Occupied", "finishing", none, "finishing"],
    ["Occupied", none, "Charging", "charging"],
    ["Occupied", none, "SuspendedEV", "suspended-ev"],
    ["Occupied", none, "SuspendedEVSE", "suspended-evse"],
    ["Occupied", none, "EVConnected", "preparing"],
    ["Occupied", "charging", "EVConnected", "finishing"],
    ["Reserved", none, none, "reserved"],
    ["Unavailable", "charging", "Charging", "unavailable"],
    ["Faulted", "charging", "Charging", "faulted"],
    ["faulted", none, none, "faulted"],
    ["Sleeping", "charging", none, none],
  ])("%s after %s, with a transaction that is %s, is %s", (said, before, chargingState, status) => {
    const running = chargingState === undefined ? undefined : { chargingState };
    expect(statusOf(said, { before, running })).toBe(status);
  });

  it.each<
    [Parameters<typeof statusAfter>[0], ConnectorStatus | undefined, string | undefined, ConnectorStatus | undefined]
  >([
    ["started", none, "EVConnected", "preparing"],
    ["started", "finishing", "EVConnected", "preparing"],
    ["updated", "preparing", "Charging", "charging"],
    ["updated", "charging", "SuspendedEV", "suspended-ev"],
    ["updated", "charging", "EVConnected", "finishing"],
    ["updated", "faulted", "Charging", none],
    ["updated", "unavailable", "Charging", none],
    ["ended", "charging", none, "finishing"],
    ["ended", "preparing", none, "finishing"],
    ["ended", "available", none, none],
    ["ended", none, none, none],
    // Another has begun on it already.
    ["ended", "charging", "Charging", "charging"],
  ])("%s of a transaction, after %s and with one that is %s, makes it %s", (kind, before, chargingState, status) => {
    const running = chargingState === undefined ? undefined : { chargingState };
    expect(statusAfter(kind, { before, running })).toBe(status);
  });
});
