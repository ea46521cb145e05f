import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { MBPOLL, missingPeer, SOCAT, type Peer } from "@outpost/kernel/testing/peers.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { serialPair } from "../../links/testing/pty.ts";
import { startSimulator, type Simulator } from "./simulator.ts";

const run = promisify(execFile);
/** Its client also wants serial_asyncio, which Debian packages apart. */
const PYMODBUS_CLIENT: Peer = {
  name: "python3-pymodbus with python3-serial-asyncio",
  probe: ["/usr/bin/python3", "-c", "import pymodbus.client"],
};
const HERE = { host: "127.0.0.1", port: 0 };

for (const peer of [MBPOLL, PYMODBUS_CLIENT, SOCAT]) {
  const reason = missingPeer(peer);
  if (reason !== undefined) console.warn(`interop tests skipped: ${reason}`);
}

describe.skipIf(missingPeer(MBPOLL) !== undefined)("mbpoll, a master of another maker, over TCP", () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ tcp: HERE });
  });

  afterEach(async () => {
    await simulator[Symbol.asyncDispose]();
  });

  it("reads contacts and registers", async () => {
    expect(await values("-t", "1", "-r", "0", "-c", "6")).toEqual([0, 0, 1, 0, 0, 0]);
    const [level, inflow, outflow] = await values("-t", "3", "-r", "0", "-c", "3");
    expect(level).toBeGreaterThan(1_400);
    expect(inflow).toBeGreaterThan(50);
    expect(outflow).toBe(0);
    expect(await values("-t", "4", "-r", "0", "-c", "4")).toEqual([2_000, 1_000, 2_800, 3_500]);
  });

  it("writes coils and registers, one and several", async () => {
    await mbpoll("-t", "0", "-r", "0", "127.0.0.1", "1");
    expect(simulator.station.snapshot().siren.isOn).toBe(true);
    await mbpoll("-t", "4", "-r", "3", "127.0.0.1", "3600");
    await mbpoll("-t", "4", "-r", "0", "127.0.0.1", "1900", "900", "2700");
    expect(simulator.station.snapshot().settings).toEqual({ startM: 1.9, stopM: 0.9, assistM: 2.7, highM: 3.6 });
  });

  it("is told in the protocol's words what it may not", async () => {
    await expect(mbpoll("-t", "4", "-r", "9", "127.0.0.1", "1")).rejects.toMatchObject({
      stderr: expect.stringMatching(/illegal data address/i),
    });
    await expect(mbpoll("-t", "4", "-r", "0", "127.0.0.1", "9000")).rejects.toMatchObject({
      stderr: expect.stringMatching(/illegal data value/i),
    });
  });

  function mbpoll(...args: string[]): Promise<{ stdout: string }> {
    const line = ["-m", "tcp", "-p", String(simulator.ports.tcp), "-a", "1", "-0", "-1", "-q", "-o", "5"];
    return run("mbpoll", [...line, ...args], { timeout: 20_000 });
  }

  async function values(...args: string[]): Promise<number[]> {
    const { stdout } = await mbpoll(...args, "127.0.0.1");
    return Array.from(stdout.matchAll(/^\[\d+\]:\s+(-?\d+)/gm), (match) => Number(match[1]));
  }
});

describe.skipIf(missingPeer(PYMODBUS_CLIENT) !== undefined)("pymodbus, a master of another maker", () => {
  it("reads a float in its own word order, and writes, over TCP", async () => {
    await using simulator = await startSimulator({ tcp: HERE, speed: 20 });
    const answer = await pymodbus(`
c = ModbusTcpClient("127.0.0.1", port=${simulator.ports.tcp})
c.connect()
c.write_coil(10, True, slave=1)
volume = 0
while volume == 0:
  low, high = c.read_input_registers(4, 2, slave=1).registers
  volume = struct.unpack(">f", struct.pack(">HH", high, low))[0]
  time.sleep(0.05)
print(json.dumps({
  "volume": volume,
  "running": c.read_discrete_inputs(10, 1, slave=1).bits[0],
  "refusals": [c.read_coils(0, 2000, slave=1).exception_code, c.write_register(9, 1, slave=1).exception_code],
}))`);
    const { pumpedM3 } = simulator.station.snapshot();
    expect(answer).toMatchObject({ running: true, refusals: [2, 2] });
    expect(answer["volume"]).toBeGreaterThan(0);
    expect(answer["volume"]).toBeLessThanOrEqual(pumpedM3);
  });

  it("reads RTU in TCP", async () => {
    await using simulator = await startSimulator({ rtuTcp: HERE, unitId: 17 });
    const answer = await pymodbus(`
c = ModbusTcpClient("127.0.0.1", port=${simulator.ports.rtuTcp}, framer=ModbusRtuFramer)
c.connect()
print(json.dumps({"settings": c.read_holding_registers(0, 4, slave=17).registers}))`);
    expect(answer).toEqual({ settings: [2_000, 1_000, 2_800, 3_500] });
  });

  it.skipIf(missingPeer(SOCAT) !== undefined)("reads and writes RTU on a serial line", async () => {
    await using pair = await serialPair();
    await using simulator = await startSimulator({ rtuSerial: { path: pair.far, baudRate: 9_600 }, unitId: 3 });
    const answer = await pymodbus(`
c = ModbusSerialClient("${pair.near}", baudrate=9600)
c.connect()
c.write_registers(0, [1800, 900], slave=3)
c.write_coil(0, True, slave=3)
print(json.dumps({
  "settings": c.read_holding_registers(0, 2, slave=3).registers,
  "coils": c.read_coils(0, 2, slave=3).bits[:2],
  "refused": c.read_input_registers(100, 1, slave=3).exception_code,
}))`);
    expect(answer).toEqual({ settings: [1_800, 900], coils: [true, false], refused: 2 });
    expect(simulator.station.snapshot().siren.writes).toBe(1);
  });
});

describe.skipIf(missingPeer(SOCAT) !== undefined || missingPeer(MBPOLL) !== undefined)("a serial port", () => {
  it("that goes away and comes back is served again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "outpost-serial-"));
    try {
      const first = await serialPair(folder);
      await using simulator = await startSimulator({ rtuSerial: { path: first.far, baudRate: 19_200 } });
      await poll(first.near);
      await first[Symbol.asyncDispose]();
      await using second = await serialPair(folder);
      await poll(second.near);
      expect(simulator.countRequests()).toBe(2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("that is not there is said in one clear error", async () => {
    await expect(
      startSimulator({ rtuSerial: { path: join(tmpdir(), "outpost-no-such-port"), baudRate: 9_600 } }),
    ).rejects.toMatchObject({
      code: "simulator/cannot-open",
      message: expect.stringContaining("outpost-no-such-port"),
    });
  });
});

/** Asks until the port is served, since reopening takes its time; only the last try is answered. */
async function poll(master: string): Promise<void> {
  const line = [
    "-m",
    "rtu",
    "-b",
    "19200",
    "-P",
    "none",
    "-a",
    "1",
    "-0",
    "-1",
    "-q",
    "-o",
    "0.5",
    "-t",
    "4",
    "-r",
    "0",
  ];
  for (let tries = 1; ; tries += 1) {
    try {
      await run("mbpoll", [...line, master], { timeout: 20_000 });
      return;
    } catch (error) {
      if (tries >= 10) throw error;
    }
  }
}

async function pymodbus(script: string): Promise<Record<string, unknown>> {
  const imports = `
import json, struct, time
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.transaction import ModbusRtuFramer
`;
  const { stdout } = await run("/usr/bin/python3", ["-c", imports + script], { timeout: 40_000 });
  return JSON.parse(stdout);
}
