import { once } from "node:events";
import { connect } from "node:net";

import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { serialPair } from "../../links/testing/pty.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";

const MAIN = new URL("main.ts", import.meta.url);
const XOR = ["--protocol", "xor", "--tcp", "127.0.0.1:0"];
const noSocat = missingPeer(SOCAT);

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
async function pull(running: RunningSimulator, lever: string, body: object) {
  const reply = await running.pull(lever, body);
  return { status: reply.status, state: wallState.safeParse(reply.body).data };
}

describeCommandLine(MAIN, {
  starts: XOR,
  helps: "--pulse-ms N",
  refuses: [
    ["nothing to speak on", ["--protocol", "xor"], "one of --tcp and --serial is needed"],
    ["no protocol", ["--tcp", "127.0.0.1:0"], "--protocol: one of xor"],
    ["a board that cannot be", [...XOR, "--boards", "1,100"], "--boards"],
    ["a board with odd locks", [...XOR, "--ways", "20"], "--ways: one of 24, 16, 32"],
  ],
});

describe("the simulator's process", () => {
  it("speaks real bytes, moves doors by its levers, and ends on SIGTERM", async () => {
    await using running = new RunningSimulator(MAIN, [
      "--protocol",
      "kerong-cu16",
      "--tcp",
      "127.0.0.1:0",
      "--control",
      "127.0.0.1:0",
    ]);
    const tcp = await running.port("tcp");
    expect(await ask(tcp, "0200300335", 9)).toBe("020035ffff00000338");
    expect((await pull(running, "parcel", { door: 1, isIn: true })).status).toBe(409);
    expect((await pull(running, "pry", { door: 1 })).state?.doors[0]).toMatchObject({ isOpen: true, pulses: 0 });
    expect((await pull(running, "parcel", { door: 1, isIn: true })).status).toBe(200);
    expect(await ask(tcp, "0200300335", 9)).toBe("020035feff01000338");
    expect((await pull(running, "close", { door: 1 })).state?.doors[0]).toMatchObject({
      isOpen: false,
      isOccupied: true,
    });
    expect((await pull(running, "polarity", { isInverted: true })).state?.isInverted).toBe(true);
    expect(await ask(tcp, "0200300335", 9)).toBe("020035000001".padEnd(14, "0") + "033b");
    expect((await pull(running, "close", { door: 17 })).status).toBe(400);
    expect(await running.end()).toBe(0);
  });

  it("misbehaves as it is told, and behaves again", async () => {
    await using running = new RunningSimulator(MAIN, [...XOR, "--control", "127.0.0.1:0"]);
    const tcp = await running.port("tcp");
    await pull(running, "misbehave", { kind: "half-frame" });
    expect(await ask(tcp, "80010033b2", 3)).toBe("8001ff");
    await pull(running, "misbehave", { kind: "silence", requests: 9 });
    expect((await pull(running, "behave", {})).state?.misbehavioursLeft).toBe(0);
    expect(await ask(tcp, "80010033b2", 7)).toBe("8001ffffff334d");
  });

  it("speaks on a serial port", async (context) => {
    if (noSocat !== undefined) return context.skip(noSocat);
    await using pair = await serialPair();
    await using running = new RunningSimulator(MAIN, ["--protocol", "wkly", "--serial", pair.far]);
    await running.ready();
    const { SerialPort } = await import("serialport");
    const port = new SerialPort({ path: pair.near, baudRate: 9_600 });
    port.write(Buffer.from("574b4c590900830182", "hex"));
    let received = "";
    while (received.length < 22) {
      const [chunk]: Buffer[] = await once(port, "data", { signal: AbortSignal.timeout(10_000) });
      received += chunk?.toString("hex") ?? "";
    }
    expect(received).toBe("574b4c590b008300010181");
    await new Promise((resolve) => port.close(resolve));
  });
});
