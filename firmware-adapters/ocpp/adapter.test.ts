import { describe, expect, it } from "vitest";

import { describeAdapter } from "../conformance.ts";
import { eventually, type FakeDeps } from "../testing/fake-deps.ts";
import { ocpp } from "./adapter.ts";
import { siteRig, stationRig } from "./testing/site-rig.ts";

const never = new AbortController().signal;
const site = (siteSettings: object = {}, before?: FakeDeps) => siteRig("ocpp1.6", siteSettings, before);

describeAdapter("OCPP 1.6", ocpp, () =>
  stationRig("ocpp1.6", { connectorId: 1, status: "Charging", errorCode: "NoError" }),
);

const START = { connectorId: 1, idTag: "04A1B2", meterStart: 1_000, timestamp: new Date().toISOString() };

describe("a 1.6 charge point", () => {
  it("charges with a tag on the list, and its record tells it from start to end, once", async () => {
    await using here = await site();
    const { station, deps } = here;
    const started = await station.call("StartTransaction", START);
    expect(started).toEqual({ transactionId: 1, idTagInfo: { status: "Accepted" } });
    expect(await station.call("StartTransaction", START)).toEqual(started);
    const stop = {
      transactionId: 1,
      idTag: "04A1B2",
      meterStop: 8_500,
      timestamp: new Date().toISOString(),
      reason: "EVDisconnected",
    };
    expect(await station.call("StopTransaction", stop)).toEqual({ idTagInfo: { status: "Accepted" } });
    expect(await station.call("StopTransaction", stop)).toEqual({ idTagInfo: { status: "Accepted" } });
    const names = deps.commits.flatMap(({ events }) =>
      events.flatMap((event) => (event.kind === "occurrence" ? [event.name] : [])),
    );
    // Each twice on the wire, once in the record; that it came again is told once, too.
    const again = "transaction-duplicate";
    expect(names).toEqual(["transaction-started", again, "transaction-ended", again]);
    const ended = deps.events.findLast((event) => event.kind === "occurrence" && event.name === "transaction-ended");
    expect(ended).toMatchObject({
      details: { transaction: "1", connector: 1, energyWh: 7_500, reason: "EVDisconnected" },
    });
  });

  it("shows which phases of the supply are behind its own, also after its line was gone", async () => {
    const members = [{ station: "CP-1", connector: 1, phases: ["L2", "L3", "L1"] }];
    await using here = await site({ members });
    const { station, deps } = here;
    const isShown = () => deps.last("connector1.wiring")?.reading;
    await station.call("StatusNotification", { connectorId: 1, status: "Available", errorCode: "NoError" });
    await eventually("the wiring", () => isShown()?.quality === "good");
    await station.hangUp();
    await eventually("the loss", () => deps.lastStatus()?.state === "offline");
    await station.call("StatusNotification", { connectorId: 1, status: "Available", errorCode: "NoError" });
    await eventually("the wiring again", () => isShown()?.quality === "good");
    expect(isShown()).toEqual({ quality: "good", value: 231 });
    expect(deps.last("connector2.wiring")?.reading).toMatchObject({ quality: "bad" });
  });

  it("gives an invalid tag a number of its own and Invalid, and leaves what runs alone", async () => {
    await using here = await site();
    const { station } = here;
    await station.call("StartTransaction", START);
    for (const [idTag, status] of [
      ["NOBODY", "Invalid"],
      ["BLOCKED", "Blocked"],
    ]) {
      const answer = await station.call("StartTransaction", { ...START, idTag });
      expect(answer).toMatchObject({ idTagInfo: { status }, transactionId: expect.any(Number) });
    }
    const stop = { transactionId: 1, meterStop: 2_000, timestamp: new Date().toISOString() };
    expect(await station.call("StopTransaction", stop)).toEqual({});
    expect(await station.call("Authorize", { idTag: "04A1B2" })).toEqual({ idTagInfo: { status: "Accepted" } });
  });

  it("accepts a stop under any number, and gives numbers on after a restart", async () => {
    let before: FakeDeps;
    {
      await using here = await site();
      before = here.deps;
      await here.station.call("StartTransaction", START);
    }
    await using here = await site({}, before);
    const { station, deps } = here;
    const stop = { transactionId: -1, idTag: "04A1B2", meterStop: 3_000, timestamp: new Date().toISOString() };
    expect(await station.call("StopTransaction", stop)).toEqual({ idTagInfo: { status: "Accepted" } });
    expect(deps.last("connector1.energy")?.reading).toEqual({ quality: "good", value: 3 });
    const facts = deps.events.flatMap((event) =>
      event.kind === "occurrence" ? [[event.name, event.details["transaction"]]] : [],
    );
    expect(facts).toContainEqual(["transaction-ended", "1"]);
    expect(facts).toContainEqual(["transaction-reconciled", "1"]);
    expect(await station.call("StartTransaction", { ...START, connectorId: 2 })).toMatchObject({ transactionId: 2 });
  });

  it("answers nothing that is not on the disk: it hangs up, and the retry gets the same number", async () => {
    await using here = await site();
    const { station, deps } = here;
    await station.connect();
    deps.isDiskBroken = true;
    await expect(station.call("StartTransaction", START)).rejects.toThrow(Error);
    await eventually("the hang-up", () => !station.isConnected);
    deps.isDiskBroken = false;
    expect(await station.call("StartTransaction", START)).toMatchObject({ transactionId: 1 });
  });

  it("is set up at first contact: local list, offline authorisation, fallback; and is granted its share", async () => {
    await using here = await site();
    const { station, siteDeps, deps } = here;
    await station.call("BootNotification", { chargePointVendor: "Acme", chargePointModel: "One" });
    const ofAction = (action: string) => station.asked.filter((one) => one.action === action).map((one) => one.payload);
    await eventually("the last of it", () => ofAction("TriggerMessage").length >= 3);
    const fallbacks = purposes(ofAction("SetChargingProfile")).filter((one) => one === "TxDefaultProfile");
    expect(fallbacks.length).toBeGreaterThanOrEqual(2);
    expect(ofAction("SendLocalList")[0]).toMatchObject({
      updateType: "Full",
      localAuthorizationList: [{ idTag: "04A1B2" }, { idTag: "BLOCKED", idTagInfo: { status: "Blocked" } }],
    });
    expect(ofAction("ChangeConfiguration")).toContainEqual({ key: "LocalAuthorizeOffline", value: "true" });
    expect(ofAction("TriggerMessage")).toContainEqual({ requestedMessage: "StatusNotification", connectorId: 1 });
    await station.call("StartTransaction", START);
    // It begins with what is safe while the other connector is unknown, and has all of it soon after.
    const grant = await eventually("a whole grant", () =>
      station.asked.find((one) => /"TxProfile".*"limit":32/.test(JSON.stringify(one.payload))),
    );
    expect(grant.payload).toMatchObject({
      connectorId: 1,
      csChargingProfiles: { transactionId: 1, chargingSchedule: { chargingRateUnit: "A", duration: 121 } },
    });
    await eventually("the limit", () => deps.last("connector1.limit")?.reading.quality === "good");
    expect(siteDeps.last("exposed.l1")?.reading).toMatchObject({ quality: "good" });
  });

  it("is asked how its connectors are when it comes back without a boot", async () => {
    await using here = await site();
    const { station, deps } = here;
    await station.call("StatusNotification", { connectorId: 1, status: "Charging", errorCode: "NoError" });
    const isGood = (): boolean => deps.last("connector1.status")?.reading.quality === "good";
    await eventually("the status", isGood);
    await station.hangUp();
    await eventually("bad points", () => !isGood());
    const from = station.asked.length;
    await station.connect();
    const asked = await eventually("the question", () =>
      station.asked
        .slice(from)
        .find(({ action, payload }) => action === "TriggerMessage" && Object(payload)["connectorId"] === 1),
    );
    expect(asked.payload).toEqual({ requestedMessage: "StatusNotification", connectorId: 1 });
  });

  it("stops charging in the alarm path", async () => {
    await using here = await site();
    const { station, supplyDevice } = here;
    await station.call("BootNotification", { chargePointVendor: "Acme", chargePointModel: "One" });
    await station.call("StartTransaction", START);
    const lastGrant = (): string =>
      JSON.stringify(
        station.asked.findLast((one) => JSON.stringify(one.payload).includes('"TxProfile"'))?.payload ?? {},
      );
    await eventually("a grant", () => lastGrant().includes('"limit":32'));
    const stop = { kind: "write", pointId: "stop", value: 1, actor: "action fire", priority: "alarm" } as const;
    expect(await supplyDevice.execute(stop, never)).toEqual({ kind: "done", before: 0, after: 1 });
    await eventually("a pause", () => lastGrant().includes('"limit":0'));
  });

  it("does what it is told: start, stop, reset, unlock, configuration, reservation", async () => {
    await using here = await site();
    const { station, device } = here;
    await station.connect();
    await eventually("the connection", () => station.isConnected);
    const call = (methodId: string, given: Record<string, string | number | boolean>) =>
      device.execute({ kind: "call", methodId, arguments: given, actor: "ann" }, never);
    expect(await call("remote-start", { idTag: "04A1B2", connector: 1 })).toMatchObject({ kind: "done" });
    expect(await call("reset", {})).toMatchObject({ kind: "done" });
    expect(await call("unlock", { connector: 2 })).toMatchObject({ kind: "done" });
    expect(await call("set-configuration", { key: "HeartbeatInterval", value: "60" })).toMatchObject({ kind: "done" });
    expect(await call("unlock", {})).toMatchObject({ kind: "refused", reason: "bad-arguments" });
    expect(await call("reserve", { connector: 1, idTag: "A", until: "tomorrow", reservation: 5 })).toMatchObject({
      kind: "refused",
      reason: "bad-arguments",
    });
  });
});

function purposes(payloads: readonly unknown[]): string[] {
  return payloads.map((payload) => /"chargingProfilePurpose":"(\w+)"/.exec(JSON.stringify(payload))?.[1] ?? "");
}
