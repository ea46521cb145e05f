import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const noSocat = missingPeer(SOCAT);

class Running implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.ended = once(this.process, "close").then(([code]) => code);
  }

  async ready(): Promise<{ readonly tcp: number; readonly control: number }> {
    while (!this.stdout.includes("\n")) await once(this.process.stdout, "data");
    return JSON.parse(this.stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}

/** Sends a request and collects so many bytes. */
async function ask(port: number, request: string, bytes: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(Buffer.from(request, "hex"));
  let received = "";
  while (received.length < bytes * 2) {
    const [chunk]: Buffer[] = await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
    received += chunk?.toString("hex") ?? "";
  }
  socket.destroy();
  return received;
}

const wallState = z.object({
  doors: z.array(z.object({ isOpen: z.boolean(), isOccupied: z.boolean(), pulses: z.number() })),
  isInverted: z.boolean(),
  misbehavioursLeft: z.number(),
});

/** Pulls a lever. `state` is undefined where it was refused. */
async function pull(port: number, lever: string, body: object) {
  const response = await fetch(`http://127.0.0.1:${port}/${lever}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, state: wallState.safeParse(await response.json()).data };
}

describe("the simulator's process", () => {
  it("speaks real bytes, moves doors by its levers, and ends on SIGTERM", async () => {
    await using running = new Running([
      "--protocol",
      "kerong-cu16",
      "--tcp",
      "127.0.0.1:0",
      "--control",
      "127.0.0.1:0",
    ]);
    const { tcp, control } = await running.ready();
    expect(await ask(tcp, "0200300335", 9)).toBe("020035ffff00000338");
    expect((await pull(control, "parcel", { door: 1, isIn: true })).status).toBe(409);
    expect((await pull(control, "pry", { door: 1 })).state?.doors[0]).toMatchObject({ isOpen: true, pulses: 0 });
    expect((await pull(control, "parcel", { door: 1, isIn: true })).status).toBe(200);
    expect(await ask(tcp, "0200300335", 9)).toBe("020035feff01000338");
    expect((await pull(control, "close", { door: 1 })).state?.doors[0]).toMatchObject({
      isOpen: false,
      isOccupied: true,
    });
    expect((await pull(control, "polarity", { isInverted: true })).state?.isInverted).toBe(true);
    expect(await ask(tcp, "0200300335", 9)).toBe("020035000001".padEnd(14, "0") + "033b");
    expect((await pull(control, "close", { door: 17 })).status).toBe(400);
    running.process.kill("SIGTERM");
    expect(await running.ended).toBe(0);
  });

  it("misbehaves as it is told, and behaves again", async () => {
    await using running = new Running(["--protocol", "xor", "--tcp", "127.0.0.1:0", "--control", "127.0.0.1:0"]);
    const { tcp, control } = await running.ready();
    await pull(control, "misbehave", { kind: "half-frame" });
    expect(await ask(tcp, "80010033b2", 3)).toBe("8001ff");
    await pull(control, "misbehave", { kind: "silence", requests: 9 });
    expect((await pull(control, "behave", {})).state?.misbehavioursLeft).toBe(0);
    expect(await ask(tcp, "80010033b2", 7)).toBe("8001ffffff334d");
  });

  it("speaks on a serial port", async (context) => {
    if (noSocat !== undefined) return context.skip(noSocat);
    const socat = spawn("socat", ["-d", "-d", "pty,raw,echo=0", "pty,raw,echo=0"]);
    let said = "";
    socat.stderr.on("data", (chunk) => (said += chunk));
    while ((said.match(/PTY is (\S+)/g) ?? []).length < 2) await once(socat.stderr, "data");
    const [here = "", there = ""] = [...said.matchAll(/PTY is (\S+)/g)].map((match) => match[1] ?? "");
    await using running = new Running(["--protocol", "wkly", "--serial", there]);
    await running.ready();
    const { SerialPort } = await import("serialport");
    const port = new SerialPort({ path: here, baudRate: 9_600 });
    port.write(Buffer.from("574b4c590900830182", "hex"));
    let received = "";
    while (received.length < 22) {
      const [chunk]: Buffer[] = await once(port, "data", { signal: AbortSignal.timeout(10_000) });
      received += chunk?.toString("hex") ?? "";
    }
    expect(received).toBe("574b4c590b008300010181");
    await new Promise((resolve) => port.close(resolve));
    socat.kill("SIGTERM");
  });

  it("ends with its parent where it was told to", async () => {
    await using running = new Running(["--protocol", "xor", "--tcp", "127.0.0.1:0", "--with-parent"]);
    await running.ready();
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
  });

  it("explains itself", async () => {
    await using running = new Running(["--help"]);
    expect(await running.ended).toBe(0);
    expect(running.stdout).toContain("--pulse-ms N");
  });

  it.each([
    ["nothing to speak on", ["--protocol", "xor"], "one of --tcp and --serial is needed"],
    ["no protocol", ["--tcp", "127.0.0.1:0"], "--protocol: one of xor"],
    ["a board that cannot be", ["--protocol", "xor", "--tcp", "127.0.0.1:0", "--boards", "1,100"], "--boards"],
    [
      "a board with odd locks",
      ["--protocol", "xor", "--tcp", "127.0.0.1:0", "--ways", "20"],
      "--ways: one of 24, 16, 32",
    ],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    await using running = new Running(args);
    expect(await running.ended).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
  });
});
