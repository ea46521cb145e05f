import { randomBytes } from "node:crypto";

import { systemClock } from "@outpost/kernel/clock.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../../testing/fake-deps.ts";
import { lineRig } from "../testing/line-rig.ts";
import { UPSTREAM_TURN_MS } from "./turns.ts";

const never = new AbortController().signal;
const CLEAR = { action: "ClearCache", payload: {} };
/** So much that no socket buffers hold it. */
const MANY = 250;
/** Calls that say which they are, and hardly become smaller by compressing. */
const BIG_CALLS = Array.from({ length: MANY }, (_, n) => {
  const data = randomBytes(90_000).toString("base64");
  return `[2,"${n}","DataTransfer",{"vendorId":"x","data":"${data}"}]`;
});

describe("a relayed line", () => {
  it("holds a station back that says more than upstream takes, and loses and reorders nothing", async () => {
    await using here = await lineRig(systemClock);
    const { line, station, csms, atCsms } = here;
    csms.pause();
    for (const text of BIG_CALLS) station.send(text, { compress: false });
    let mostBytes = 0;
    await eventually("the station is held back", () => {
      mostBytes = Math.max(mostBytes, line.waitingBytes);
      return line.waitingBytes > 256 * 1024;
    });
    await systemClock.sleep(200);
    mostBytes = Math.max(mostBytes, line.waitingBytes);
    expect(station.bufferedAmount).toBeGreaterThan(1_000_000);
    expect(mostBytes).toBeLessThan(4 * 1024 * 1024);
    csms.resume();
    await eventually("all of it", () => atCsms.length === MANY);
    expect(atCsms.every((text, n) => text === BIG_CALLS[n])).toBe(true);
    expect(line.closed.aborted).toBe(false);
  });

  it("holds upstream back that says more than the station takes", async () => {
    await using here = await lineRig(systemClock);
    const { line, station, csms, atStation } = here;
    station.pause();
    for (const text of BIG_CALLS) csms.send(text, { compress: false });
    await eventually("upstream is held back", () => line.waitingBytes > 256 * 1024);
    await systemClock.sleep(200);
    expect(csms.bufferedAmount).toBeGreaterThan(1_000_000);
    expect(line.waitingBytes).toBeLessThan(4 * 1024 * 1024);
    station.resume();
    await eventually("all of it", () => atStation.length === MANY);
  });

  it("ends with whichever side takes nothing for half a minute", async () => {
    const clock = new ManualClock();
    await using here = await lineRig(clock);
    const { line, station, csms, ended } = here;
    csms.pause();
    for (const text of BIG_CALLS) station.send(text, { compress: false });
    await eventually("something waits", () => line.waitingBytes > 256 * 1024);
    await systemClock.sleep(100);
    await clock.advance(30_001);
    line.tick();
    expect(await ended).toEqual({ by: "upstream", reason: "takes nothing it is sent" });
  });

  it("keeps its bound also where small frames inflate to large messages", async () => {
    await using here = await lineRig(systemClock, {}, { perMessageDeflate: false });
    const { line, station, csms, atStation } = here;
    station.pause();
    let mostBytes = 0;
    here.onFrame = () => (mostBytes = Math.max(mostBytes, line.waitingBytes));
    const text = `[3,"1",{"data":"${"0".repeat(250_000)}"}]`;
    for (let n = 0; n < MANY; n += 1) csms.send(text);
    await eventually("something waits", () => line.closed.aborted || line.waitingBytes > 256 * 1024);
    await systemClock.sleep(200);
    // Held back, or cut off where too much had come before it could be.
    station.resume();
    await eventually("all of it, or the end", () => line.closed.aborted || atStation.length === MANY);
    expect(mostBytes).toBeLessThan(5 * 1024 * 1024);
  });

  it("ends with a message beyond its bound", async () => {
    await using here = await lineRig(systemClock);
    here.csms.send(`[2,"1","DataTransfer",{"vendorId":"x","data":"${"x".repeat(300_000)}"}]`);
    expect((await here.ended).by).toBe("upstream");
    await eventually("the station is cut off", () => here.station.readyState === here.station.CLOSED);
  });

  it("keeps the mark of binary messages, and what they are", async () => {
    await using here = await lineRig(systemClock);
    const got: unknown[] = [];
    here.csms.on("message", (data, isBinary) => got.push([data, isBinary]));
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    here.station.send(bytes);
    await eventually("it", () => got.length === 1);
    expect(got).toEqual([[bytes, true]]);
    expect(here.frames).toEqual([["station", { kind: "foreign" }]]);
  });
});

describe("our own calls on a relayed line", () => {
  it("wait for the answer to upstream's, and upstream's next waits for theirs, but answers pass", async () => {
    await using here = await lineRig(systemClock);
    const { line, station, csms, atStation, atCsms } = here;
    csms.send('[2,"u1","Reset",{"type":"Soft"}]');
    await eventually("upstream's call", () => atStation.length === 1);
    const result = line.call(CLEAR, never);
    csms.send('[3,"s0",{}]');
    await eventually("upstream's answer", () => atStation.length === 2);
    station.send('[3,"u1",{"status":"Accepted"}]');
    const ours = await eventually("our call", () => atStation[2]);
    const id = /^\[2,"([0-9a-f-]{36})","ClearCache",\{\}\]$/.exec(ours)?.[1];
    expect(id).toBeDefined();
    csms.send('[2,"u2","Reset",{"type":"Soft"}]');
    csms.send('[3,"s1",{}]');
    await eventually("upstream's next answer", () => atStation[3] === '[3,"s1",{}]');
    station.send(`[3,"${id}",{"status":"Accepted"}]`);
    expect(await result).toEqual({ status: "Accepted" });
    await eventually("upstream's next call", () => atStation[4] === '[2,"u2","Reset",{"type":"Soft"}]');
    // Not even when it is answered twice does upstream hear of our call.
    station.send(`[3,"${id}",{"status":"Accepted"}]`);
    station.send('[3,"u2",{}]');
    await eventually("both answers to upstream", () => atCsms.length === 2);
    expect(atCsms).toEqual(['[3,"u1",{"status":"Accepted"}]', '[3,"u2",{}]']);
  });

  it("say how they failed: refused, late, given up, closed, not of their schema, too many", async () => {
    const clock = new ManualClock();
    await using here = await lineRig(clock, { pingEveryMs: 600_000 });
    const { line, station, csms, atStation, atCsms } = here;
    const idOf = async (n: number): Promise<string> => JSON.parse(await eventually(`call ${n}`, () => atStation[n]))[1];
    const refused = line.call(CLEAR, never);
    station.send(`[4,"${await idOf(0)}","NotSupported","no cache",{}]`);
    await expect(refused).rejects.toMatchObject({ code: "ocpp/refused", errorCode: "NotSupported" });
    await expect(line.call({ action: "Reset", payload: { type: "Gently" } }, never)).rejects.toMatchObject({
      code: "ocpp/bad-call",
    });
    const late = line.call(CLEAR, never);
    const lateId = await idOf(1);
    await clock.advance(15_001);
    line.tick();
    await expect(late).rejects.toMatchObject({ code: "ocpp/timeout" });
    station.send(`[3,"${lateId}",{"status":"Accepted"}]`);
    const stop = new AbortController();
    const given = line.call(CLEAR, stop.signal);
    const givenId = await idOf(2);
    stop.abort(new Error("stopped"));
    await expect(given).rejects.toThrow("stopped");
    // The station is still at it: upstream waits until it has answered.
    csms.send('[2,"u","ClearCache",{}]');
    await eventually("it is read", () => here.frames.some(([from]) => from === "upstream"));
    expect(atStation).toHaveLength(3);
    station.send(`[3,"${givenId}",{"status":"Accepted"}]`);
    await eventually("upstream's call", () => atStation[3] === '[2,"u","ClearCache",{}]');
    const waiting = Array.from({ length: 50 }, () => line.call(CLEAR, never));
    await expect(line.call(CLEAR, never)).rejects.toMatchObject({ code: "ocpp/busy" });
    line.close("the test is over");
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "ocpp/closed" });
    await expect(line.call(CLEAR, never)).rejects.toMatchObject({ code: "ocpp/closed" });
    expect(atCsms).toEqual([]);
  });

  it("wait no longer than upstream itself for a station that does not answer upstream", async () => {
    const clock = new ManualClock();
    await using here = await lineRig(clock, { pingEveryMs: 600_000 });
    const { line, csms, atStation, station } = here;
    csms.send('[2,"u","ClearCache",{}]');
    await eventually("upstream's call", () => atStation.length === 1);
    const result = line.call(CLEAR, never);
    await clock.advance(UPSTREAM_TURN_MS);
    line.tick();
    const [, id]: string[] = JSON.parse(await eventually("our call", () => atStation[1]));
    station.send(`[3,"${id}",{"status":"Accepted"}]`);
    expect(await result).toEqual({ status: "Accepted" });
  });
});

describe("the pulse of a relayed line", () => {
  it("finds out that one side is dead, and cuts the other off", async () => {
    const clock = new ManualClock();
    await using here = await lineRig(clock, { pingEveryMs: 1_000 });
    const { line, csms, station, ended } = here;
    // Neither reads a ping nor answers it.
    csms.pause();
    let pings = 0;
    station.on("ping", () => (pings += 1));
    for (let second = 0; second < 6 && !line.closed.aborted; second += 1) {
      const before = pings;
      await clock.advance(1_000);
      line.tick();
      await eventually("the station's ping", () => pings > before || line.closed.aborted);
      await systemClock.sleep(20);
    }
    expect(await ended).toEqual({ by: "upstream", reason: "answers no ping" });
    await eventually("the station is cut off", () => station.readyState === station.CLOSED);
  });
});
