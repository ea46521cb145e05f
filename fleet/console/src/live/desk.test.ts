import { describe, expect, it } from "vitest";

import {
  sampleAlarms,
  sampleDevices,
  sampleGateways,
  samplePoints,
  STATION,
  stormAlarm,
} from "../../testing/sample-data.ts";
import { ApiError } from "../api/errors.ts";
import { openAlarms } from "./alarms.ts";
import { Desk } from "./desk.ts";
import { deviceKey, pointsOf } from "./feed.ts";
import type { StreamEars } from "./stream.ts";

const NOW = 1_795_000_000_000;
const DEVICE = deviceKey(STATION.gatewayId, STATION.deviceId);

/** A desk whose stream the test plays, with lists that answer at once and are counted. */
function openDesk(): {
  readonly desk: Desk;
  readonly ears: StreamEars;
  readonly reads: string[];
  readonly state: { error: ApiError | undefined };
  readonly close: () => void;
} {
  const reads: string[] = [];
  const state: { error: ApiError | undefined } = { error: undefined };
  const answer = async <T>(name: string, value: T): Promise<T> => {
    reads.push(name);
    if (state.error !== undefined) throw state.error;
    return value;
  };
  let ears: StreamEars | undefined;
  const desk = new Desk({
    reads: {
      gateways: () => answer("gateways", sampleGateways(NOW)),
      devices: (gatewayId) => answer("devices", sampleDevices(gatewayId)),
      points: ({ gatewayId }) => answer("points", samplePoints(gatewayId, NOW)),
      openAlarms: () => answer("alarms", { alarms: sampleAlarms(NOW), hasMore: false }),
    },
    keepStreamOpen: (given) => {
      ears = given;
    },
    nowMs: () => NOW,
  });
  const closed = new AbortController();
  desk.run(closed.signal);
  if (ears === undefined) throw new Error("the desk opened no stream");
  return { desk, ears, reads, state, close: () => closed.abort() };
}

/** Lets answered promises and the drawing of live events happen. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 150);
  });
}

describe("the desk", () => {
  it("reads everything once when the stream stands, and again after each gap", async () => {
    const { desk, ears, reads, close } = openDesk();
    desk.watchPoints(STATION);
    expect(reads).toEqual([]);
    ears.onOpen();
    await settle();
    expect(reads).toEqual(["gateways", "alarms", "points"]);
    expect(desk.state().connection.kind).toBe("live");
    ears.onLost();
    expect(desk.state().connection.kind).toBe("lost");
    expect(pointsOf(desk.state().feed, DEVICE).size, "values stay in sight").toBeGreaterThan(0);
    ears.onOpen();
    await settle();
    expect(reads).toEqual(["gateways", "alarms", "points", "gateways", "alarms", "points"]);
    close();
  });

  it("reads everything again when the fleet says that events were missed", async () => {
    const { ears, reads, close } = openDesk();
    ears.onOpen();
    ears.onMessage({ name: "resync", value: { reason: "slow-reader" } });
    await settle();
    expect(reads).toEqual(["gateways", "alarms", "gateways", "alarms"]);
    close();
  });

  it("shows how things stand even where the stream never opens", async () => {
    const { desk, ears, close } = openDesk();
    ears.onLost();
    ears.onLost();
    await settle();
    expect(desk.state().feed.gateways.size).toBe(2);
    close();
  });

  it("brings an alarm without being asked", async () => {
    const { desk, ears, close } = openDesk();
    ears.onOpen();
    await settle();
    ears.onMessage({ name: "alarm", value: stormAlarm(NOW) });
    await settle();
    expect(openAlarms(desk.state().feed)[0]?.id).toBe(stormAlarm(NOW).id);
    close();
  });

  it("says which list could not be read, keeps what it had, and tries again by itself", async () => {
    const { desk, ears, state, close } = openDesk();
    ears.onOpen();
    await settle();
    state.error = new ApiError("api/unreachable", "gone");
    desk.readAgain();
    await settle();
    expect(desk.state().readings.get("gateways")).toEqual({ kind: "failed", error: state.error });
    expect(desk.state().feed.gateways.size).toBe(2);
    state.error = undefined;
    await expect.poll(() => desk.state().readings.get("gateways")?.kind, { timeout: 10_000 }).toBe("read");
    close();
  });

  it("forgets a device's readings when the last watcher leaves, and only then", async () => {
    const { desk, ears, close } = openDesk();
    ears.onOpen();
    const leaveFirst = desk.watchPoints(STATION);
    const leaveSecond = desk.watchPoints(STATION);
    await settle();
    leaveFirst();
    leaveFirst();
    expect(pointsOf(desk.state().feed, DEVICE).size).toBeGreaterThan(0);
    leaveSecond();
    expect(pointsOf(desk.state().feed, DEVICE).size).toBe(0);
    close();
  });

  it("owns up to a message of a newer fleet", () => {
    const { desk, ears, close } = openDesk();
    ears.onNotUnderstood("alarm");
    expect(desk.state().isOutdated).toBe(true);
    close();
  });
});
