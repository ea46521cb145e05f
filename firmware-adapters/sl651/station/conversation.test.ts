import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { goodValues } from "../../receiving/testing/said.ts";
import { fakeDeps } from "../../testing/fake-deps.ts";
import { FN } from "../message/functions.ts";
import { encodeBare } from "../message/write.ts";
import { Bench, levelReport, shanghai, STATION, upward } from "../testing/bench.ts";

const OTHER = "0087654321";
const never = new AbortController().signal;
const call = (methodId: string) => ({ kind: "call", methodId, arguments: {}, actor: "test" }) as const;

describe("who is who", () => {
  it("two stations share a port and a connection, and each is its own device", async () => {
    await using bench = new Bench();
    const first = await bench.device();
    const second = await bench.device({ station: "87654321" }, fakeDeps({ link: bench.link }));
    await using station = await bench.station();
    station.say({ body: levelReport(1, 1) });
    station.say({ station: OTHER, body: levelReport(1, 2) });
    const answers = await station.untilAnswered(2);
    expect(answers.map((one) => one.station).toSorted()).toEqual([STATION, OTHER]);
    expect(goodValues(first.deps, "level")).toEqual([1]);
    expect(goodValues(second.deps, "level")).toEqual([2]);
    await expect(bench.device({ station: OTHER })).rejects.toMatchObject({ code: "sl651/station-taken" });
    await second[Symbol.asyncDispose]();
    station.say({ body: levelReport(2, 3) });
    await station.untilAnswered(3);
    expect(goodValues(first.deps, "level")).toEqual([1, 3]);
  });

  it("strangers, other centres' stations, wrong passwords and what goes down get no answer", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ password: "A5A5", centre: 3 });
    await using station = await bench.station();
    const right = { password: "A5A5", centre: 3 };
    station.say({ ...right, password: "1234", body: levelReport(1, 1) });
    station.say({ ...right, centre: 4, body: levelReport(2, 2) });
    station.say({ ...right, station: OTHER, body: levelReport(3, 3) });
    station.say({ ...right, direction: "down", body: levelReport(4, 4) });
    station.say({ ...right, body: levelReport(5, 5) });
    const answers = await station.untilAnswered(1);
    expect(answers.map(({ body }) => body.readUInt16BE(0))).toEqual([5]);
    expect(goodValues(deps, "level")).toEqual([5]);
  });

  it("a caller of bad frames is hung up on, a slow one and an endless one are borne", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using bad = await bench.station();
    const wrong = upward({ body: levelReport(1, 1) });
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 0xff;
    for (let time = 0; time < 110; time += 1) bad.write(wrong);
    await bad.caller.untilClosed();
    await using endless = await bench.station();
    for (let time = 0; time < 50; time += 1) endless.write(Buffer.alloc(20_000, 0x7e));
    await using slow = await bench.station();
    for (const byte of upward({ body: levelReport(2, 7) })) slow.write(Buffer.of(byte));
    await slow.untilAnswered(1);
    expect(goodValues(deps, "level")).toEqual([7]);
  });
});

describe("asking the station", () => {
  it("asks for the values of now, which move the points", async () => {
    await using bench = new Bench();
    const device = await bench.device();
    expect(await device.execute(call("read-now"), never)).toMatchObject({ reason: "device-offline" });
    await using station = await bench.station();
    station.say({ function: FN.keepAlive, body: encodeBare(1, shanghai()) });
    station.say({ body: levelReport(1, 1) });
    await station.untilAnswered(1);
    const asked = device.execute(call("read-now"), never);
    const [, request] = await station.untilAnswered(2);
    expect(request).toMatchObject({
      direction: "down",
      function: FN.queryNow,
      end: "enq",
      station: STATION,
      centre: 1,
    });
    expect(await device.execute(call("read-time"), never)).toMatchObject({ kind: "refused", reason: "busy" });
    station.say({ function: FN.queryNow, body: levelReport(9, 6.5) });
    expect(await asked).toMatchObject({ kind: "done" });
    expect(goodValues(device.deps, "level")).toEqual([1, 6.5]);
    expect(station.answers).toHaveLength(2);
  });

  it("sets its clock by ours and reads it, and does not repeat what is not answered", async () => {
    await using bench = new Bench();
    const device = await bench.device({ answerTimeoutMs: 5_000 });
    await using station = await bench.station();
    station.say({ body: levelReport(1, 1) });
    await station.untilAnswered(1);
    const setting = device.execute(call("set-time"), never);
    const [, request] = await station.untilAnswered(2);
    expect(request).toMatchObject({ function: FN.setTime, end: "enq" });
    expect(request?.body).toHaveLength(8);
    station.say({ function: FN.setTime, body: encodeBare(1, shanghai()) });
    expect(await setting).toMatchObject({ kind: "done" });
    const reading = device.execute(call("read-time"), never);
    await station.untilAnswered(3);
    station.say({ function: FN.queryTime, body: encodeBare(1, shanghai(-3_600_000)) });
    expect(await reading).toMatchObject({ kind: "done", detail: expect.stringMatching(/ 3(60[0-9]|59[0-9]) s ahead/) });
  });

  it("calls what is not answered unconfirmed, and sets no clock by one it doubts", async () => {
    await using bench = new Bench();
    const clock = { ...systemClock, now: () => ({ ...systemClock.now(), confidence: "doubtful" as const }) };
    const device = await bench.device({ answerTimeoutMs: 200 }, fakeDeps({ link: bench.link, clock }));
    await using station = await bench.station();
    station.say({ body: levelReport(1, 1) });
    await station.untilAnswered(1);
    expect(await device.execute(call("read-time"), never)).toMatchObject({ kind: "unconfirmed" });
    expect(station.answers).toHaveLength(2);
    expect(await device.execute(call("set-time"), never)).toMatchObject({ reason: "clock-not-confident" });
  });
});
