import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { goodValues } from "../../receiving/testing/said.ts";
import { fakeDeps } from "../../testing/fake-deps.ts";
import { Bench, freshQn, frame, MN, realtime, shanghai } from "../testing/bench.ts";

const never = new AbortController().signal;
const call = (methodId: string, given: Record<string, string | number> = {}) =>
  ({ kind: "call", methodId, arguments: given, actor: "test" }) as const;

describe("who is who", () => {
  it("two stations share a port and a connection, and each is its own device", async () => {
    await using bench = new Bench();
    const first = await bench.device();
    const second = await bench.device({ mn: "OTHER1" }, fakeDeps({ link: bench.link }));
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(1) });
    station.say({ qn: freshQn(), mn: "OTHER1", cp: realtime(2) });
    const answers = await station.untilAnswered(2);
    expect(answers.map(({ mn }) => mn).toSorted()).toEqual([MN, "OTHER1"]);
    expect(goodValues(first.deps, "cod")).toEqual([1]);
    expect(goodValues(second.deps, "cod")).toEqual([2]);
    await expect(bench.device({ mn: "OTHER1" })).rejects.toMatchObject({ code: "hj212/station-taken" });
    await second[Symbol.asyncDispose]();
    station.say({ qn: freshQn(), cp: realtime(3) });
    await station.untilAnswered(3);
    expect(goodValues(first.deps, "cod")).toEqual([1, 3]);
  });

  it("strangers and wrong passwords get no answer and move nothing", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ password: "secret" });
    await using station = await bench.station();
    station.say({ qn: freshQn(), pw: "123456", cp: realtime(1) });
    station.say({ qn: freshQn(), pw: "secret", mn: "NOBODY", cp: realtime(2) });
    station.say({ qn: freshQn(), pw: "secret", cp: realtime(3) });
    await station.untilAnswered(1);
    expect(station.answers).toHaveLength(1);
    expect(goodValues(deps, "cod")).toEqual([3]);
  });

  it("a caller of bad frames is hung up on, a slow one and an endless one are borne", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using bad = await bench.station();
    const wrong = frame({ qn: freshQn(), cp: realtime(1) });
    wrong[wrong.length - 3] = 0x47;
    for (let time = 0; time < 30; time += 1) bad.write(wrong);
    await bad.caller.untilClosed();
    await using endless = await bench.station();
    for (let time = 0; time < 50; time += 1) endless.write(Buffer.alloc(20_000, "##1"));
    await using slow = await bench.station();
    for (const byte of frame({ qn: freshQn(), cp: realtime(7) })) slow.write(Buffer.of(byte));
    await slow.untilAnswered(1);
    expect(goodValues(deps, "cod")).toEqual([7]);
  });
});

describe("asking the station", () => {
  it("sets its clock, once it has said that it did", async () => {
    await using bench = new Bench();
    const device = await bench.device();
    expect(await device.execute(call("set-time"), never)).toMatchObject({ reason: "device-offline" });
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(1) });
    await station.untilAnswered(1);
    const asked = device.execute(call("set-time"), never);
    const [, request] = await station.untilAnswered(2);
    expect(request).toMatchObject({ cn: 1012, st: "21", flag: 5, cp: expect.stringMatching(/^SystemTime=\d{14}$/) });
    expect(await device.execute(call("read-time"), never)).toMatchObject({ kind: "refused", reason: "busy" });
    const qn = request?.qn ?? "";
    station.say({ qn: "20000101000000000", st: "91", cn: 9012, flag: 4, cp: "ExeRtn=2" });
    station.say({ qn, st: "91", cn: 9011, flag: 4, cp: "QnRtn=1" });
    station.say({ qn, st: "91", cn: 9012, flag: 4, cp: "ExeRtn=1" });
    expect(await asked).toMatchObject({ kind: "done" });
  });

  it("reads its clock, and says what it refuses", async () => {
    await using bench = new Bench();
    const device = await bench.device({ answerTimeoutMs: 5_000 });
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(1) });
    await station.untilAnswered(1);
    const reading = device.execute(call("read-time"), never);
    const qn = (await station.untilAnswered(2))[1]?.qn ?? "";
    station.say({ qn, cn: 1011, flag: 4, cp: `SystemTime=${shanghai(Date.now() + 3_600_000)}` });
    station.say({ qn, st: "91", cn: 9012, flag: 4, cp: "ExeRtn=1" });
    expect(await reading).toMatchObject({ kind: "done", detail: expect.stringMatching(/ 3(600|599|598|601) s ahead/) });
    const setting = device.execute(call("set-report-interval", { seconds: 60 }), never);
    const asked = (await station.untilAnswered(3))[2];
    expect(asked).toMatchObject({ cn: 1062, cp: "RtdInterval=60" });
    station.say({ qn: asked?.qn ?? "", st: "91", cn: 9011, flag: 4, cp: "QnRtn=3" });
    expect(await setting).toMatchObject({ reason: "refused-by-device", detail: "QnRtn 3: the password is wrong" });
    for (const seconds of [29, 3_601]) {
      expect(await device.execute(call("set-report-interval", { seconds }), never)).toMatchObject({
        reason: "out-of-limits",
      });
    }
    expect(await device.execute(call("set-report-interval", { seconds: "60" }), never)).toMatchObject({
      reason: "bad-arguments",
    });
  });

  it("does not repeat itself, and calls what was not answered unconfirmed", async () => {
    await using bench = new Bench();
    const device = await bench.device({ answerTimeoutMs: 200 });
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(1) });
    await station.untilAnswered(1);
    expect(await device.execute(call("set-time"), never)).toMatchObject({ kind: "unconfirmed" });
    expect(station.answers).toHaveLength(2);
  });

  it("answers a station that asks for the time, and not with a time it doubts", async () => {
    await using bench = new Bench();
    await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), cn: 1013 });
    const answers = await station.untilAnswered(2);
    expect(answers.map(({ cn }) => cn)).toEqual([9013, 1012]);

    await using doubtful = new Bench();
    const clock = { ...systemClock, now: () => ({ ...systemClock.now(), confidence: "doubtful" as const }) };
    const deps = fakeDeps({ link: doubtful.link, clock });
    const device = await doubtful.device({}, deps);
    await using other = await doubtful.station();
    other.say({ qn: freshQn(), cn: 1013 });
    other.say({ qn: freshQn(), cp: realtime(1) });
    await other.untilAnswered(2);
    expect(other.answers.map(({ cn }) => cn)).toEqual([9013, 9014]);
    expect(await device.execute(call("set-time"), never)).toMatchObject({ reason: "clock-not-confident" });
  });
});
