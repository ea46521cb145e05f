import { createSocket } from "node:dgram";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { HOST, portOf } from "../../links/testing/callers.ts";
import { goodValues, occurrences } from "../../receiving/testing/said.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { FrameParser } from "../codec.ts";
import { FN } from "../message/functions.ts";
import { encodeBare } from "../message/write.ts";
import { Bench, levelReport, shanghai, STATION, upward } from "../testing/bench.ts";

describe("acknowledging", () => {
  it("comes after the commit, in the standard's form, and not while the disk does not take it", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const release = deps.holdCommits();
    station.say({ body: levelReport(7, 2.5) });
    await eventually("the value, before the disk has it", () => goodValues(deps, "level").includes(2.5));
    expect(station.answers).toEqual([]);
    release();
    const [answer] = await station.untilAnswered(1);
    expect(answer).toMatchObject({ direction: "down", centre: 1, station: STATION, password: "1234", function: 0x32 });
    expect(answer).toMatchObject({ end: "eot", part: undefined });
    expect(answer?.body.readUInt16BE(0)).toBe(7);
    expect(answer?.body).toHaveLength(8);
    expect(deps.commits[0]?.key).toMatch(new RegExp(`^${STATION}/32/7/\\d{12}/\\d{10}$`));
    deps.isDiskBroken = true;
    station.say({ body: levelReport(8, 2.6) });
    await eventually("the next value", () => goodValues(deps, "level").includes(2.6));
    deps.isDiskBroken = false;
    station.say({ body: levelReport(9, 2.7) });
    await station.untilAnswered(2);
    expect(station.answers.map(({ body }) => body.readUInt16BE(0))).toEqual([7, 9]);
  });

  it("keeps a station online where the site says so, and asks for more where more is to come", async () => {
    await using bench = new Bench();
    await bench.device({ staysOnline: true });
    await using station = await bench.station();
    station.say({ body: levelReport(1, 1) });
    station.say({ body: levelReport(2, 1), end: "etb" });
    const answers = await station.untilAnswered(2);
    expect(answers.map(({ end }) => end)).toEqual(["esc", "ack"]);
  });

  it("answers a repetition and records it once", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const body = levelReport(3, 4.2);
    for (let time = 0; time < 3; time += 1) station.say({ function: FN.add, body });
    await station.untilAnswered(3);
    expect(occurrences(deps, "add-report")).toHaveLength(1);
    expect(goodValues(deps, "level")).toEqual([4.2]);
    expect(deps.commits).toHaveLength(1);
  });

  it("answers what was committed by a life that died before it could, and records it once", async () => {
    const body = levelReport(11, 4.4);
    let after: FakeDeps;
    {
      await using bench = new Bench();
      const { deps } = await bench.device();
      await using station = await bench.station();
      const release = deps.holdCommits();
      station.say({ function: FN.add, body });
      await eventually("the report", () => occurrences(deps, "add-report")[0]);
      // The gateway dies between the disk and the answer.
      station.caller.socket.destroy();
      release();
      await eventually("the commit", () => deps.commits[0]);
      after = deps;
    }
    await using bench = new Bench();
    const { deps } = await bench.device({}, after.restarted(bench.link));
    await using station = await bench.station();
    station.say({ function: FN.add, body });
    await station.untilAnswered(1);
    expect(occurrences(deps, "add-report")).toEqual([]);
    expect(deps.commits).toEqual([]);
    expect(goodValues(deps, "level")).toEqual([4.4]);
  });

  it("is nothing for a keep-alive, nor for a station that waits for none", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ isAnswered: false });
    await using station = await bench.station();
    station.say({ function: FN.keepAlive, body: encodeBare(1, shanghai()) });
    await eventually("the station", () => deps.lastStatus()?.state === "online");
    station.say({ body: levelReport(1, 1.5) });
    await eventually("the value", () => goodValues(deps, "level").includes(1.5));
    expect(station.answers).toEqual([]);
    expect(deps.commits).toEqual([]);
  });

  it("gives a station its own time back while ours is doubtful", async () => {
    await using bench = new Bench();
    const clock = { ...systemClock, now: () => ({ ...systemClock.now(), wallMs: 0, confidence: "doubtful" as const }) };
    await bench.device({}, fakeDeps({ link: bench.link, clock }));
    await using station = await bench.station();
    const body = levelReport(1, 1);
    station.say({ body });
    const [answer] = await station.untilAnswered(1);
    expect(answer?.body.subarray(2)).toEqual(body.subarray(2, 8));
  });
});

describe("values", () => {
  it("are good only where they are there and possible", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ body: levelReport(1, -0.25) });
    station.say({ body: levelReport(2, undefined) });
    await station.untilAnswered(2);
    expect(goodValues(deps, "level")).toEqual([-0.25]);
    expect(deps.last("level")?.reading).toMatchObject({ quality: "bad", reason: "not-available" });
    station.say({ body: levelReport(3, 60) });
    await station.untilAnswered(3);
    expect(deps.last("level")?.reading).toMatchObject({ quality: "bad", reason: "out-of-range" });
    expect(goodValues(deps, "battery")).toEqual([12.6, 12.6, 12.6]);
  });

  it("have states beside them", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ states: ["batteryLow", "levelAlarm", "boxOpen"] });
    await using station = await bench.station();
    station.say({ body: levelReport(1, 1, 0, { states: 0b1000_0010 }) });
    await station.untilAnswered(1);
    const shown = (id: string) => deps.last(id)?.reading;
    expect([shown("batteryLow"), shown("levelAlarm"), shown("boxOpen")]).toMatchObject([
      { value: 1 },
      { value: 0 },
      { value: 0 },
    ]);
  });

  it("of old are recorded and move nothing", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ body: levelReport(1, 2) });
    station.say({ body: levelReport(2, 9, 3_600_000) });
    station.say({ body: levelReport(3, 8, 120_000) });
    await station.untilAnswered(3);
    expect(goodValues(deps, "level")).toEqual([2]);
    const [first, second] = occurrences(deps, "historic-data");
    expect(first?.details).toMatchObject({ function: "32", level: 9, battery: 12.6, measuredAtMs: expect.any(Number) });
    expect(second?.details).toMatchObject({ level: 8 });
  });

  it("of a station whose clock is ahead are believed, and the clock is not", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ body: levelReport(1, 2, -7_200_000) });
    station.say({ body: levelReport(2, 3) });
    await station.untilAnswered(2);
    expect(goodValues(deps, "level")).toEqual([2, 3]);
    expect(goodValues(deps, "clockWrong")).toEqual([1, 0]);
  });

  it("come with an hour's series, which is recorded", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const rainOf5min = [0, 0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2.5];
    station.say({ function: FN.hour, body: levelReport(1, 2, 0, { rainOf5min }) });
    await station.untilAnswered(1);
    expect(goodValues(deps, "level")).toEqual([2]);
    const details = { function: "34", rainOf5min: "0 0.5 1 0 0 0 0 0 0 0 0 2.5", level: 2 };
    expect(occurrences(deps, "hour-report")).toMatchObject([{ details }]);
  });

  it("are not taken from a text that is not understood to its end: it is recorded as it is", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ body: Buffer.concat([levelReport(1, 2), Buffer.from([0x39])]) });
    station.say({ body: Buffer.alloc(3) });
    station.say({ function: FN.test, body: levelReport(2, 3) });
    const answers = await station.untilAnswered(2);
    expect(answers).toHaveLength(2);
    expect(goodValues(deps, "level")).toEqual([]);
    expect(occurrences(deps, "unreadable-report")).toMatchObject([{ details: { function: "32", isCut: false } }]);
    expect(occurrences(deps, "test-report")).toMatchObject([{ details: { level: 3 } }]);
  });

  it("are everything but pictures, which are refused and not kept", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const picture = Buffer.alloc(1_000, 0xd8);
    for (const no of [1, 2, 3]) {
      const end = no === 3 ? "etx" : "etb";
      station.say({ function: FN.picture, part: { count: 3, no }, body: picture, end });
    }
    const answers = await station.untilAnswered(1);
    expect(answers.map(({ end, function: code }) => [end, code])).toEqual([["eot", FN.picture]]);
    expect(occurrences(deps, "picture-refused")).toMatchObject([{ details: { packets: 3 } }]);
    expect(JSON.stringify(deps.events)).not.toContain("d8d8");
  });
});

const packets = (body: Buffer, count: number) => {
  const size = Math.ceil(body.length / count);
  return Array.from({ length: count }, (_, index) => ({
    part: { count, no: index + 1 },
    body: body.subarray(index * size, (index + 1) * size),
    end: index === count - 1 ? ("etx" as const) : ("etb" as const),
  }));
};

describe("messages in several packets", () => {
  it("are one message when all are there, answered once", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    for (const packet of packets(levelReport(5, 1.25), 3)) station.say(packet);
    const [answer] = await station.untilAnswered(1);
    expect(answer).toMatchObject({ end: "eot", part: { count: 3, no: 3 } });
    expect(goodValues(deps, "level")).toEqual([1.25]);
    for (const packet of packets(levelReport(5, 1.25), 3)) station.say(packet);
    await station.untilAnswered(2);
  });

  it("are asked for where they are missing, one by one", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const [one, two, three, four] = packets(levelReport(6, 1.5), 4);
    station.say(two ?? {});
    station.say(four ?? {});
    const [first] = await station.untilAnswered(1);
    expect(first).toMatchObject({ end: "nak", part: { count: 4, no: 1 } });
    station.say(one ?? {});
    const [, second] = await station.untilAnswered(2);
    expect(second).toMatchObject({ end: "nak", part: { count: 4, no: 3 } });
    expect(goodValues(deps, "level")).toEqual([]);
    station.say(three ?? {});
    const [, , last] = await station.untilAnswered(3);
    expect(last).toMatchObject({ end: "eot" });
    expect(goodValues(deps, "level")).toEqual([1.5]);
  });

  it("are refused where they are too many", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ part: { count: 65, no: 1 }, body: Buffer.alloc(10) });
    station.say({ part: { count: 0, no: 0 }, body: Buffer.alloc(10) });
    station.say({ body: levelReport(1, 1) });
    await station.untilAnswered(1);
    expect(station.answers).toHaveLength(1);
    expect(goodValues(deps, "level")).toEqual([1]);
  });
});

describe("over UDP", () => {
  it("a datagram that was cut off does not spoil the next", async () => {
    await using bench = new Bench({ transport: "udp" });
    const { deps } = await bench.device();
    const port = await portOf(bench.link);
    await using socket = createSocket("udp4");
    const received: Buffer[] = [];
    socket.on("message", (bytes) => received.push(bytes));
    const whole = upward({ body: levelReport(1, 2.75) });
    const answer = await eventually("an answer", () => {
      // Datagrams may be lost.
      socket.send(whole.subarray(0, 30), port, HOST);
      socket.send(whole, port, HOST);
      return received[0];
    });
    expect(new FrameParser().push(answer)).toMatchObject([{ end: "eot" }]);
    expect(goodValues(deps, "level")).toEqual([2.75]);
  });
});
