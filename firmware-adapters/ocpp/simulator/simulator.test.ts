import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import type { OcppVersion } from "../words.ts";
import { AcceleratedClock } from "./testing/accelerated-clock.ts";
import { drawsA, Street, TAG } from "./testing/simulated-street.ts";

const VERSIONS: readonly OcppVersion[] = ["ocpp1.6", "ocpp2.0.1"];
const FAST = 10;

describe.each(VERSIONS)("a simulated %s charge point on the real site controller", (version) => {
  it("is set up at first contact and charges as it is granted, to the last watt-hour in the record", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST) });
    const { station } = street;
    await street.settled();
    station.plug(1, { wantsA: 20 });
    expect(await station.swipe(1, TAG)).toBe("started");
    await eventually("the current", () => drawsA(station) === 20);
    await eventually(
      "a metered current",
      () => street.firstDeps.last("connector1.current.l1")?.reading.quality === "good",
    );
    expect(await station.swipe(1, TAG)).toBe("stopped");
    await eventually("an empty queue", () => station.queueLength === 0);
    const names = street.committed().map(({ name }) => name);
    expect(names[0]).toBe("transaction-started");
    expect(names.at(-1)).toBe("transaction-ended");
    const ended = street.committed().at(-1);
    const stopped = station.acknowledged.at(-1);
    expect(JSON.stringify(stopped?.payload)).toContain(String(ended?.details["meterStopWh"]));
    expect(station.state()).toMatchObject({ line: { deviations: [] } });
  });

  it("falls back by itself when the gateway renews nothing any more", async () => {
    const clock = new AcceleratedClock(FAST);
    await using street = await Street.open({ version, clock });
    const { station } = street;
    await street.settled();
    station.plug(1, { wantsA: 32 });
    await station.swipe(1, TAG);
    await eventually("the grant", () => drawsA(station) > 25);
    station.cut(600_000);
    await eventually("the fallback", () => drawsA(station) === 6);
    expect(station.station.connector(1)?.limit).toEqual({ limitA: 6, source: "tx-default" });
    expect(station.station.connector(1)?.transaction).toBeDefined();
  });

  it("keeps its messages in order while it is away, and tells the whole transaction when it is back", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST) });
    const { station } = street;
    await street.settled();
    station.cut(20_000);
    await eventually("the cut", () => !station.isConnected);
    station.plug(1, { wantsA: 16 });
    expect(await station.swipe(1, TAG)).toBe("started");
    await systemClock.sleep(1_200);
    expect(await station.swipe(1, "NOBODY")).toBe("refused");
    expect(await station.swipe(1, TAG)).toBe("stopped");
    expect(station.queueLength).toBeGreaterThan(2);
    await eventually("an empty queue", () => station.isAccepted && station.queueLength === 0);
    const kinds = station.acknowledged.map(({ action, payload }) =>
      "eventType" in payload ? payload.eventType : action,
    );
    expect(kinds[0]).toMatch(/Start/);
    expect(kinds.at(-1)).toMatch(/Stop|Ended/);
    const names = street.committed().map(({ name }) => name);
    expect(names.filter((name) => name === "transaction-started")).toHaveLength(1);
    expect(names.filter((name) => name === "transaction-ended")).toHaveLength(1);
  });

  it("sends again what got no answer, and gets the same answer", async () => {
    await using street = await Street.open({ version });
    const { station } = street;
    await street.settled();
    station.station.settings.set("retryS", "1");
    station.misbehave({ lostAnswers: 1, duplicates: 2 });
    station.plug(1);
    await station.swipe(1, TAG);
    await eventually("the start", () => station.acknowledged.length > 0);
    expect(station.acknowledged[0]).toMatchObject({ sends: 2 });
    await station.swipe(1, TAG);
    await eventually("an empty queue", () => station.queueLength === 0 && station.misbehaviour.duplicates === 0);
    const names = street.committed().map(({ name }) => name);
    expect(names.filter((name) => name === "transaction-started")).toHaveLength(1);
    expect(names.filter((name) => name === "transaction-ended")).toHaveLength(1);
  });
});
