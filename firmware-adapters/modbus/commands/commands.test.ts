import { describe, expect, it } from "vitest";

import type { DeviceCommand } from "../../event.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { TestClock } from "../../testing/test-clock.ts";
import { testPoint, testProfile } from "../testing/small-profile.ts";
import { START, WRITE_CODES, openStation, stationProfile } from "../testing/station.ts";

describe("a hazardous button", () => {
  it("is refused without a selection", async () => {
    await using station = await openStation();
    const outcome = await station.run({ kind: "write", pointId: "start", value: 1, actor: "ann" });
    expect(outcome).toMatchObject({ kind: "refused", reason: "needs-select" });
    expect(station.presses).toEqual([]);
  });

  it("is pressed and let go, and confirmed by its feedback", async () => {
    await using station = await openStation();
    expect(await station.press("start")).toEqual({ kind: "done", before: 0, after: 1 });
    expect(station.presses).toEqual([true, false]);
  });

  it("is unconfirmed when the feedback does not come, and let go all the same", async () => {
    await using station = await openStation();
    station.obeys = false;
    expect(await station.press("start")).toEqual({ kind: "unconfirmed", detail: "running is 0", before: 0 });
    expect(station.presses).toEqual([true, false]);
  });

  it("without a feedback is confirmed by being seen pressed", async () => {
    await using station = await openStation();
    expect(await station.press("reset")).toEqual({ kind: "done", before: 0, after: 1 });
    expect(station.coils.get(11)).toBe(false);
  });

  it("is refused where an interlock fell between select and operate", async () => {
    await using station = await openStation();
    const selected = await station.run({ kind: "select", pointId: "start", value: 1, actor: "ann" });
    if (selected.kind !== "selected") throw new Error("not selected");
    station.isRemote = false;
    const outcome = await station.run({ kind: "operate", selectionId: selected.selectionId, actor: "ann" });
    expect(outcome).toMatchObject({ kind: "refused", reason: "interlocked" });
    expect(station.presses).toEqual([]);
  });

  it("is held back by the starts that were seen, whoever caused them", async () => {
    await using station = await openStation({ profile: stationProfile({ maxStartsPerHour: 1, minOffMs: 0 }) });
    station.isRunning = true;
    await eventually("the start", () =>
      station.events.some(
        (event) =>
          event.kind === "measurement" &&
          event.pointId === "running" &&
          event.reading.quality === "good" &&
          event.reading.value === 1,
      ),
    );
    station.isRunning = false;
    const outcome = await station.press("start");
    expect(outcome).toMatchObject({ kind: "refused", reason: "interlocked" });
    expect(outcome).toMatchObject({ detail: expect.stringContaining("1 starts within the hour, 1 allowed") });
  });

  it("is held back until it has been off long enough", async () => {
    await using station = await openStation({ profile: stationProfile({ maxStartsPerHour: 9, minOffMs: 3_600_000 }) });
    expect(await station.press("start")).toMatchObject({ kind: "refused", reason: "interlocked" });
  });

  it("is not written a second time when its answer is lost: the feedback decides", async () => {
    await using station = await openStation();
    station.writes({ kind: "obey-silently" });
    expect(await station.press("start")).toEqual({ kind: "done", before: 0, after: 1 });
    expect(station.presses).toEqual([true, false]);
  });

  it("is not let go where a lost press turns out not to have arrived", async () => {
    await using station = await openStation();
    station.writes({ kind: "silent" });
    expect(await station.press("start")).toMatchObject({ kind: "unconfirmed" });
    expect(station.presses).toEqual([]);
  });

  it("passes the device's own refusal on", async () => {
    await using station = await openStation();
    station.writes({ kind: "refuse", exceptionCode: 4 });
    expect(await station.press("start")).toMatchObject({ kind: "refused", reason: "refused-by-device" });
    expect(station.presses).toEqual([]);
  });

  it("is let go once more when the first letting go was lost and it is still seen pressed", async () => {
    await using station = await openStation();
    station.writes({ kind: "answer" }, { kind: "silent" });
    expect(await station.press("start")).toEqual({ kind: "done", before: 0, after: 1 });
    expect(station.presses).toEqual([true, false]);
    expect(station.coils.get(START)).toBe(false);
  });

  it("is let go later, and that is reported, when the connection broke while it was pressed", async () => {
    await using station = await openStation();
    const pressing = station.press("start");
    await eventually("the press", () => station.presses.length === 1);
    station.cut();
    await pressing;
    await eventually("the button let go", () => station.coils.get(START) === false);
    await eventually("a latched button", () =>
      station.events.some((event) => event.kind === "occurrence" && event.name === "latched-button"),
    );
    expect(station.presses).toEqual([true, false]);
  });

  it("is let go at once when the gateway stops in the middle of a press", async () => {
    const station = await openStation();
    const pressing = station.press("reset").catch(() => undefined);
    await eventually("the coil", () => station.coils.get(11) === true);
    await station.device[Symbol.asyncDispose]();
    expect(station.coils.get(11)).toBe(false);
    await pressing;
    await station[Symbol.asyncDispose]();
  });

  it("that a dead gateway left pressed is let go when the device is opened", async () => {
    await using station = await openStation({ before: (coils) => coils.set(START, true) });
    await eventually("the button let go", () => station.coils.get(START) === false);
    expect(station.presses).toEqual([false]);
    await eventually("the occurrence", () => station.events.some((event) => event.kind === "occurrence"));
    expect(station.events.find((event) => event.kind === "occurrence")).toMatchObject({
      name: "latched-button",
      details: { point: "start", isReleased: true },
    });
  });

  it("that another master presses later is left to that master", async () => {
    await using station = await openStation();
    station.coils.set(START, true);
    const seen = station.requests.length;
    await eventually("more rounds", () => station.requests.length > seen + 12);
    expect(station.presses).toEqual([]);
  });

  it("is refused while the clock is doubtful, where the siren is not", async () => {
    const clock = new TestClock();
    await using station = await openStation({ clock });
    clock.confidence = "doubtful";
    expect(await station.press("start")).toMatchObject({ kind: "refused", reason: "clock-not-confident" });
    const siren = await station.run({ kind: "write", pointId: "siren", value: 1, actor: "rule" });
    expect(siren).toEqual({ kind: "done", before: 0, after: 1 });
  });
});

describe("a plain write", () => {
  it("tells what was there before and what is there after", async () => {
    await using station = await openStation();
    const write = { kind: "write", pointId: "setPoint", value: 1.234, actor: "ann" } as const;
    expect(await station.run(write)).toEqual({ kind: "done", before: 1.04, after: 1.234 });
    expect(station.words.get(40)).toBe(1_234);
  });

  it("writes both registers of a pair in one request", async () => {
    await using station = await openStation();
    expect(await station.run({ kind: "write", pointId: "total", value: 3.25, actor: "ann" })).toMatchObject({
      kind: "done",
      after: 3.25,
    });
    expect([station.words.get(42), station.words.get(43)]).toEqual([0x0000, 0x4050]);
  });

  it("counts as done where the answer was lost and the register shows the value", async () => {
    await using station = await openStation();
    station.writes({ kind: "obey-silently" });
    expect(await station.run({ kind: "write", pointId: "siren", value: 1, actor: "ann" })).toMatchObject({
      kind: "done",
    });
  });

  it("is unconfirmed where the register shows something else, and is not repeated", async () => {
    await using station = await openStation();
    station.writes({ kind: "silent" });
    const outcome = await station.run({ kind: "write", pointId: "siren", value: 1, actor: "ann" });
    expect(outcome).toEqual({ kind: "unconfirmed", detail: "no answer in time; siren is 0", before: 0 });
    expect(station.requests.filter((request) => request.pdu[0] === 5)).toHaveLength(1);
  });

  it("of an alarm goes out first, without a look at what was there before", async () => {
    await using station = await openStation();
    const from = station.requests.length;
    await station.run({ kind: "write", pointId: "siren", value: 1, actor: "rule", priority: "alarm" });
    const since = station.requests.slice(from).map((request) => request.pdu.readUInt8(0));
    // At most the one poll that was under way may stand before it.
    expect(since.indexOf(5)).toBeLessThanOrEqual(1);
    expect(station.coils.get(0)).toBe(true);
  });

  it("of one point waits for the one before it, so that the last one holds", async () => {
    await using station = await openStation();
    const write = (value: number) => station.run({ kind: "write", pointId: "siren", value, actor: "rule" });
    expect((await Promise.all([write(1), write(0), write(1)])).map((outcome) => outcome.kind)).toEqual([
      "done",
      "done",
      "done",
    ]);
    expect(station.coils.get(0)).toBe(true);
  });

  it("is refused as busy when too many of one point wait", async () => {
    await using station = await openStation();
    const write = () => station.run({ kind: "write", pointId: "siren", value: 1, actor: "rule" });
    const outcomes = await Promise.all(Array.from({ length: 10 }, write));
    expect(outcomes.filter((outcome) => outcome.kind === "done")).toHaveLength(9);
    expect(outcomes.filter((outcome) => outcome.kind === "refused" && outcome.reason === "busy")).toHaveLength(1);
  });

  it.each<[string, DeviceCommand, string]>([
    ["an unknown point", { kind: "write", pointId: "nothing", value: 1, actor: "ann" }, "unknown-point"],
    ["a point that is read only", { kind: "write", pointId: "running", value: 1, actor: "ann" }, "not-writable"],
    ["a value outside the limits", { kind: "write", pointId: "setPoint", value: 5.001, actor: "ann" }, "out-of-limits"],
    ["a selection nobody made", { kind: "operate", selectionId: "x", actor: "ann" }, "no-such-selection"],
    ["the cancelling of one", { kind: "cancel", selectionId: "x", actor: "ann" }, "no-such-selection"],
  ])("to %s is refused before the device is touched", async (_, command, reason) => {
    await using station = await openStation();
    expect(await station.run(command)).toMatchObject({ kind: "refused", reason });
    expect(station.requests.filter((request) => WRITE_CODES.has(request.pdu.readUInt8(0)))).toEqual([]);
  });
});

describe("the heartbeat", () => {
  it("counts a register up while the device is online", async () => {
    const beating = testProfile([testPoint({ id: "word" })], { heartbeat: { address: 90, everyMs: 500 } });
    await using station = await openStation({ profile: beating });
    await eventually("two beats", () => station.words.get(90) === 2);
    expect(station.words.get(90)).toBe(2);
  });
});
