import { describe, expect, it } from "vitest";

import { goodValues, occurrences } from "../../receiving/testing/said.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { Bench, freshQn, MN, realtime, shanghai } from "../testing/bench.ts";

const parts = (qn: string, cod: number) =>
  [1, 2, 3].map((no) => ({
    qn,
    flag: 7,
    part: { count: 3, no },
    cp: `DataTime=${shanghai(Date.now())}${no === 2 ? `;w01018-Rtd=${cod},w01018-Flag=N` : ""}`,
  }));

describe("acknowledging", () => {
  it("comes after the commit, in the standard's form, and not while the disk does not take it", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const release = deps.holdCommits();
    const qn = freshQn();
    station.say({ qn, cp: realtime(12.5) });
    await eventually("the value, before the disk has it", () => deps.last("cod")?.reading.quality === "good");
    expect(station.answers).toEqual([]);
    release();
    const answers = await station.untilAnswered(1);
    expect(answers).toEqual([{ qn, st: "91", cn: 9014, pw: "123456", mn: MN, flag: 4, part: undefined, cp: "" }]);
    expect(deps.commits).toHaveLength(1);
    expect(deps.commits[0]?.key).toContain(`${MN}/${qn}/2011`);

    deps.isDiskBroken = true;
    station.say({ qn: freshQn(), cp: realtime(13) });
    await eventually("the next value", () => goodValues(deps, "cod").includes(13));
    deps.isDiskBroken = false;
    station.say({ qn: freshQn(), cp: realtime(14) });
    await station.untilAnswered(2);
    expect(station.answers).toHaveLength(2);
  });

  it("is left out where the station does not ask, and nothing is committed", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), flag: 4, cp: realtime(11) });
    await eventually("the value", () => goodValues(deps, "cod").includes(11));
    station.say({ qn: freshQn(), cp: realtime(12) });
    await station.untilAnswered(1);
    expect(station.answers).toHaveLength(1);
    expect(deps.commits).toHaveLength(1);
  });

  it("answers a repetition and records it once", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const hour = { qn: freshQn(), cn: 2061, cp: `DataTime=${shanghai(Date.now())};w01018-Avg=10.5,w01018-Flag=N` };
    for (let time = 0; time < 3; time += 1) station.say(hour);
    await station.untilAnswered(3);
    expect(occurrences(deps, "hour-data")).toHaveLength(1);
    expect(deps.commits).toHaveLength(1);
  });

  it("answers what was committed by a life that died before it could, and records it once", async () => {
    const qn = freshQn();
    const record = { qn, cn: 2031, cp: `DataTime=${shanghai(Date.now())};w01018-Avg=9,w01018-Flag=N` };
    let after: FakeDeps;
    {
      await using bench = new Bench();
      const deps = fakeDeps({ link: bench.link });
      await bench.device({}, deps);
      await using station = await bench.station();
      const release = deps.holdCommits();
      station.say(record);
      await eventually("the record", () => occurrences(deps, "day-data")[0]);
      // The gateway dies between the disk and the answer.
      station.caller.socket.destroy();
      release();
      await eventually("the commit", () => deps.commits[0]);
      after = deps;
    }
    await using bench = new Bench();
    const { deps } = await bench.device({}, after.restarted(bench.link));
    await using station = await bench.station();
    station.say(record);
    await station.untilAnswered(1);
    expect(occurrences(deps, "day-data")).toEqual([]);
    expect(deps.commits).toEqual([]);
  });

  it("takes another record under the same QN for another record", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const qn = freshQn();
    station.say({ qn, cp: realtime(1) });
    station.say({ qn, cp: realtime(2) });
    await station.untilAnswered(2);
    expect(goodValues(deps, "cod")).toEqual([1, 2]);
  });

  it("lights the points again when a repetition is the first that comes after a restart", async () => {
    await using bench = new Bench();
    const record = { qn: freshQn(), cp: realtime(20) };
    const before = fakeDeps({ link: bench.link });
    {
      await using early = await bench.device({}, before);
      await using station = await bench.station();
      station.say(record);
      await station.untilAnswered(1);
      expect(early.deps.commits).toHaveLength(1);
    }
    const { deps } = await bench.device({}, before.restarted(bench.link));
    await using station = await bench.station();
    station.say(record);
    await eventually("the value", () => goodValues(deps, "cod").includes(20));
    await station.untilAnswered(1);
    station.say(record);
    await station.untilAnswered(2);
    expect(goodValues(deps, "cod")).toEqual([20]);
  });

  it("answers notices as notices, and a heartbeat without a trace", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), cn: 9021, st: "91" });
    station.say({ qn: freshQn(), cn: 9015, st: "91" });
    const answers = await station.untilAnswered(2);
    expect(answers.map(({ cn }) => cn)).toEqual([9013, 9013]);
    expect(occurrences(deps, "station-login")).toHaveLength(1);
    expect(deps.events.filter((event) => event.kind === "occurrence")).toHaveLength(1);
  });
});

describe("values", () => {
  it("show the flags: only N is good, and faults and maintenance are points of their own", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(12, 0, "D") });
    await station.untilAnswered(1);
    expect(deps.last("cod")?.reading).toMatchObject({ quality: "bad", reason: "not-available" });
    expect(deps.last("instrumentFault")?.reading).toMatchObject({ value: 1 });
    expect(deps.last("maintenance")?.reading).toMatchObject({ value: 0 });
    station.say({ qn: freshQn(), cp: realtime(12, 0, "M") });
    await station.untilAnswered(2);
    expect(deps.last("instrumentFault")?.reading).toMatchObject({ value: 0 });
    expect(deps.last("maintenance")?.reading).toMatchObject({ value: 1 });
    station.say({ qn: freshQn(), cp: realtime(12) });
    await station.untilAnswered(3);
    expect(deps.last("cod")?.reading).toEqual({ quality: "good", value: 12 });
    expect(deps.last("maintenance")?.reading).toMatchObject({ value: 0 });
  });

  it("of old are recorded and move nothing", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(12) });
    const old = realtime(99, 45 * 60_000);
    station.say({ qn: freshQn(), cp: old });
    station.say({ qn: freshQn(), cp: realtime(98, 60_000) });
    await station.untilAnswered(3);
    expect(goodValues(deps, "cod")).toEqual([12]);
    const [first, second] = occurrences(deps, "historic-data");
    expect(first?.details).toMatchObject({
      cn: 2011,
      "w01018-Rtd": 99,
      "w01018-Flag": "N",
      measuredAtMs: expect.any(Number),
    });
    expect(second?.details).toMatchObject({ "w01018-Rtd": 98 });
    expect(deps.commits[1]?.events).toEqual([first]);
  });

  it("of a station whose clock is ahead are believed, and the clock is not", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), cp: realtime(12, -3 * 3_600_000) });
    await station.untilAnswered(1);
    expect(deps.last("cod")?.reading).toMatchObject({ value: 12 });
    expect(deps.last("clockWrong")?.reading).toMatchObject({ value: 1 });
    station.say({ qn: freshQn(), cp: realtime(13) });
    await station.untilAnswered(2);
    expect(deps.last("cod")?.reading).toMatchObject({ value: 13 });
    expect(deps.last("clockWrong")?.reading).toMatchObject({ value: 0 });
  });

  it("without a time are recorded and move nothing", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: "", cp: "w01018-Rtd=5,w01018-Flag=N" });
    await station.untilAnswered(1);
    expect(occurrences(deps, "undated-data")).toHaveLength(1);
    expect(goodValues(deps, "cod")).toEqual([]);
  });

  it("come from the minute's record where the site says so", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ source: "minute" });
    await using station = await bench.station();
    const time = `DataTime=${shanghai(Date.now())}`;
    station.say({ qn: freshQn(), cn: 2051, cp: `${time};w01018-Min=1,w01018-Avg=2,w01018-Max=3,w01018-Flag=N` });
    station.say({ qn: freshQn(), cp: realtime(50) });
    await station.untilAnswered(2);
    expect(goodValues(deps, "cod")).toEqual([2]);
    expect(occurrences(deps, "realtime-data")).toHaveLength(1);
  });

  it("of the edition of 2005 are read: no QN, no answer asked, codes of three digits", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device({ factors: [{ code: "011" }] });
    await using station = await bench.station();
    const cp = `DataTime=${shanghai(Date.now())};011-Rtd=30.1,011-Flag=N`;
    station.say({ qn: "", flag: 0, st: "32", cp });
    await eventually("the value", () => goodValues(deps, "cod").includes(30.1));
    expect(station.answers).toEqual([]);
  });
});

describe("split messages", () => {
  it("are one message when all parts are there, in any order, each acknowledged with its number", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const [one, two, three] = parts(freshQn(), 17);
    station.say(three ?? {});
    station.say(two ?? {});
    await station.untilAnswered(2);
    expect(goodValues(deps, "cod")).toEqual([]);
    station.say(one ?? {});
    const answers = await station.untilAnswered(3);
    expect(answers.map(({ part }) => part?.no)).toEqual([3, 2, 1]);
    expect(answers.map(({ flag }) => flag)).toEqual([6, 6, 6]);
    expect(goodValues(deps, "cod")).toEqual([17]);
    // A commit without events would keep neither its key nor its rows.
    expect(deps.commits.map(({ events }) => events.length > 0)).toEqual([true]);
    expect([...deps.memory.rows.keys()]).toEqual(["parts-done"]);
  });

  it("survive a restart between the parts, and repetitions of all of them", async () => {
    await using bench = new Bench();
    const [one, two, three] = parts(freshQn(), 18);
    const before = fakeDeps({ link: bench.link });
    {
      await using early = await bench.device({}, before);
      await using station = await bench.station();
      station.say(one ?? {});
      station.say(two ?? {});
      await station.untilAnswered(2);
      expect(early.deps.memory.rows.size).toBe(2);
    }
    const { deps } = await bench.device({}, before.restarted(bench.link));
    await using station = await bench.station();
    station.say(two ?? {});
    station.say(three ?? {});
    await station.untilAnswered(2);
    expect(goodValues(deps, "cod")).toEqual([18]);
    for (const part of [one, two, three]) station.say(part ?? {});
    await station.untilAnswered(5);
    expect(goodValues(deps, "cod")).toEqual([18]);
    expect([...deps.memory.rows.keys()]).toEqual(["parts-done"]);
  });

  it("wait for the disk, part by part", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    const [one, two, three] = parts(freshQn(), 19);
    station.say(one ?? {});
    station.say(two ?? {});
    await station.untilAnswered(2);
    deps.isDiskBroken = true;
    station.say(three ?? {});
    await eventually("the value", () => goodValues(deps, "cod").length === 1);
    deps.isDiskBroken = false;
    expect(station.answers).toHaveLength(2);
    station.say(three ?? {});
    await station.untilAnswered(3);
    expect([...deps.memory.rows.keys()]).toEqual(["parts-done"]);
  });

  it("that are too many are refused, and those never finished are put out by others", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    await using station = await bench.station();
    station.say({ qn: freshQn(), flag: 7, part: { count: 65, no: 1 }, cp: "DataTime=20260101000000" });
    for (let message = 0; message < 9; message += 1) {
      station.say({ qn: freshQn(), flag: 7, part: { count: 64, no: 1 }, cp: "DataTime=20260101000000" });
    }
    await station.untilAnswered(9);
    expect(occurrences(deps, "incomplete-data")).toMatchObject([{ details: { have: 1, count: 64 } }]);
    expect(deps.memory.rows.size).toBe(8);
  });
});
