import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter } from "../../conformance.ts";
import { eventually, type FakeDeps } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { deviations } from "../server/schemas.ts";
import { siteRig, stationRig, type SiteRig } from "../testing/site-rig.ts";
import { AT, transactionEvent, type EventChanges } from "./testing/examples.ts";

const STATUS = { timestamp: AT, connectorStatus: "Faulted", evseId: 1, connectorId: 1 };
describeAdapter("OCPP 2.0.1", ocpp, () => stationRig("ocpp2.0.1", STATUS, "faulted"));

const site = (before?: FakeDeps): Promise<SiteRig> => siteRig("ocpp2.0.1", {}, before);
const ID = "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54";
const ACCEPTED = { idTokenInfo: { status: "Accepted" } };

/** Sends one message, checked to be as the standard has it, and checks that the answer is, too. */
async function tell(
  { station }: SiteRig,
  kind: "Started" | "Updated" | "Ended",
  seqNo: number,
  changes: EventChanges = {},
): Promise<unknown> {
  const payload = transactionEvent(kind, seqNo, changes);
  expect(deviations("ocpp2.0.1", "TransactionEvent", "req", payload)).toEqual([]);
  const answer = await station.call("TransactionEvent", payload);
  expect(station.deviations).toEqual([]);
  return answer;
}

/** The record's occurrences, by name, with what they say of a transaction. */
function record({ commits }: FakeDeps): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  return commits.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === "occurrence" ? [[event.name, event.details] as const] : [])),
  );
}
const names = (deps: FakeDeps): readonly string[] => record(deps).map(([name]) => name);
const detailsOf = (deps: FakeDeps, name: string) => record(deps).findLast((one) => one[0] === name)?.[1];

describe("a transaction of a 2.0.1 station", () => {
  it("E01, E03, E06: is told from start to end, under the station's own id", async () => {
    await using here = await site();
    const { deps } = here;
    expect(await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 1_000, chargingState: "Charging" })).toEqual(
      ACCEPTED,
    );
    await eventually("charging", () => deps.last("connector1.charging")?.reading.quality === "good");
    expect(deps.last("connector1.charging")?.reading).toEqual({ quality: "good", value: 1 });
    expect(await tell(here, "Updated", 1, { meterWh: 4_000 })).toEqual({});
    expect(deps.last("connector1.energy")?.reading).toEqual({ quality: "good", value: 4 });
    const end = { meterWh: 8_500, stoppedReason: "EVDisconnected", triggerReason: "EVDeparted" };
    expect(await tell(here, "Ended", 2, end)).toEqual({});
    expect(names(deps)).toEqual(["transaction-started", "transaction-updated", "transaction-ended"]);
    expect(detailsOf(deps, "transaction-started")).toMatchObject({
      transaction: ID,
      connector: 1,
      idTag: "****A1B2",
      idTagStatus: "Accepted",
      meterStartWh: 1_000,
    });
    expect(detailsOf(deps, "transaction-updated")).toMatchObject({ transaction: ID, connector: 1, meterWh: 4_000 });
    expect(detailsOf(deps, "transaction-ended")).toMatchObject({
      transaction: ID,
      connector: 1,
      meterStopWh: 8_500,
      energyWh: 7_500,
      reason: "EVDisconnected",
    });
    expect(deps.last("connector1.status")?.reading).toEqual({ quality: "good", value: 5 });
  });

  it("E02: is told the tag after the plug is in", async () => {
    await using here = await site();
    expect(await tell(here, "Started", 0, { chargingState: "EVConnected", meterWh: 10 })).toEqual({});
    expect(await tell(here, "Updated", 1, { idTag: "04A1B2", triggerReason: "Authorized" })).toEqual(ACCEPTED);
    expect(detailsOf(here.deps, "transaction-updated")).toMatchObject({ idTag: "****A1B2", idTagStatus: "Accepted" });
  });

  it("E13: is written down once, however often it is told, also after a restart", async () => {
    let before: FakeDeps;
    {
      await using here = await site();
      before = here.deps;
      await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 1_000 });
      await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 1_000 });
      await tell(here, "Updated", 1, { meterWh: 2_000 });
      expect(names(before)).toEqual(["transaction-started", "transaction-duplicate", "transaction-updated"]);
    }
    await using here = await site(before);
    expect(await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 1_000 })).toEqual(ACCEPTED);
    await tell(here, "Updated", 1, { meterWh: 2_000 });
    await tell(here, "Ended", 2, { meterWh: 3_000 });
    await tell(here, "Ended", 2, { meterWh: 3_000 });
    const again = names(here.deps);
    expect(again.filter((name) => name !== "transaction-duplicate")).toEqual(["transaction-ended"]);
    expect(detailsOf(here.deps, "transaction-ended")).toMatchObject({ energyWh: 2_000 });
  });

  it("E04, E08, E11, E12: is told as it was when the station was away, in its own times, and what it lost is written down", async () => {
    await using here = await site();
    const { deps } = here;
    const offline = true;
    await tell(here, "Started", 0, { at: "2026-11-24T20:00:00.000Z", idTag: "04A1B2", meterWh: 100, offline });
    await tell(here, "Updated", 2, {
      at: "2026-11-24T20:20:00.000Z",
      meterWh: 200,
      chargingState: "Charging",
      offline,
    });
    await tell(here, "Updated", 4, { at: "2026-11-24T20:40:00.000Z", meterWh: 300, offline });
    await tell(here, "Ended", 5, { at: "2026-11-24T21:00:00.000Z", meterWh: 400, offline });
    expect(detailsOf(deps, "transaction-started")).toMatchObject({
      startedAt: "2026-11-24T20:00:00.000Z",
      isOffline: true,
    });
    expect(detailsOf(deps, "transaction-ended")).toMatchObject({
      stoppedAt: "2026-11-24T21:00:00.000Z",
      energyWh: 300,
      isOffline: true,
    });
    const gaps = record(deps).filter(([name]) => name === "transaction-gap");
    expect(gaps.map(([, { fromSeqNo, toSeqNo }]) => [fromSeqNo, toSeqNo])).toEqual([
      [1, 1],
      [3, 3],
    ]);
    // Each of them is old, and so each is written down; none is how things are now.
    expect(names(deps).filter((name) => name === "transaction-updated")).toHaveLength(2);
    expect(deps.last("connector1.energy")?.reading.quality).not.toBe("good");
    expect(deps.last("connector1.charging")?.reading.quality).not.toBe("good");
  });

  it("E05, C01: is kept with a tag that may not charge, and one that runs is left alone", async () => {
    await using here = await site();
    await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 100, chargingState: "Charging" });
    const refusals = [
      ["NOBODY", "Invalid"],
      ["BLOCKED", "Blocked"],
    ] as const;
    for (const [idTag, status] of refusals) {
      expect(await tell(here, "Started", 0, { transactionId: idTag, idTag })).toEqual({ idTokenInfo: { status } });
      expect(await tell(here, "Updated", 1 + refusals.findIndex((one) => one[0] === idTag), { idTag })).toEqual({
        idTokenInfo: { status },
      });
    }
    await tell(here, "Ended", 1, { transactionId: "NOBODY", stoppedReason: "DeAuthorized" });
    expect(await tell(here, "Ended", 3, { idTag: "04A1B2", meterWh: 700 })).toEqual(ACCEPTED);
    expect(names(here.deps)).not.toContain("transaction-unended");
    expect(detailsOf(here.deps, "transaction-refused")).toMatchObject({ idTagStatus: "Blocked" });
    expect(detailsOf(here.deps, "transaction-ended")).toMatchObject({ transaction: ID, energyWh: 600 });
  });

  it("is taken whatever we know of it, and its start may come last", async () => {
    await using here = await site();
    expect(await tell(here, "Ended", 4, { meterWh: 900 })).toEqual({});
    expect(detailsOf(here.deps, "transaction-ended")).not.toHaveProperty("energyWh");
    expect(detailsOf(here.deps, "transaction-reconciled")).toMatchObject({ transaction: ID, how: "unmatched" });
    expect(detailsOf(here.deps, "transaction-gap")).toMatchObject({ fromSeqNo: 0, toSeqNo: 3 });
    expect(await tell(here, "Started", 0, { idTag: "04A1B2", meterWh: 400 })).toEqual(ACCEPTED);
    expect(detailsOf(here.deps, "transaction-started")).toMatchObject({ isLate: true, meterStartWh: 400 });
    expect(detailsOf(here.deps, "transaction-reconciled")).toMatchObject({ how: "late-start", energyWh: 500 });
    expect(await tell(here, "Updated", 2, { transactionId: "OTHER", evseId: 2 })).toEqual({});
  });

  it("is another in the record where a station uses an id again", async () => {
    await using here = await site();
    const fromMs = Date.now() - 3_600_000;
    const at = (minute: number) => new Date(fromMs + minute * 60_000).toISOString();
    const say = async (eventType: "Started" | "Ended", seqNo: number, minute: number, meterWh: number) =>
      tell(here, eventType, seqNo, { transactionId: "1", idTag: "04A1B2", meterWh, at: at(minute) });
    await say("Started", 0, 0, 100);
    await say("Ended", 1, 10, 600);
    await say("Started", 0, 20, 600);
    await say("Ended", 1, 30, 900);
    const told = here.deps.events.flatMap((event) =>
      event.kind === "occurrence" && event.name === "transaction-ended" ? [event.details] : [],
    );
    expect(told.map(({ energyWh }) => energyWh)).toEqual([500, 300]);
    expect(new Set(told.map(({ transaction }) => transaction)).size).toBe(2);
    for (const { transaction } of told) expect(transaction).toMatch(/^1~\d+$/);
  });

  it("E13: is answered only once it is on the disk: we hang up, and the retry is taken", async () => {
    await using here = await site();
    const { station, deps } = here;
    await station.connect();
    deps.isDiskBroken = true;
    const start = transactionEvent("Started", 0, { idTag: "04A1B2", meterWh: 100 });
    await expect(station.call("TransactionEvent", start)).rejects.toThrow(Error);
    await eventually("the hang-up", () => !station.isConnected);
    deps.isDiskBroken = false;
    expect(await station.call("TransactionEvent", start)).toEqual(ACCEPTED);
    expect(names(deps)).toEqual(["transaction-started"]);
    const release = deps.holdCommits();
    let isAnswered = false;
    const answer = station.call("TransactionEvent", transactionEvent("Ended", 1)).then(() => (isAnswered = true));
    await systemClock.sleep(100);
    expect(isAnswered).toBe(false);
    release();
    await answer;
  });

  it("is answered whatever it looks like", async () => {
    await using here = await site();
    const { station, deps } = here;
    for (const payload of [{}, { eventType: "started", transactionInfo: null }, { seqNo: "x", idToken: 5 }]) {
      expect(await station.call("TransactionEvent", payload)).toEqual({});
    }
    expect(names(deps)).toContain("transaction-started");
    const counted = (): number => {
      const reading = deps.last("tolerated")?.reading;
      return reading?.quality === "good" ? reading.value : 0;
    };
    await eventually("that they are counted", () => counted() === 3);
    // What was counted on one line still stands on the next.
    await station.hangUp();
    await eventually("the loss", () => deps.lastStatus()?.state === "offline");
    await station.connect();
    await eventually("the count again", () => counted() === 3);
  });

  it("C02: needs nobody's tag where everybody may charge", async () => {
    await using here = await siteRig("ocpp2.0.1", { unknownTags: "accept" });
    const button = { ...transactionEvent("Started", 0), idToken: { idToken: "", type: "NoAuthorization" } };
    expect(await here.station.call("TransactionEvent", button)).toEqual(ACCEPTED);
    expect(await here.station.call("Authorize", { idToken: button.idToken })).toEqual(ACCEPTED);
    expect(here.station.deviations).toEqual([]);
  });

  it("C09, C10: tells a tag's group, and how long it may be kept", async () => {
    const idTags = [{ idTag: "04A1B2C3", parentIdTag: "FLEET", expiresAt: "2030-01-01T00:00:00Z" }];
    await using here = await siteRig("ocpp2.0.1", { idTags });
    expect(await tell(here, "Started", 0, { idTag: "04A1B2C3" })).toEqual({
      idTokenInfo: {
        status: "Accepted",
        groupIdToken: { idToken: "FLEET", type: "Central" },
        cacheExpiryDateTime: "2030-01-01T00:00:00.000Z",
      },
    });
  });
});
