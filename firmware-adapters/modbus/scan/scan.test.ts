import { once } from "node:events";
import { createServer } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { openSerial } from "../../links/serial.ts";
import { serialOverTcp } from "../../links/testing/pty.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { planScan, type ScanTarget } from "./plan.ts";
import { scanModbus, type ScanReport } from "./scan.ts";
import { startBus, type Bus, type BusUnit } from "./testing/bus.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 } as const;
const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);
const never = new AbortController().signal;
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

interface Scan {
  readonly unitIds?: readonly number[];
  readonly signal?: AbortSignal;
  readonly isFirstEnough?: boolean;
  readonly onProgress?: (asked: number, of: number) => void;
}

async function scan(targets: readonly ScanTarget[], options: Scan = {}): Promise<ScanReport> {
  const { unitIds = upTo(10), signal = never, isFirstEnough = false, onProgress = () => {} } = options;
  const plan = planScan(targets, { unitIds, thinkMs: 150 });
  return await scanModbus(plan, { clock: systemClock, onProgress, onPass: () => {}, isFirstEnough }, signal);
}

function server({ port }: { readonly port: number | undefined }): ScanTarget {
  return { kind: "serial-server", host: "127.0.0.1", port: port ?? 0, baudRate: 9_600 };
}

async function scanBus(units: readonly BusUnit[], options: Parameters<typeof startBus>[1] = {}) {
  await using bus = await startBus(units, options);
  const report = await scan([server(bus)]);
  return { bus, pass: report.passes[0], report };
}

describe("a scan of a serial line", () => {
  it("finds every unit, what it says of itself, and who refuses; and writes nothing", async () => {
    const pump = { vendor: "Outpost", product: "Pump", revision: "1.2" };
    const { pass, bus, report } = await scanBus([
      { unitId: 3 },
      { unitId: 5, identification: pump },
      { unitId: 6, identification: pump, isTerse: true },
      { unitId: 9, exceptionCode: 2 },
    ]);
    expect(report.isComplete).toBe(true);
    expect(pass).toMatchObject({ doubtful: [], notes: [] });
    expect(pass?.error).toBeUndefined();
    expect(pass?.found).toEqual([
      { unitId: 3, exceptionCode: undefined, identification: undefined, isSlow: false },
      { unitId: 5, exceptionCode: undefined, identification: pump, isSlow: false },
      { unitId: 6, exceptionCode: undefined, identification: pump, isSlow: false },
      { unitId: 9, exceptionCode: 2, identification: undefined, isSlow: false },
    ]);
    const codes = new Set(bus.requests.map((request) => request.slice(2, 4)));
    expect([...codes].toSorted()).toEqual(["03", "2b"]);
  });

  it("suspects an address that two units have, whether they talk at once or one after the other", async () => {
    const { pass } = await scanBus([
      { unitId: 2 },
      { unitId: 4 },
      { unitId: 4, exceptionCode: 2 },
      { unitId: 8, thinksMs: 2 },
      { unitId: 8, thinksMs: 30 },
    ]);
    expect(pass?.found.map(({ unitId }) => unitId)).toEqual([2]);
    expect(pass?.doubtful).toEqual([
      { unitId: 4, kind: "suspected-duplicate", detail: expect.stringContaining("garbled") },
      { unitId: 8, kind: "suspected-duplicate", detail: expect.stringContaining("requests were answered twice") },
    ]);
  });

  it("does not call an address taken twice where nobody can be understood", async () => {
    const { pass } = await scanBus([{ unitId: 4 }, { unitId: 4, exceptionCode: 2 }]);
    expect(pass?.doubtful).toEqual([
      { unitId: 4, kind: "garbled", detail: expect.stringContaining("another speed or parity") },
    ]);
  });

  it("gives an answer that comes late to the unit that gave it", async () => {
    const { pass } = await scanBus([
      { unitId: 4, thinksMs: 350 },
      { unitId: 10, thinksMs: 350 },
    ]);
    expect(pass?.found.map(({ unitId, isSlow }) => [unitId, isSlow])).toEqual([
      [4, true],
      [10, true],
    ]);
  });

  it("takes no echo for an answer, and says that there is one", async () => {
    const { pass } = await scanBus([{ unitId: 5, thinksMs: 40 }], { isEchoed: true });
    expect(pass?.found.map(({ unitId }) => unitId)).toEqual([5]);
    expect(pass?.notes).toEqual(["the converter echoes what it sends: switch that off"]);
  });

  it("keeps out where somebody else is asking", async () => {
    const { pass, bus } = await scanBus([{ unitId: 1 }], { chatter: Buffer.of(1, 3, 0, 0, 0, 1, 0x84, 0x0a) });
    expect(pass?.error).toBe("somebody else is asking on this line");
    expect(bus.requests).toEqual([]);
  });

  it("keeps what it found when the line is lost", async () => {
    await using bus = await startBus([{ unitId: 1 }]);
    const onProgress = (asked: number): void => {
      if (asked === 5) bus.cut();
    };
    const { passes, isComplete } = await scan([server(bus)], { onProgress });
    expect(isComplete).toBe(true);
    expect(passes[0]?.found.map(({ unitId }) => unitId)).toEqual([1]);
    expect(passes[0]?.error).toContain("closed");
  });

  it("ends at once when it is told to, with what it found", async () => {
    await using bus = await startBus([{ unitId: 1 }]);
    const stop = new AbortController();
    const onProgress = (asked: number): void => {
      if (asked === 3) stop.abort(new Error("stopped"));
    };
    const report = await scan([server(bus), server(bus)], { onProgress, signal: stop.signal });
    expect(report.isComplete).toBe(false);
    expect(report.passes).toHaveLength(1);
    expect(report.passes[0]?.found.map(({ unitId }) => unitId)).toEqual([1]);
    expect(bus.requests.length).toBeLessThan(8);
  });

  it("says how far it is, to the end", async () => {
    await using bus = await startBus([]);
    const progress: string[] = [];
    await scan([server(bus)], { unitIds: upTo(3), onProgress: (asked, of) => progress.push(`${asked}/${of}`) });
    expect(progress).toEqual(["1/3", "2/3", "3/3", "3/3"]);
  });

  it("says that nobody is there to be asked", async () => {
    const { passes } = await scan([
      { kind: "serial", path: "/dev/nowhere", baudRates: [9_600, 19_200], parities: ["none"] },
    ]);
    expect(passes).toHaveLength(1);
    expect(passes[0]?.error).toContain("/dev/nowhere");
  });
});

describe.skipIf(noSocat !== undefined)("a scan of a pseudo terminal", () => {
  it("finds the pump station in every speed, or in the first where that is enough", async () => {
    await using station = await startSimulator({ rtuTcp: LOOPBACK, unitId: 7 });
    await using line = await serialOverTcp(station.ports.rtuTcp ?? 0);
    const target: ScanTarget = { kind: "serial", path: line.path, baudRates: [9_600, 19_200], parities: ["none"] };
    const { passes } = await scan([target]);
    expect(passes.map(({ found }) => found.map(({ unitId }) => unitId))).toEqual([[7], [7]]);
    const enough = await scan([target], { isFirstEnough: true });
    expect(enough.passes.map(({ found }) => found.map(({ unitId }) => unitId))).toEqual([[7]]);
  });

  it("refuses a port that somebody else has, in one line", async () => {
    await using station = await startSimulator({ rtuTcp: LOOPBACK, unitId: 7 });
    await using pty = await serialOverTcp(station.ports.rtuTcp ?? 0);
    const { path } = pty;
    const owner = await openSerial(
      { id: "line", kind: "serial", path, baudRate: 9_600, parity: "none", dataBits: 8, stopBits: 1, gapMs: 5 },
      { clock: systemClock, log: silentLog },
      never,
    );
    const { passes } = await scan([{ kind: "serial", path, baudRates: [9_600, 19_200], parities: ["none"] }]);
    await owner.close();
    expect(passes).toHaveLength(1);
    expect(passes[0]?.isTaken).toBe(true);
  });
});

function tcp(port: number | undefined): ScanTarget {
  return { kind: "tcp", host: "127.0.0.1", port: port ?? 0 };
}

/** What an endpoint does with a request. */
type Answer = (unitId: number, pdu: Buffer, reply: (pdu: Buffer) => void, hangUp: () => void) => void;

/** A Modbus TCP server that answers a request with what it likes. */
async function endpoint(answer: Answer): Promise<Pick<Bus, "port"> & AsyncDisposable> {
  const sockets = new Set<{ destroy(): void }>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const reply = (pdu: Buffer): void => {
        const frame = Buffer.concat([bytes.subarray(0, 7), pdu]);
        frame.writeUInt16BE(pdu.length + 1, 4);
        socket.write(frame);
      };
      answer(bytes.readUInt8(6), bytes.subarray(7), reply, () => socket.destroy());
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      const closed = once(listening, "close");
      listening.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

describe("a scan over TCP", () => {
  it("finds the unit behind an endpoint", async () => {
    await using station = await startSimulator({ tcp: LOOPBACK, unitId: 7 });
    const { passes } = await scan([tcp(station.ports.tcp)]);
    expect(passes[0]?.found).toEqual([
      { unitId: 7, exceptionCode: undefined, identification: undefined, isSlow: false },
    ]);
  });

  const words = Buffer.of(3, 2, 0, 1);

  it("does not take a gateway's word that nobody is there for a unit", async () => {
    await using gateway = await endpoint((unitId, pdu, reply) => {
      if (unitId === 4) reply(pdu[0] === 3 ? words : Buffer.of(0xab, 1));
      else reply(Buffer.of((pdu[0] ?? 0) | 0x80, unitId % 2 === 0 ? 0x0a : 0x0b));
    });
    const { passes } = await scan([tcp(gateway.port)]);
    expect(passes[0]?.found.map(({ unitId }) => unitId)).toEqual([4]);
  });

  it("says that a device answers to every unit id, and asks no further", async () => {
    let requests = 0;
    await using device = await endpoint((_, pdu, reply) => {
      requests += 1;
      reply(pdu[0] === 3 ? Buffer.of(0x83, 2) : Buffer.of(0xab, 1));
    });
    const { passes } = await scan([tcp(device.port)], { unitIds: upTo(247) });
    expect(passes[0]).toMatchObject({
      found: [{ unitId: 1, exceptionCode: 2 }],
      notes: ["answers to every unit id: one device"],
    });
    expect(requests).toBe(17);
  });

  it("gives a late answer to the unit that gave it", async () => {
    await using gateway = await endpoint((unitId, pdu, reply) => {
      if (unitId === 10 && pdu[0] === 3) setTimeout(() => reply(words), 600);
    });
    const { passes } = await scan([tcp(gateway.port)]);
    expect(passes[0]?.found).toEqual([
      { unitId: 10, exceptionCode: undefined, identification: undefined, isSlow: true },
    ]);
  });

  it("goes on where it is hung up on for one unit id", async () => {
    await using gateway = await endpoint((unitId, pdu, reply, hangUp) => {
      if (unitId === 2) hangUp();
      else if (unitId === 3) reply(pdu[0] === 3 ? words : Buffer.of(0xab, 1));
    });
    const { passes } = await scan([tcp(gateway.port)], { unitIds: upTo(4) });
    expect(passes[0]?.found.map(({ unitId }) => unitId)).toEqual([3]);
    expect(passes[0]?.error).toBeUndefined();
  });

  it("gives up an endpoint that hangs up on everything", async () => {
    await using bad = await endpoint((_, __, ___, hangUp) => hangUp());
    const { passes } = await scan([tcp(bad.port)]);
    expect(passes[0]?.found).toEqual([]);
    expect(passes[0]?.error).toMatch(/closed|reset/i);
  });

  it("gives up an endpoint that speaks something else, or is not there", async () => {
    const web = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    }).listen(0, "127.0.0.1");
    await once(web, "listening");
    const address = web.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect((await scan([tcp(port)])).passes[0]?.error).toContain("does not speak Modbus TCP");
    const closed = once(web, "close");
    web.close();
    await closed;
    expect((await scan([tcp(port)])).passes[0]?.error).toContain("ECONNREFUSED");
  });
});
