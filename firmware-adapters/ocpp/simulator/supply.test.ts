import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { STATUS_CODES } from "../station/points.ts";
import type { OcppVersion } from "../words.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import { AcceleratedClock } from "./testing/accelerated-clock.ts";
import { drawsA, OTHER_TAG, Street, TAG } from "./testing/simulated-street.ts";

const VERSIONS: readonly OcppVersion[] = ["ocpp1.6", "ocpp2.0.1"];
const FAST = 10;
const LIMIT_A = 40;
const never = new AbortController().signal;

/** Watches what flows on each phase, as a meter before the fuse would; it looks far more often than anything changes. */
function watchFuse(stations: readonly SimulatedChargePoint[]) {
  const stop = new AbortController();
  let highestA = 0;
  const watching = (async () => {
    while (!stop.signal.aborted) {
      for (const phase of [0, 1, 2] as const) {
        const sumA = stations.reduce(
          (sum, { station }) => sum + station.connectors.reduce((own, one) => own + one.outlet.currentA[phase], 0),
          0,
        );
        highestA = Math.max(highestA, sumA);
      }
      await systemClock.sleep(2);
    }
  })();
  return {
    async highestA(): Promise<number> {
      stop.abort();
      await watching;
      return highestA;
    },
  };
}

describe.each(VERSIONS)("%s charge points on one supply", (version) => {
  const supply = { limitA: { L1: LIMIT_A, L2: LIMIT_A, L3: LIMIT_A }, fallbackA: 6, settleMs: 3_000, leaseMs: 20_000 };

  it("share it without ever drawing more than it has, while cars come, change their minds and go", async () => {
    const clock = new AcceleratedClock(FAST);
    const identities = ["CP-1", "CP-2"] as const;
    await using street = await Street.open({ version, identities, clock, supply, station: { lagMs: 2_000 } });
    const [first, second] = street.stations;
    if (first === undefined || second === undefined) throw new Error("there are two");
    await street.settled();
    const fuse = watchFuse(street.stations);
    first.plug(1, { wantsA: 32 });
    await first.swipe(1, TAG);
    await eventually("all that one may draw", () => drawsA(first) === 32);
    second.plug(1, { wantsA: 32 });
    await second.swipe(1, OTHER_TAG);
    await eventually("a share for the other", () => drawsA(second) >= 12);
    expect(drawsA(first)).toBeLessThanOrEqual(LIMIT_A - drawsA(second));
    first.setWish(1, 7);
    await clock.sleep(10_000);
    first.setWish(1, 32);
    second.cut(30_000);
    await clock.sleep(20_000);
    await first.swipe(1, TAG);
    await eventually("the rest for who is left", () => second.isAccepted && drawsA(second) === 32);
    expect(await fuse.highestA()).toBeLessThanOrEqual(LIMIT_A);
    expect(await fuse.highestA()).toBeGreaterThanOrEqual(32);
  });

  it("stop when the site is told to, and go on when it may", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST), supply });
    const { station } = street;
    await street.settled();
    station.plug(1);
    await station.swipe(1, TAG);
    await eventually("a current", () => drawsA(station) > 6);
    const write = (value: number) =>
      street.supply.execute({ kind: "write", pointId: "stop", value, actor: "action fire", priority: "alarm" }, never);
    expect(await write(1)).toMatchObject({ kind: "done" });
    await eventually("no current", () => drawsA(station) === 0);
    expect(station.station.connector(1)?.status).toBe("suspended-evse");
    const shown = (): unknown => street.firstDeps.last("connector1.status")?.reading;
    const suspended = { quality: "good", value: STATUS_CODES.indexOf("suspended-evse") };
    await eventually("its status", () => JSON.stringify(shown()) === JSON.stringify(suspended));
    expect(await write(0)).toMatchObject({ kind: "done" });
    await eventually("a current again", () => drawsA(station) > 6);
  });

  it("charge on at their fallbacks where one refuses what it is told", async () => {
    await using street = await Street.open({ version, clock: new AcceleratedClock(FAST), supply });
    const { station } = street;
    await street.settled();
    station.misbehave({ refusesProfiles: true });
    station.plug(1);
    await station.swipe(1, TAG);
    await eventually("a current", () => drawsA(station) === 6);
    expect(station.station.connector(1)?.limit).toEqual({ limitA: 6, source: "tx-default" });
  });

  it("give both connectors of a station all they are granted together", async () => {
    const wide = { ...supply, limitA: { L1: 64, L2: 64, L3: 64 } };
    const clock = new AcceleratedClock(FAST);
    await using street = await Street.open({ version, clock, connectors: 2, supply: wide });
    const { station } = street;
    await street.settled();
    for (const [connector, tag] of [
      [1, TAG],
      [2, OTHER_TAG],
    ] as const) {
      station.plug(connector);
      await station.swipe(connector, tag);
    }
    await eventually("both at their most", () => drawsA(station, 1) === 32 && drawsA(station, 2) === 32);
    expect(station.station.connectors.map(({ limit }) => limit.source)).toEqual(["tx", "tx"]);
  });
});
