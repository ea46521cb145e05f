import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  startSimulator as startCamera,
  SIMULATOR_DEFAULTS,
} from "@outpost/firmware-adapters/camera/simulator/simulator.ts";
import { openSerial } from "@outpost/firmware-adapters/links/serial.ts";
import { serialOverTcp } from "@outpost/firmware-adapters/links/testing/pty.ts";
import { startSimulator as startLocker } from "@outpost/firmware-adapters/locker/simulator/simulator.ts";
import { startBus } from "@outpost/firmware-adapters/modbus/scan/testing/bus.ts";
import { startSimulator as startStation } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { runToEnd } from "../testing/gateway-process.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const LOOPBACK = { host: "127.0.0.1", port: 0 } as const;
const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

const scan = (...args: readonly string[]) => runToEnd(["scan", ...args]);

describe("outpost-edge scan", () => {
  it("explains itself and each of its kinds", async () => {
    const help = await scan("--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const kind of ["serial", "modbus", "dlt645", "lockers", "onvif"]) {
      expect(help.stdout).toContain(`  ${kind} [options]`);
    }
    expect((await scan("modbus", "--help")).stdout).toContain("(default: none,even,odd)");
  });

  it.each<[string, string[], RegExp]>([
    ["a kind that is none", ["bluetooth"], /^error: unknown command 'bluetooth'\n$/],
    [
      "a unit id that is none",
      ["modbus", "--units", "1-300"],
      /^error: option '--units <list>' argument '1-300' is invalid. Numbers of 0 to 255.*\n$/,
    ],
    ["a speed that is none", ["modbus", "--baud", "9601"], /argument '9601' is invalid. One or more of 1200.*\n$/],
    ["an endpoint without a name", ["modbus", "--tcp", ":502"], /argument ':502' is invalid. HOST or HOST:PORT.*\n$/],
    ["a server without a port", ["modbus", "--serial-server", "server"], /HOST:PORT with a port of 1 to 65535.\n$/],
    ["no line for meters", ["dlt645"], /^name --serial or --serial-server\n$/],
    ["no line for lock boards", ["lockers"], /^name --serial or --serial-server\n$/],
  ])("ends with one clear line on %s", async (_, args, line) => {
    const ended = await scan(...args);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(line);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("lists serial ports, for people and as JSON", async () => {
    expect(await scan("serial")).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout } = await scan("serial", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      scan: "serial",
      isComplete: true,
      ports: expect.any(Array),
      failures: [],
    });
  });

  it("says what it will take, and then who is there", async () => {
    const pump = { vendor: "Outpost", product: "Pump", revision: "1.2" };
    await using bus = await startBus([
      { unitId: 2 },
      { unitId: 3, identification: pump, exceptionCode: 2 },
      { unitId: 4 },
      { unitId: 4, exceptionCode: 2 },
    ]);
    await using station = await startStation({ tcp: LOOPBACK, unitId: 5 });
    const server = `127.0.0.1:${bus.port}`;
    const tcp = `127.0.0.1:${station.ports.tcp}`;
    const ended = await scan("modbus", "--serial-server", server, "--tcp", tcp, "--units", "1-6", "--wait-ms", "300");
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^12 questions on 2 settings of 2 lines: \d+ s where nobody answers\n$/);
    expect(ended.stdout.split("\n")).toEqual([
      server,
      "    2  answers, does not say what it is",
      "    3  Outpost Pump 1.2; refuses holding register 0 with exception 2",
      expect.stringMatching(/^ {4}4 {2}suspected duplicate: [23] of 3 answers garbled/),
      tcp,
      "    5  answers, does not say what it is",
      "",
    ]);
  });

  it("says the same in one line of JSON", async () => {
    await using bus = await startBus([{ unitId: 2 }]);
    const ended = await scan(
      "modbus",
      "--serial-server",
      `127.0.0.1:${bus.port}`,
      "--units",
      "1-3",
      "--wait-ms",
      "300",
      "--json",
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      scan: "modbus",
      isComplete: true,
      estimatedMs: expect.any(Number),
      tookMs: expect.any(Number),
      failures: [],
      lines: [
        {
          kind: "serial-server",
          host: "127.0.0.1",
          port: bus.port,
          found: [{ unitId: 2, isSlow: false }],
          doubtful: [],
          notes: [],
        },
      ],
    });
  });

  it("fails for what it could not look at, and not because nobody is there", async () => {
    await using bus = await startBus([]);
    const empty = await scan("modbus", "--serial-server", `127.0.0.1:${bus.port}`, "--units", "1");
    expect(empty).toMatchObject({ code: 0, stdout: "nobody answers\n" });
    const failed = await scan("modbus", "--serial", "/dev/nowhere", "--baud", "9600,19200", "--units", "1");
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toMatch(/^6 questions .*\n\/dev\/nowhere 9600 8N1: .*\n$/);
  });

  it("ends on Ctrl-C with what it has found, and says that there may be more", async () => {
    await using bus = await startBus([{ unitId: 1 }]);
    const args = ["scan", "modbus", "--serial-server", `127.0.0.1:${bus.port}`, "--wait-ms", "300", "--json"];
    const child = spawn(process.execPath, [MAIN, ...args]);
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (bytes) => (output.stdout += bytes));
    child.stderr.on("data", (bytes) => (output.stderr += bytes));
    const ended = once(child, "close");
    while (bus.requests.length < 6) await systemClock.sleep(20);
    child.kill("SIGINT");
    expect((await ended)[0]).toBe(130);
    expect(output.stderr).toContain("ended early: there may be more\n");
    expect(JSON.parse(output.stdout)).toMatchObject({ isComplete: false, lines: [{ found: [{ unitId: 1 }] }] });
    expect(bus.requests.length).toBeLessThan(30);
  });

  it("finds lock boards, and opens no door", async () => {
    await using cabinet = await startLocker({ protocol: "kerong-cu16", tcp: LOOPBACK });
    const args = ["--serial-server", `127.0.0.1:${cabinet.ports.tcp}`, "--wait-ms", "100"];
    const { code, stdout } = await scan("lockers", ...args);
    expect(code).toBe(0);
    expect(stdout).toBe(`127.0.0.1:${cabinet.ports.tcp}\n    0  kerong-cu16, 16 locks\n`);
    expect(cabinet.wall.doors.every(({ isOpen }) => !isOpen)).toBe(true);
    const { stdout: json } = await scan("lockers", ...args, "--json");
    expect(JSON.parse(json)).toMatchObject({ lines: [{ boards: [{ protocol: "kerong-cu16", board: 0, ways: 16 }] }] });
  });

  it("finds cameras", async () => {
    await using camera = await startCamera({ ...SIMULATOR_DEFAULTS, probes: LOOPBACK, name: "Gate" }, silentLog);
    const args = ["--seconds", "2", "--from", "127.0.0.1", "--ask", `127.0.0.1:${camera.ports.probes}`];
    const { code, stdout } = await scan("onvif", ...args);
    expect(code).toBe(0);
    expect(stdout).toContain(`127.0.0.1:${camera.ports.http}/onvif/device_service  Gate`);
    const { stdout: json } = await scan("onvif", ...args, "--json");
    expect(JSON.parse(json)).toMatchObject({ scan: "onvif", cameras: [{ name: "Gate", source: { kind: "onvif" } }] });
  });

  it("says that no network could be asked for cameras", async () => {
    const ended = await scan("onvif", "--seconds", "1", "--from", "192.0.2.1");
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toBe("listening for 1 s\nno network to look for cameras on\n");
  });
});

describe.skipIf(noSocat !== undefined)("outpost-edge scan on a pseudo terminal", () => {
  it("leaves a port alone that a gateway has, in one line", async () => {
    await using station = await startStation({ rtuTcp: LOOPBACK });
    await using pty = await serialOverTcp(station.ports.rtuTcp ?? 0);
    const { path } = pty;
    const owner = await openSerial(
      { id: "line", kind: "serial", path, baudRate: 9_600, parity: "none", dataBits: 8, stopBits: 1, gapMs: 5 },
      { clock: systemClock, log: silentLog },
      new AbortController().signal,
    );
    const line = new RegExp(`^${path} is in use.*: stop the gateway, or whatever has it, and scan again$`, "m");
    for (const kind of ["modbus", "lockers", "dlt645"]) {
      const ended = await scan(kind, "--serial", path);
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toMatch(line);
      expect(ended.stderr.trim().split("\n")).toHaveLength(2);
    }
    await owner.close();
  });

  it("finds a pump station in the first speed that is right", async () => {
    const folder = await mkdtemp(join(tmpdir(), "outpost-scan-"));
    await using station = await startStation({ rtuTcp: LOOPBACK, unitId: 2 });
    await using pty = await serialOverTcp(station.ports.rtuTcp ?? 0, join(folder, "line", "port"));
    const ended = await scan(
      "modbus",
      "--serial",
      pty.path,
      "--units",
      "1-3",
      "--parity",
      "none",
      "--wait-ms",
      "300",
      "--first",
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe(`${pty.path} 9600 8N1\n    2  answers, does not say what it is\n`);
    await rm(folder, { recursive: true, force: true });
  });

  it("asks a meter's line", async () => {
    await using bus = await startBus([]);
    await using pty = await serialOverTcp(bus.port);
    const ended = await scan("dlt645", "--serial", pty.path, "--baud", "2400", "--wait-ms", "100");
    expect(ended).toMatchObject({ code: 0, stdout: "nobody answers\n" });
  });
});
