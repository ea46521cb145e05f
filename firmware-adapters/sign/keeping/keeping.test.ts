import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { stand, type Bench, type Stand } from "../testing/rigs.ts";

const FLOOD = ["地道积水，请绕行", "Underpass flooded"];
const FOG = ["大雾", "Fog"];
const NORMAL = ["公交电子站牌", "Bus stop"];

interface Opened extends AsyncDisposable {
  readonly on: Stand;
  readonly bench: Bench;
}

async function online(bench: Bench): Promise<void> {
  await eventually("it is online", () => bench.deps.lastStatus()?.state === "online");
}

function value(bench: Bench, pointId: string): number | undefined {
  const reading = bench.deps.last(pointId)?.reading;
  return reading?.quality === "good" ? reading.value : undefined;
}

describe.each(["http", "mqtt"] as const)("a sign over %s", (way) => {
  async function opened(options: Parameters<Stand["open"]>[0] = {}): Promise<Opened> {
    const stack = new AsyncDisposableStack();
    const on = stack.use(await stand(way));
    const bench = stack.use(await on.open(options));
    await online(bench);
    return { on, bench, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  it("shows what is always there, and says so", async () => {
    await using here = await opened();
    await here.bench.shows(...NORMAL);
    await eventually("showing", () => value(here.bench, "showing") === 1);
    expect(value(here.bench, "message")).toBe(0);
  });

  it("shows a canned message for an alarm and lets it go, each read back", async () => {
    await using here = await opened();
    await here.bench.shows(...NORMAL);
    await eventually("showing", () => value(here.bench, "showing") === 1);
    expect(await here.bench.write(1)).toEqual({ kind: "done", before: 0, after: 1 });
    expect(here.on.simulator.panel.picture).toMatchObject({ lines: FLOOD, priority: "emergency" });
    expect(value(here.bench, "message")).toBe(1);
    expect(await here.bench.write(1)).toEqual({ kind: "done", before: 1, after: 1 });
    expect(await here.bench.write(2)).toEqual({ kind: "done", before: 1, after: 2 });
    expect(await here.bench.write(0)).toEqual({ kind: "done", before: 2, after: 0 });
    expect(here.on.simulator.panel.picture.lines).toEqual(NORMAL);
    expect(here.bench.occurrences("content-shown").map(({ details }) => details["text"])).toEqual(
      [NORMAL, FLOOD, FOG, NORMAL].map((lines) => lines.join("\n")),
    );
  });

  it("shows a text until its time is over", async () => {
    await using here = await opened();
    const until = new Date(Date.now() + 4_000).toISOString();
    expect(await here.bench.call("show", { text: "末班车已过", until })).toMatchObject({ kind: "done" });
    expect(here.on.simulator.panel.picture.lines).toEqual(["末班车已过"]);
    const { requests } = here.on.simulator;
    expect(await here.bench.call("show", { text: "末班车已过", until })).toMatchObject({ kind: "done" });
    expect(here.on.simulator.requests).toBeGreaterThan(requests);
    expect(
      here.bench.occurrences("content-shown").filter(({ details }) => details["text"] === "末班车已过"),
    ).toHaveLength(1);
    await here.bench.shows(...NORMAL);
    await eventually("content-expired", () => here.bench.occurrences("content-expired").length === 1);
  });

  it("lets an emergency go before, and returns to the former text", async () => {
    await using here = await opened();
    expect(await here.bench.call("show", { text: "今日换道", forMs: 600_000 })).toMatchObject({ kind: "done" });
    const emergency = { text: "请立即离开", textEn: "Leave now", forMs: 4_000, priority: "emergency" };
    expect(await here.bench.call("show", emergency)).toMatchObject({ kind: "done" });
    expect(await here.bench.call("show", { text: "次要", forMs: 600_000 })).toMatchObject({
      kind: "unconfirmed",
      detail: "it stands behind an emergency text, and is shown when that ends",
    });
    await here.bench.shows("次要");
    expect(await here.bench.call("clear", {})).toMatchObject({ kind: "done" });
    await here.bench.shows(...NORMAL);
  });

  it("brings back what stands when the sign comes back without it", async () => {
    await using here = await opened();
    expect(await here.bench.write(1)).toMatchObject({ kind: "done" });
    here.on.simulator.panel.forget();
    here.on.simulator.tellState();
    await here.bench.shows(...FLOOD);
    await eventually("content-lost", () => here.bench.occurrences("content-lost").length === 1);
    here.on.simulator.goAway(true);
    await eventually("it is offline", () => here.bench.deps.lastStatus()?.state === "offline");
    expect(here.on.simulator.panel.picture.lines).toEqual(FLOOD);
    expect(await here.bench.write(2)).toMatchObject({
      kind: "unconfirmed",
      detail: expect.stringContaining("shown as soon as the sign is back"),
    });
    here.on.simulator.goAway(false);
    await here.bench.shows(...FOG);
    await eventually("message 2", () => value(here.bench, "message") === 2);
  });

  it("goes on after a restart with what stood, and leaves what is shown alone", async () => {
    await using on = await stand(way);
    let { deps } = await (async () => {
      await using first = await on.open();
      await online(first);
      expect(await first.call("show", { text: "今日换道", forMs: 600_000 })).toMatchObject({ kind: "done" });
      expect(await first.write(2)).toMatchObject({ kind: "done" });
      return first;
    })();
    {
      await using second = await on.open({ deps });
      await eventually("message 2", () => value(second, "message") === 2);
      expect(second.occurrences("content-shown")).toEqual([]);
      expect(await second.write(0)).toMatchObject({ kind: "done", after: 0 });
      expect(on.simulator.panel.picture.lines).toEqual(["今日换道"]);
      deps = second.deps;
    }
    await using third = await on.open({ deps });
    await eventually("showing", () => value(third, "showing") === 1);
    expect(on.simulator.panel.picture.lines).toEqual(["今日换道"]);
  });

  it("does not take for shown what the sign took and does not show", async () => {
    await using here = await opened();
    await here.bench.shows(...NORMAL);
    here.on.simulator.panel.freeze(true);
    expect(await here.bench.write(1)).toMatchObject({
      kind: "unconfirmed",
      detail: "the sign did not show it in time",
    });
    expect(value(here.bench, "showing")).toBe(0);
    expect(value(here.bench, "message")).toBe(0);
    here.on.simulator.panel.freeze(false);
    here.on.simulator.tellState();
    await eventually("showing", () => value(here.bench, "showing") === 1 && value(here.bench, "message") === 1);
  });

  it("says that the panel is dark", async () => {
    await using here = await opened();
    here.on.simulator.panel.darken(true);
    here.on.simulator.tellState();
    await eventually("a fault", () => value(here.bench, "fault") === 1 && value(here.bench, "showing") === 0);
    expect(value(here.bench, "brightness")).toBe(0);
    here.on.simulator.panel.darken(false);
    here.on.simulator.tellState();
    await eventually("no fault", () => value(here.bench, "fault") === 0 && value(here.bench, "showing") === 1);
  });

  it("shows an alarm's text although the disk takes nothing", async () => {
    await using here = await opened();
    here.bench.deps.isDiskBroken = true;
    expect(await here.bench.write(1)).toMatchObject({ kind: "done", after: 1 });
  });

  it("leaves the sign alone while it is not known what stood, but not an alarm", async () => {
    await using here = await opened({ isRestored: false });
    await eventually("brightness", () => value(here.bench, "brightness") !== undefined);
    expect(here.on.simulator.panel.state.showing).toBeNull();
    expect(here.bench.deps.last("showing")?.reading).toMatchObject({ quality: "bad", reason: "not-available" });
    expect(await here.bench.write(2)).toMatchObject({ kind: "done", after: 2 });
    expect(here.bench.deps.memory.rows.size).toBe(0);
  });

  it("counts time by the monotonic clock where the wall clock is doubtful", async () => {
    const doubtful: Clock = {
      ...systemClock,
      now: () => ({ ...systemClock.now(), wallMs: 5, confidence: "doubtful" }),
    };
    await using here = await opened({ clock: doubtful });
    const until = new Date(Date.now() + 60_000).toISOString();
    expect(await here.bench.call("show", { text: "好", until })).toMatchObject({
      kind: "refused",
      reason: "clock-not-confident",
    });
    expect(await here.bench.call("show", { text: "好", forMs: 3_000 })).toMatchObject({ kind: "done" });
    expect(here.on.simulator.panel.picture.lines).toEqual(["好"]);
    await here.bench.shows(...NORMAL);
  });

  it.each([
    ["no text", { forMs: 5_000 }],
    ["no end", { text: "好" }],
    ["two ends", { text: "好", forMs: 5_000, until: "2999-01-01T00:00:00Z" }],
    ["an end that has passed", { text: "好", until: "2020-01-01T00:00:00Z" }],
    ["an end that is far away", { text: "好", until: "2999-01-01T00:00:00Z" }],
    ["an end without a time zone", { text: "好", until: "2027-01-01T00:00:00" }],
    ["a time too short", { text: "好", forMs: 999 }],
    ["another priority", { text: "好", forMs: 5_000, priority: "high" }],
    ["control characters", { text: "\u001b[2J", forMs: 5_000 }],
    ["a text that does not fit", { text: "好".repeat(65), forMs: 5_000 }],
    ["something else", { text: "好", forMs: 5_000, colour: "red" }],
  ])("shows nothing with %s", async (_, given) => {
    await using here = await opened();
    expect(await here.bench.call("show", given)).toMatchObject({ kind: "refused", reason: "bad-arguments" });
  });

  it.each([-1, 3, 0.5, Number.NaN])("refuses message %d", async (message) => {
    await using here = await opened();
    expect(await here.bench.write(message)).toMatchObject({ kind: "refused", reason: "out-of-limits" });
  });

  it("carries out the last of many commands at once", async () => {
    await using here = await opened();
    const outcomes = await Promise.all([1, 2, 1, 0, 2].map((message) => here.bench.write(message)));
    expect(outcomes.at(-1)).toMatchObject({ kind: "done", after: 2 });
    expect(outcomes.slice(0, -1).filter(({ kind }) => kind !== "done" && kind !== "unconfirmed")).toEqual([]);
    expect(here.on.simulator.panel.picture.lines).toEqual(FOG);
    const flood = await Promise.all(Array.from({ length: 20 }, () => here.bench.write(2)));
    expect(flood.filter((one) => one.kind === "refused" && one.reason === "busy")).toHaveLength(4);
  });
});

describe("a sign over http that does not take a content", () => {
  it("refuses what does not fit it, and goes back to what stood", async () => {
    await using on = await stand("http", { rows: 2 });
    await using bench = await on.open();
    await bench.shows(...NORMAL);
    const outcome = await bench.call("show", { text: "一\n二\n三", forMs: 60_000 });
    expect(outcome).toMatchObject({ kind: "refused", reason: "refused-by-device" });
    await eventually("showing", () => {
      const reading = bench.deps.last("showing")?.reading;
      return reading?.quality === "good" && reading.value === 1;
    });
    expect(on.simulator.panel.picture.lines).toEqual(NORMAL);
  });

  it("is at fault where it does not take our token", async () => {
    await using on = await stand("http", { token: "another" });
    await using bench = await on.open();
    const status = await eventually("a fault", () => {
      const last = bench.deps.lastStatus();
      return last?.state === "fault" && last;
    });
    expect(status.reason).toBe("device-refused: /health: HTTP status 401");
    expect(await bench.write(1)).toMatchObject({ kind: "refused", reason: "refused-by-device" });
  });
});
