import { describe, expect, it } from "vitest";

import type { Alarm, Command, PointLatest } from "../../../api/schemas.ts";
import {
  sampleAlarms,
  sampleDevices,
  sampleGateways,
  samplePoints,
  STATION,
  stormAlarm,
} from "../../testing/sample-data.ts";
import type { Feed, FeedInput } from "./feed.ts";
import { advance, deviceKey, EMPTY_FEED, MAX_COMMANDS, MAX_NORMAL_ALARMS, pointsOf } from "./feed.ts";

const NOW = 1_795_000_000_000;
const DEVICE = deviceKey(STATION.gatewayId, STATION.deviceId);

function after(...inputs: readonly FeedInput[]): Feed {
  return inputs.reduce(advance, EMPTY_FEED);
}

function alarmEvent(value: Alarm): FeedInput {
  return { kind: "event", name: "alarm", value };
}

function pointsRead(askedAt: number, points: readonly PointLatest[]): FeedInput {
  return { kind: "points-read", askedAt, device: DEVICE, points };
}

function devicesRead(gatewayId: string): FeedInput {
  return { kind: "devices-read", askedAt: 0, gatewayId, devices: sampleDevices(gatewayId) };
}

function commandEvent(value: Command): FeedInput {
  return { kind: "event", name: "command", value };
}

/** A made-up 128-bit id. */
function idOf(index: number): string {
  return index.toString(16).padStart(32, "0");
}

function levelOf(feed: Feed): number | null | undefined {
  return pointsOf(feed, DEVICE).get("level")?.value;
}

const points = samplePoints(STATION.gatewayId, NOW);
const newerLevel = points.filter((point) => point.id === "level").map((point) => ({ ...point, value: 2.5 }));

describe("what the page knows", () => {
  it("takes live readings of a watched device and leaves its other points alone", () => {
    const feed = after(pointsRead(0, points), { kind: "event", name: "points", value: newerLevel });
    expect(levelOf(feed)).toBe(2.5);
    expect(pointsOf(feed, DEVICE).size).toBe(points.length);
  });

  it("lets no list undo a reading that came after the list was asked for", () => {
    const feed = after(
      pointsRead(0, points),
      { kind: "event", name: "points", value: newerLevel },
      pointsRead(0, points),
    );
    expect(levelOf(feed)).toBe(2.5);
  });

  it("believes a list that was asked for after the last reading", () => {
    const feed = after(
      pointsRead(0, points),
      { kind: "event", name: "points", value: newerLevel },
      pointsRead(1, points),
    );
    expect(levelOf(feed)).toBe(1.84);
  });

  it("keeps no readings of devices that nobody watches", () => {
    const feed = after({ kind: "event", name: "points", value: newerLevel });
    expect(feed.points.size).toBe(0);
    expect(after(pointsRead(0, points), { kind: "unwatched", device: DEVICE }).points.size).toBe(0);
  });

  it("forgets a gateway that is no longer in the list", () => {
    const gateways = sampleGateways(NOW);
    const read: FeedInput = { kind: "gateways-read", askedAt: 0, gateways };
    const feed = after(read, { ...read, gateways: gateways.slice(1) });
    expect([...feed.gateways.keys()]).toEqual(gateways.slice(1).map((gateway) => gateway.id));
  });

  it("replaces the devices of one gateway without touching another's", () => {
    const feed = after(devicesRead("gw-a"), devicesRead("gw-b"), {
      kind: "devices-read",
      askedAt: 0,
      gatewayId: "gw-a",
      devices: [],
    });
    expect([...feed.devices.keys()]).toEqual([deviceKey("gw-b", STATION.deviceId)]);
  });
});

describe("alarms", () => {
  const raised = stormAlarm(NOW);
  const acknowledged: Alarm = { ...raised, version: 2, state: "active-acknowledged", change: "acknowledged" };

  it("never go back to an older version, whichever way it comes", () => {
    expect(after(alarmEvent(acknowledged), alarmEvent(raised)).alarms.get(raised.id)?.value).toEqual(acknowledged);
    const feed = after(alarmEvent(acknowledged), { kind: "alarms-read", askedAt: 5, alarms: [raised] });
    expect(feed.alarms.get(raised.id)?.value).toEqual(acknowledged);
  });

  it("leave with a list of open ones that does not have them any more", () => {
    const feed = after(alarmEvent(raised), { kind: "alarms-read", askedAt: 1, alarms: sampleAlarms(NOW).slice(0, 1) });
    expect(feed.alarms.size).toBe(1);
    expect(feed.alarms.has(raised.id)).toBe(false);
  });

  it("that are over are kept up to a limit, the newest of them", () => {
    const over = Array.from({ length: MAX_NORMAL_ALARMS + 1 }, (_, index): FeedInput => {
      return alarmEvent({ ...raised, id: idOf(index), state: "normal", raisedAtMs: NOW + index });
    });
    const feed = after(alarmEvent(raised), ...over);
    expect(feed.alarms.size).toBe(MAX_NORMAL_ALARMS + 1);
    expect(feed.alarms.has("0".repeat(32)), "the oldest normal one").toBe(false);
    expect(feed.alarms.has(raised.id), "the open one").toBe(true);
  });
});

describe("commands", () => {
  const sent: Command = {
    id: "a".repeat(32),
    gatewayId: STATION.gatewayId,
    actor: "Li Na",
    order: { kind: "acknowledge", occurrenceId: "b".repeat(32), expectedVersion: 1 },
    ttlMs: 10_000,
    sentAtMs: NOW,
    state: "sent",
    detail: null,
    selectionId: null,
    before: null,
    after: null,
    answeredAtMs: null,
  };

  it("keep the gateway's result when the answer to the request comes after it", () => {
    const feed = after(commandEvent({ ...sent, state: "done" }), commandEvent(sent));
    expect(feed.commands.get(sent.id)?.value.state).toBe("done");
  });

  it("are forgotten beyond a limit, oldest first", () => {
    const feed = after(
      ...Array.from({ length: MAX_COMMANDS + 1 }, (_, index) => commandEvent({ ...sent, id: idOf(index) })),
    );
    expect(feed.commands.size).toBe(MAX_COMMANDS);
    expect(feed.commands.has(idOf(0))).toBe(false);
    expect(feed.commands.has(idOf(MAX_COMMANDS))).toBe(true);
  });
});
