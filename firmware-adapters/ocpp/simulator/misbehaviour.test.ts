import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import type { OcppVersion } from "../words.ts";
import { AcceleratedClock } from "./testing/accelerated-clock.ts";
import { Street, TAG } from "./testing/simulated-street.ts";

const VERSIONS: readonly OcppVersion[] = ["ocpp1.6", "ocpp2.0.1"];
const FAST = 10;
const MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Temperature";

/** One whole transaction with a meter value in it. */
async function charge(street: Street): Promise<void> {
  const { station } = street;
  station.plug(1, { wantsA: 16 });
  expect(await station.swipe(1, TAG)).toBe("started");
  await eventually("a meter value", () => station.acknowledged.length >= 3);
  station.unplug(1);
  await eventually("an empty queue", () => station.queueLength === 0);
}

function endings(street: Street): readonly string[] {
  return street
    .committed()
    .map(({ name }) => name)
    .filter((name) => name === "transaction-started" || name === "transaction-ended");
}

describe.each(VERSIONS)("a %s charge point that misbehaves", (version) => {
  it.each([
    ["sends null for nothing", { nullPayloads: true }],
    ["adds fields of its own", { extraFields: true }],
    ["cannot spell its units", { misspelt: true }],
    ["puts its numbers in quotes", { numericTexts: true }],
  ] as const)("and %s is understood, and it is counted", async (_, how) => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST) });
    await street.settled();
    street.station.station.settings.set("heartbeatS", "1");
    street.station.station.settings.set("measurands", MEASURANDS);
    street.station.misbehave(how);
    await charge(street);
    expect(endings(street)).toEqual(["transaction-started", "transaction-ended"]);
    // 2.0.1 has neither a unit that is misspelt nor, outside of heartbeats, an empty payload.
    await eventually("the count", () => {
      const reading = street.firstDeps.last("tolerated")?.reading;
      return version === "ocpp2.0.1" && "misspelt" in how ? true : reading?.quality === "good" && reading.value > 0;
    });
  });

  it("and says everything twice is written down once", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST) });
    await street.settled();
    street.station.misbehave({ duplicates: 1_000 });
    await charge(street);
    expect(endings(street)).toEqual(["transaction-started", "transaction-ended"]);
  });

  it("and falls silent is said to be away, and heard again", async () => {
    const device = { silentAfterMs: 10_000 };
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST), device });
    await street.settled();
    street.station.misbehave({ isSilent: true });
    const status = await eventually("its silence", () => {
      const last = street.firstDeps.lastStatus();
      return last?.state === "offline" && last;
    });
    expect(status.reason).toMatch(/^timeout: nothing for \d+ s$/);
    street.station.behave();
    await eventually("its return", () => street.firstDeps.lastStatus()?.state === "online");
  });

  it("and sends garbage, or has a clock from another century, loses nothing", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST) });
    await street.settled();
    street.station.misbehave({ clockOffsetS: -800_000_000 });
    for (let times = 0; times < 20; times += 1) street.station.sendGarbage(200);
    await charge(street);
    expect(endings(street)).toEqual(["transaction-started", "transaction-ended"]);
    expect(street.station.nowMs()).toBeLessThan(Date.now() - 700_000_000_000);
  });
});

describe.each(["minus-one", "random"] as const)("a 1.6 charge point that numbers by itself (%s)", (ownNumbers) => {
  it("is answered all the same, and its transaction is found again by connector, time and meter", async () => {
    const clock = new AcceleratedClock(FAST);
    await using street = await Street.open({ version: "ocpp1.6", clock, station: { ownNumbers } });
    await street.settled();
    street.station.station.settings.set("attempts", "1");
    street.station.misbehave({ lostAnswers: 1 });
    street.station.plug(1, { wantsA: 16 });
    await street.station.swipe(1, TAG);
    const number = await eventually("its own number", () => street.station.station.connector(1)?.transaction?.number);
    expect(number).toBeLessThan(0);
    await eventually("a meter value", () => street.station.acknowledged.length > 0);
    street.station.unplug(1);
    await eventually("an empty queue", () => street.station.queueLength === 0);
    expect(endings(street)).toEqual(["transaction-started", "transaction-ended"]);
    const reconciled = street.committed().find(({ name }) => name === "transaction-reconciled");
    expect(reconciled?.details).toMatchObject({ transaction: "1", claimedId: number, how: "connector-time-meter" });
  });
});
