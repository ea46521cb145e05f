import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { AcceleratedClock } from "./testing/accelerated-clock.ts";
import { drawsA, Street, TAG } from "./testing/simulated-street.ts";

const FAST = 10;
const never = new AbortController().signal;

type Given = Readonly<Record<string, string | number | boolean>>;

/** A 1.6 station on the real site controller, set up. Accelerated, so that time-outs pass. */
async function openStreet(): Promise<Street> {
  const street = await Street.open({ version: "ocpp1.6", connectors: 2, clock: new AcceleratedClock(FAST) });
  await street.settled();
  return street;
}

async function call(street: Street, methodId: string, given: Given = {}) {
  return await street.device.execute({ kind: "call", methodId, arguments: given, actor: "ann" }, never);
}

function statusOf(street: Street, connectorId = 1): number | undefined {
  const reading = street.firstDeps.last(`connector${connectorId}.status`)?.reading;
  return reading?.quality === "good" ? reading.value : undefined;
}

async function recorded(street: Street, name: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await eventually(name, () =>
    street.firstDeps.events.find((event) => event.kind === "occurrence" && event.name === name),
  );
  return found.kind === "occurrence" ? found.details : {};
}

const AVAILABLE = 0;
const PREPARING = 1;
const CHARGING = 2;

/** The numbers are those of the Open Charge Alliance's test cases for 1.6 central systems; the tool itself was not run. */
describe("OCA test cases for a 1.6 central system", () => {
  it("TC_003: a session, cable first; TC_005_1: ended at the car's side", async () => {
    await using street = await openStreet();
    street.station.plug(1);
    await eventually("preparing", () => statusOf(street) === PREPARING);
    expect(await street.station.swipe(1, TAG)).toBe("started");
    await eventually("charging", () => statusOf(street) === CHARGING);
    street.station.unplug(1);
    expect(await recorded(street, "transaction-ended")).toMatchObject({ reason: "EVDisconnected" });
    await eventually("available", () => statusOf(street) === AVAILABLE);
  });

  it("TC_004_1, TC_004_2: a session, tag first; nobody plugs in", async () => {
    await using street = await openStreet();
    street.station.station.settings.set("plugWithinS", "5");
    expect(await street.station.swipe(1, TAG)).toBe("waits-for-cable");
    await eventually("preparing", () => statusOf(street) === PREPARING);
    await eventually("available again", () => statusOf(street) === AVAILABLE);
    expect(await street.station.swipe(1, TAG)).toBe("waits-for-cable");
    street.station.plug(1);
    expect(await recorded(street, "transaction-started")).toMatchObject({ idTagStatus: "Accepted" });
  });

  it("TC_010, TC_011_1, TC_011_2: started from afar, cable before, after, and never", async () => {
    await using street = await openStreet();
    street.station.plug(2);
    expect(await call(street, "remote-start", { idTag: TAG, connector: 2 })).toMatchObject({ kind: "done" });
    expect(await recorded(street, "transaction-started")).toMatchObject({ connector: 2 });
    street.station.station.settings.set("plugWithinS", "5");
    expect(await call(street, "remote-start", { idTag: TAG, connector: 1 })).toMatchObject({ kind: "done" });
    await eventually("preparing", () => statusOf(street) === PREPARING);
    await eventually("available again", () => statusOf(street) === AVAILABLE);
  });

  it("TC_012, TC_026, TC_028: stopped from afar; orders that cannot be carried out", async () => {
    await using street = await openStreet();
    expect(await call(street, "remote-stop", { transaction: "999" })).toMatchObject({ kind: "refused" });
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    const { transaction } = await recorded(street, "transaction-started");
    await eventually("the answer", () => street.station.queueLength === 0);
    expect(await call(street, "remote-start", { idTag: TAG, connector: 1 })).toMatchObject({ kind: "refused" });
    expect(await call(street, "remote-stop", { transaction: String(transaction) })).toMatchObject({ kind: "done" });
    expect(await recorded(street, "transaction-ended")).toMatchObject({ reason: "Remote" });
  });

  it("TC_017, TC_018_1, TC_031: unlocked without and with a session; a connector that is not there", async () => {
    await using street = await openStreet();
    expect(await call(street, "unlock", { connector: 1 })).toMatchObject({ kind: "done" });
    expect(await call(street, "unlock", { connector: 9 })).toMatchObject({ kind: "refused" });
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    await recorded(street, "transaction-started");
    expect(await call(street, "unlock", { connector: 1 })).toMatchObject({ kind: "done" });
    expect(await recorded(street, "transaction-ended")).toMatchObject({ reason: "UnlockCommand" });
  });

  it("TC_019, TC_021, TC_040: configuration read, changed, unknown, and out of range", async () => {
    await using street = await openStreet();
    const all = await call(street, "get-configuration");
    expect(all).toMatchObject({ kind: "done", detail: expect.stringContaining("HeartbeatInterval") });
    const one = await call(street, "get-configuration", { key: "NumberOfNothing" });
    expect(one).toMatchObject({ kind: "done", detail: expect.stringContaining('"unknownKey":["NumberOfNothing"]') });
    const set = async (key: string, value: string) => await call(street, "set-configuration", { key, value });
    expect(await set("MeterValueSampleInterval", "15")).toMatchObject({ kind: "done" });
    expect(street.station.station.settings.number("meterS")).toBe(15);
    expect(await set("NumberOfNothing", "1")).toMatchObject({ kind: "refused" });
    expect(await set("MeterValueSampleInterval", "-1")).toMatchObject({ kind: "refused" });
  });

  it.each([
    ["TC_023_1", "nobody knows", "NOBODY", []],
    ["TC_023_2", "has expired", "OLD", [{ idTag: "OLD", expiresAt: "2020-01-01T00:00:00Z" }]],
    ["TC_023_3", "is blocked", "THIEF", [{ idTag: "THIEF", isBlocked: true }]],
  ] as const)("%s: a tag that %s does not charge", async (_, __, idTag, idTags) => {
    await using street = await Street.open({ version: "ocpp1.6", site: { idTags: [{ idTag: TAG }, ...idTags] } });
    await street.settled();
    street.station.plug(1);
    expect(await street.station.swipe(1, idTag)).toBe("refused");
    expect(street.committed()).toEqual([]);
  });

  it("TC_024: a lock that fails is shown and recorded", async () => {
    await using street = await openStreet();
    street.station.fault(1, "ConnectorLockFailure");
    expect(await recorded(street, "connector-fault")).toMatchObject({ errorCode: "ConnectorLockFailure" });
  });

  it("TC_032_1: after a power failure it boots, and ends what ran", async () => {
    await using street = await openStreet();
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    await recorded(street, "transaction-started");
    street.station.reboot("PowerLoss");
    expect(await recorded(street, "transaction-ended")).toMatchObject({ reason: "PowerLoss" });
    const boots = (): number =>
      street.firstDeps.events.filter((event) => event.kind === "occurrence" && event.name === "boot").length;
    await eventually("another boot", () => boots() === 2);
  });

  it("TC_046, TC_048, TC_049, TC_051, TC_052: reserved, not to be reserved, taken back", async () => {
    await using street = await openStreet();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const reserve = async (connector: number, reservation: number) =>
      await call(street, "reserve", { connector, idTag: TAG, until, reservation });
    expect(await reserve(1, 1)).toMatchObject({ kind: "done" });
    expect(await reserve(1, 2)).toMatchObject({ kind: "refused", detail: expect.stringContaining("Occupied") });
    expect(await call(street, "cancel-reservation", { reservation: 1 })).toMatchObject({ kind: "done" });
    expect(await call(street, "cancel-reservation", { reservation: 1 })).toMatchObject({ kind: "refused" });
    expect(await reserve(0, 3)).toMatchObject({ kind: "done" });
    expect(await reserve(9, 4)).toMatchObject({ kind: "refused", detail: expect.stringContaining("Rejected") });
    street.station.fault(2, "GroundFailure");
    expect(await reserve(2, 5)).toMatchObject({ kind: "refused", detail: expect.stringContaining("Faulted") });
    street.station.clearFault(2);
    await call(street, "availability", { connector: 2, isOperative: false });
    expect(await reserve(2, 6)).toMatchObject({ kind: "refused", detail: expect.stringContaining("Unavailable") });
    street.station.plug(1);
    expect(await street.station.swipe(1, TAG)).toBe("started");
    expect(await recorded(street, "transaction-started")).toMatchObject({ reservation: 3 });
  });

  it("TC_047: a reservation runs out", async () => {
    await using street = await openStreet();
    const until = new Date(street.station.nowMs() + 10_000).toISOString();
    const outcome = await call(street, "reserve", { connector: 1, idTag: TAG, until, reservation: 1 });
    expect(outcome).toMatchObject({ kind: "done" });
    await eventually("reserved", () => statusOf(street) === 6);
    await eventually("available again", () => statusOf(street) === AVAILABLE);
  });

  it("TC_054, TC_055: asked for a message; of a connector that is not there", async () => {
    await using street = await openStreet();
    for (const message of ["StatusNotification", "MeterValues", "Heartbeat", "BootNotification"]) {
      expect(await call(street, "trigger", { message })).toMatchObject({ kind: "done" });
    }
    expect(await call(street, "trigger", { message: "MeterValues", connector: 9 })).toMatchObject({ kind: "refused" });
    expect(await call(street, "trigger", { message: "Weather" })).toMatchObject({ kind: "refused" });
  });

  it("TC_056, TC_057: a default for every transaction, and a limit for the one that runs", async () => {
    await using street = await openStreet();
    const { station } = street.station;
    expect(station.profiles.filter(({ purpose }) => purpose === "tx-default")).toHaveLength(2);
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    const profile = await eventually("its limit", () => station.profiles.find(({ purpose }) => purpose === "tx"));
    expect(profile).toMatchObject({ connectorId: 1, transactionId: "1", kind: "Absolute", durationMs: 21_000 });
    await eventually("the current", () => drawsA(street.station) > 6);
  });
});
