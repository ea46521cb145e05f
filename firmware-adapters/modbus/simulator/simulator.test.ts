import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { MbapFraming } from "./server/mbap-framing.ts";
import { RtuFraming } from "./server/rtu-framing.ts";
import { startSimulator, type Simulator } from "./simulator.ts";
import { Master } from "./testing/master.ts";

const HERE = { host: "127.0.0.1", port: 0 };
/** Reads the remote-mode contact: the answer never moves while a test looks. */
const READ_REMOTE = Buffer.from("0200020001", "hex");
const REMOTE = "020101";

const mbap = (transactionId: number, unitId: number, pdu: Buffer): Buffer =>
  new MbapFraming().encode({ transactionId, unitId, pdu });
const rtu = (unitId: number, pdu: Buffer): Buffer => new RtuFraming().encode({ transactionId: 0, unitId, pdu });
const mbapHex = (transactionId: number, unitId: number, pdu: string): string =>
  mbap(transactionId, unitId, Buffer.from(pdu, "hex")).toString("hex");
const rtuHex = (unitId: number, pdu: string): string => rtu(unitId, Buffer.from(pdu, "hex")).toString("hex");

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ tcp: HERE, rtuTcp: HERE, control: HERE, unitId: 7 });
});

afterEach(async () => {
  await simulator[Symbol.asyncDispose]();
});

describe("a simulated station over TCP", () => {
  it("answers each request under its own transaction id, also when several come at once", async () => {
    using master = await Master.connect(simulator.ports.tcp);
    master.send(Buffer.concat([mbap(1, 7, READ_REMOTE), mbap(2, 7, READ_REMOTE)]));
    expect(await master.receive(20)).toBe(mbapHex(1, 7, REMOTE) + mbapHex(2, 7, REMOTE));
    expect(simulator.countRequests()).toBe(2);
  });

  it("stays silent to another unit, and takes a broadcast without a word", async () => {
    using master = await Master.connect(simulator.ports.tcp);
    const sirenOn = Buffer.from("050000ff00", "hex");
    master.send(Buffer.concat([mbap(1, 8, READ_REMOTE), mbap(2, 0, sirenOn), mbap(3, 7, READ_REMOTE)]));
    expect(await master.receive(10)).toBe(mbapHex(3, 7, REMOTE));
    expect(simulator.station.snapshot().siren.isOn).toBe(true);
  });

  it("drops what one master sends beyond sixteen requests in one go", async () => {
    using master = await Master.connect(simulator.ports.tcp);
    master.send(Buffer.concat(Array.from({ length: 40 }, (_, index) => mbap(index, 7, READ_REMOTE))));
    let received = await master.receive(10);
    master.send(mbap(99, 7, READ_REMOTE));
    while (!received.includes(mbapHex(99, 7, REMOTE))) received += await master.receive(10);
    expect(simulator.countRequests()).toBeLessThan(40);
  });
});

describe("a simulated station over RTU in TCP", () => {
  it("answers requests, split and joined as TCP likes", async () => {
    using master = await Master.connect(simulator.ports.rtuTcp);
    const request = rtu(7, READ_REMOTE);
    master.send(request.subarray(0, 3));
    await delay(20);
    master.send(Buffer.concat([request.subarray(3), request]));
    expect(await master.receive(12)).toBe(rtuHex(7, REMOTE).repeat(2));
  });

  it("refuses an unknown function code once the line is silent", async () => {
    using master = await Master.connect(simulator.ports.rtuTcp);
    master.send(rtu(7, Buffer.from("2b0e0100", "hex")));
    expect(await master.receive(5)).toBe(rtuHex(7, "ab01"));
  });
});

describe("a station told to misbehave", () => {
  it.each([
    ["exception", { kind: "exception", code: 6 }, rtuHex(7, "8206")],
    ["wrong unit", { kind: "wrong-unit" }, rtuHex(8, REMOTE)],
    ["half a frame", { kind: "half-frame" }, rtuHex(7, REMOTE).slice(0, 6)],
  ] as const)("%s, for as many requests as it was told", async (_, behaviour, expected) => {
    simulator.misbehaviours.plan({ ...behaviour, requests: 2 });
    using master = await Master.connect(simulator.ports.rtuTcp);
    for (const answer of [expected, expected, rtuHex(7, REMOTE)]) {
      master.send(rtu(7, READ_REMOTE));
      expect(await master.receive(answer.length / 2)).toBe(answer);
    }
    expect(simulator.misbehaviours.left).toBe(0);
  });

  it("garbage has the length of the answer and none of its bytes", async () => {
    simulator.misbehaviours.plan({ kind: "garbage", requests: 1 });
    using master = await Master.connect(simulator.ports.tcp);
    master.send(mbap(1, 7, READ_REMOTE));
    const garbage = Buffer.from(await master.receive(10), "hex");
    const right = Buffer.from(mbapHex(1, 7, REMOTE), "hex");
    expect([...garbage].filter((byte, index) => byte === right[index])).toEqual([]);
  });

  it("a late answer comes when its time is over, and the next request's answer only after it", async () => {
    const clock = new ManualClock();
    await using slow = await startSimulator({ rtuTcp: HERE, clock });
    slow.misbehaviours.plan({ kind: "late", delayMs: 5_000, requests: 1 });
    using master = await Master.connect(slow.ports.rtuTcp);
    using other = await Master.connect(slow.ports.rtuTcp);
    master.send(Buffer.concat([rtu(1, READ_REMOTE), rtu(1, Buffer.from("0200040001", "hex"))]));
    await vi.waitUntil(() => slow.countRequests() === 1, 10_000);
    other.send(rtu(1, READ_REMOTE));
    expect(await other.receive(6)).toBe(rtuHex(1, REMOTE));
    expect(master.take()).toBe("");
    await clock.advance(5_000);
    expect(await master.receive(12)).toBe(rtuHex(1, REMOTE) + rtuHex(1, "020100"));
  });

  it("silence answers nothing, but serves the next", async () => {
    simulator.misbehaviours.plan({ kind: "silence", requests: 1 });
    using master = await Master.connect(simulator.ports.tcp);
    master.send(Buffer.concat([mbap(1, 7, READ_REMOTE), mbap(2, 7, READ_REMOTE)]));
    expect(await master.receive(10)).toBe(mbapHex(2, 7, REMOTE));
  });

  it("reset ends the connection in the middle of a request, and a new one is welcome", async () => {
    simulator.misbehaviours.plan({ kind: "reset", requests: 1 });
    using master = await Master.connect(simulator.ports.tcp);
    master.send(mbap(1, 7, READ_REMOTE));
    expect(await master.untilEnded()).toBe("reset");
    using next = await Master.connect(simulator.ports.tcp);
    next.send(mbap(2, 7, READ_REMOTE));
    expect(await next.receive(10)).toBe(mbapHex(2, 7, REMOTE));
  });
});

describe("foreign bytes", () => {
  it("on any port end no more than their own connection", async () => {
    const seed = Date.now() & 0xffff;
    let mix = seed;
    const noise = (length: number): Buffer =>
      Buffer.from(Array.from({ length }, () => (mix = (Math.imul(mix, 1_103_515_245) + 12_345) >>> 0) >>> 16));
    for (const port of Object.values(simulator.ports)) {
      for (const length of [1, 7, 300, 5_000]) {
        using master = await Master.connect(port);
        master.send(noise(length));
        await delay(5);
      }
    }
    using master = await Master.connect(simulator.ports.tcp);
    master.send(mbap(1, 7, READ_REMOTE));
    expect(await master.receive(10), `seed ${seed}`).toBe(mbapHex(1, 7, REMOTE));
    expect((await pull("GET", "/state")).status).toBe(200);
  });

  it("of another protocol close a Modbus TCP connection at once", async () => {
    using master = await Master.connect(simulator.ports.tcp);
    master.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    expect(await master.untilEnded()).toBe("closed");
  });
});

describe("the levers", () => {
  it("begin and end a storm", async () => {
    expect((await pull("POST", "/storm", { minutes: 10 })).body["stormLeftMs"]).toBeGreaterThan(590_000);
    expect((await pull("POST", "/storm")).body["stormLeftMs"]).toBeGreaterThan(1_790_000);
    expect((await pull("POST", "/calm")).body["stormLeftMs"]).toBe(0);
  });

  it("break things and mend them", async () => {
    expect((await pull("POST", "/fault", { kind: "mains" })).body["isMainsFailed"]).toBe(true);
    expect((await pull("POST", "/fault", { kind: "mains", isActive: false })).body["isMainsFailed"]).toBe(false);
  });

  it("plan misbehaviour and take it back", async () => {
    expect((await pull("POST", "/misbehave", { kind: "silence", requests: 5 })).body["misbehavioursLeft"]).toBe(5);
    expect((await pull("POST", "/behave")).body["misbehavioursLeft"]).toBe(0);
  });

  it("refuse more plans than a hundred", async () => {
    const plans = Array.from({ length: 100 }, () => simulator.misbehaviours.plan({ kind: "silence", requests: 1 }));
    expect(plans).not.toContain(false);
    expect((await pull("POST", "/misbehave", { kind: "silence" })).status).toBe(409);
  });

  it.each([
    ["an unknown lever", "POST", "/tsunami", {}, 404, "no such lever"],
    ["the wrong verb", "GET", "/storm", undefined, 404, "no such lever"],
    ["an unknown fault", "POST", "/fault", { kind: "ufo" }, 400, "kind"],
    ["a fault without its pump", "POST", "/fault", { kind: "pump-trip" }, 400, "pump"],
    ["a field nobody knows", "POST", "/storm", { hours: 1 }, 400, "hours"],
    ["a storm without end", "POST", "/storm", { minutes: 1_441 }, 400, "minutes"],
    ["a body that is too long", "POST", "/storm", { minutes: "x".repeat(5_000) }, 400, "4096"],
  ] as const)("refuse %s and say why", async (...[, method, path, body, status, reason]) => {
    const reply = await pull(method, path, body);
    expect(reply.status).toBe(status);
    expect(reply.body["reason"]).toContain(reason);
  });

  it("refuse what is not JSON, and what a web page sends", async () => {
    expect((await pull("POST", "/storm", "{")).status).toBe(400);
    expect((await pull("POST", "/storm", undefined, { origin: "http://elsewhere.example" })).status).toBe(403);
    expect(simulator.station.snapshot().stormLeftMs).toBe(0);
  });
});

/** Pulls a lever over real HTTP. */
async function pull(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    body: Record<string, unknown>;
  }>();
  const request = httpRequest(
    { host: "127.0.0.1", port: simulator.ports.control, method, path, headers },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
      });
    },
  );
  request.on("error", reject);
  request.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  return promise;
}
