import { describe, expect, it } from "vitest";

import type { Occurrence } from "../../event.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { relayRig, type RelayRig } from "./testing/relay-rig.ts";

const BOOT = { chargePointVendor: "Acme", chargePointModel: "One" };
const START = { connectorId: 1, idTag: "04A1B2C3", meterStart: 1_000, timestamp: new Date().toISOString() };

/** What was asked of the station by SetChargingProfile, as texts. */
function profiles({ station }: RelayRig, purpose: string): readonly string[] {
  return station.asked
    .filter(({ action }) => action === "SetChargingProfile")
    .map(({ payload }) => JSON.stringify(payload))
    .filter((text) => text.includes(`"${purpose}"`));
}

function records({ deps }: RelayRig): readonly Occurrence[] {
  return deps.events.filter((event): event is Occurrence => event.kind === "occurrence");
}

function answersSeenUpstream({ csms }: RelayRig): readonly string[] {
  return csms.texts.filter((text) => /^\[[34],/.test(text));
}

describe("the supply of a relayed charge point", () => {
  it("sets its fallbacks when upstream has let the station go on, and grants by upstream's number", async () => {
    await using here = await relayRig({ hasSite: true });
    const { station } = here;
    await station.call("BootNotification", BOOT);
    await eventually("both fallbacks", () => profiles(here, "TxDefaultProfile").length >= 2);
    await eventually("the statuses", () => station.asked.some(({ action }) => action === "TriggerMessage"));
    expect(await station.call("StartTransaction", START)).toMatchObject({ transactionId: 70_001 });
    const grant = await eventually("a grant", () =>
      profiles(here, "TxProfile").find((one) => one.includes('"transactionId":70001')),
    );
    expect(grant).toContain('"duration"');
    // A gateway with a supply is no second central system: no list, no configuration of its own.
    const asked = new Set(station.asked.map(({ action }) => action));
    expect([...asked].toSorted()).toEqual(["SetChargingProfile", "TriggerMessage"]);
    expect(answersSeenUpstream(here)).toEqual([]);
    expect(station.deviations).toEqual([]);
  });

  it("does not touch a station that upstream does not let go on after its boot", async () => {
    await using here = await relayRig({ hasSite: true });
    const { csms, station } = here;
    csms.answers.set("BootNotification", () => ({ status: "Pending", currentTime: START.timestamp, interval: 1 }));
    await station.call("BootNotification", BOOT);
    csms.answers.set("BootNotification", () => ({ status: "Accepted", currentTime: START.timestamp, interval: 300 }));
    expect(station.asked).toEqual([]);
    await station.call("BootNotification", BOOT);
    await eventually("a fallback", () => profiles(here, "TxDefaultProfile").length > 0);
  });

  it("sets its own again when upstream has set profiles at their place", async () => {
    await using here = await relayRig({ hasSite: true });
    const { csms, station } = here;
    await station.call("BootNotification", BOOT);
    await station.call("StartTransaction", START);
    await eventually("a grant", () => profiles(here, "TxProfile").length > 0);
    await eventually("both fallbacks", () => profiles(here, "TxDefaultProfile").length >= 2);
    const before = profiles(here, "TxDefaultProfile").length;
    const grants = profiles(here, "TxProfile").length;
    expect(await csms.client.call("SetChargingProfile", upstreamsProfile(0))).toEqual({ status: "Accepted" });
    // Upstream's own is one of them.
    await eventually("fallbacks anew", () => profiles(here, "TxDefaultProfile").length >= before + 3);
    await eventually("grants anew", () => profiles(here, "TxProfile").length > grants);
  });

  it("goes on with what runs after a restart of the gateway, which the station does not tell again", async () => {
    await using here = await relayRig({ hasSite: true });
    await here.station.call("BootNotification", BOOT);
    await here.station.call("StartTransaction", START);
    await eventually("a grant", () => profiles(here, "TxProfile").length > 0);
    await using again = await relayRig({ hasSite: true, before: here.deps });
    await again.station.call("Heartbeat", {});
    const grant = await eventually("a grant of the next life", () => profiles(again, "TxProfile")[0]);
    expect(grant).toContain('"transactionId":70001');
    await eventually("the statuses", () => again.station.asked.some(({ action }) => action === "TriggerMessage"));
  });

  it("reckons with all that its connectors can draw while upstream overrules it", async () => {
    await using here = await relayRig({ hasSite: true });
    const { csms, station, deps } = here;
    await station.call("BootNotification", BOOT);
    await eventually("both fallbacks", () => exposedA(here) === 12);
    expect(await csms.client.call("SetChargingProfile", upstreamsProfile(5))).toEqual({ status: "Accepted" });
    await eventually("all that both can draw", () => exposedA(here) === 64);
    await using again = await relayRig({ hasSite: true, before: deps });
    await again.station.call("BootNotification", BOOT);
    await eventually("both fallbacks of the next life", () => profiles(again, "TxDefaultProfile").length >= 2);
    expect(exposedA(again)).toBe(64);
    await again.csms.client.call("ClearChargingProfile", { id: 9 });
    await eventually("its own fallbacks", () => exposedA(again) === 12);
  });
});

function exposedA({ siteDeps }: RelayRig): number | undefined {
  const reading = siteDeps.last("exposed.l1")?.reading;
  return reading?.quality === "good" ? reading.value : undefined;
}

function upstreamsProfile(stackLevel: number): object {
  return {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 9,
      stackLevel,
      chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] },
    },
  };
}

describe("the transactions of a relayed charge point", () => {
  it("are seen from start to end under upstream's number, retries once", async () => {
    await using here = await relayRig();
    const { station, deps } = here;
    await station.call("StartTransaction", START);
    await station.call("StartTransaction", START);
    const timestamp = new Date().toISOString();
    const sampledValue = [{ value: "3000" }, { value: "16", measurand: "Current.Import", phase: "L1", unit: "A" }];
    await station.call("MeterValues", {
      connectorId: 1,
      transactionId: 70_001,
      meterValue: [{ timestamp, sampledValue }],
    });
    await station.call("StopTransaction", { transactionId: 70_001, meterStop: 8_500, timestamp, reason: "Local" });
    await eventually("the end", () => records(here).some(({ name }) => name === "relayed-transaction-ended"));
    const names = records(here).map(({ name }) => name);
    expect(names.filter((name) => name === "relayed-transaction-started")).toHaveLength(1);
    expect(names.filter((name) => name.startsWith("transaction-"))).toEqual([]);
    expect(records(here).find(({ name }) => name === "relayed-transaction-started")?.details).toMatchObject({
      transaction: "70001",
      connector: 1,
      idTag: "****B2C3",
      idTagStatus: "Accepted",
      meterStartWh: 1_000,
    });
    expect(records(here).find(({ name }) => name === "relayed-transaction-ended")?.details).toMatchObject({
      transaction: "70001",
      connector: 1,
      energyWh: 7_500,
      reason: "Local",
    });
    expect(deps.last("connector1.current.l1")?.reading).toEqual({ quality: "good", value: 16 });
  });

  it("are refused where upstream refuses them, and then run for nobody", async () => {
    await using here = await relayRig();
    const { csms, station } = here;
    csms.answers.set("StartTransaction", () => ({ transactionId: 3, idTagInfo: { status: "Blocked" } }));
    await station.call("StartTransaction", START);
    const refused = await eventually("the record", () =>
      records(here).find(({ name }) => name === "relayed-transaction-refused"),
    );
    expect(refused.details).toMatchObject({ transaction: "3", idTagStatus: "Blocked" });
  });

  it("pass and are answered by upstream while our own disk takes nothing", async () => {
    await using here = await relayRig();
    const { station, deps } = here;
    deps.isDiskBroken = true;
    expect(await station.call("StartTransaction", START)).toMatchObject({ transactionId: 70_001 });
    expect(await station.call("Heartbeat", {})).toHaveProperty("currentTime");
    expect(station.isConnected).toBe(true);
  });

  it("go by the station's own ids in 2.0.1", async () => {
    await using here = await relayRig({ version: "ocpp2.0.1" });
    const { csms, station, deps } = here;
    csms.answers.set("TransactionEvent", () => ({ idTokenInfo: { status: "Accepted" } }));
    await station.call(
      "TransactionEvent",
      transactionEvent("Started", 0, { idToken: { idToken: "04A1B2C3", type: "ISO14443" } }),
    );
    await eventually("the start", () => records(here).some(({ name }) => name === "relayed-transaction-started"));
    await station.call("TransactionEvent", transactionEvent("Ended", 1, {}));
    const ended = await eventually("the end", () =>
      records(here).find(({ name }) => name === "relayed-transaction-ended"),
    );
    expect(ended.details).toMatchObject({ transaction: "0d8c1c52-6a06-4b8f-9f0e-3c1c5e0a7b11", connector: 1 });
    expect(deps.commits.length).toBeGreaterThanOrEqual(2);
  });
});

function transactionEvent(eventType: string, seqNo: number, more: object): object {
  return {
    eventType,
    timestamp: new Date().toISOString(),
    triggerReason: "CablePluggedIn",
    seqNo,
    transactionInfo: { transactionId: "0d8c1c52-6a06-4b8f-9f0e-3c1c5e0a7b11" },
    evse: { id: 1, connectorId: 1 },
    ...more,
  };
}
