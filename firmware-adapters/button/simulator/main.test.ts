import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { button } from "../adapter.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const never = new AbortController().signal;

class Running {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
  }

  async ended(): Promise<number | null> {
    const [code] = await once(this.process, "close");
    return code;
  }

  /** Waits for the line that names the ports. */
  async ready(): Promise<Ready> {
    while (!this.stdout.includes("\n")) await once(this.process.stdout, "data");
    return JSON.parse(this.stdout);
  }
}

interface Ready {
  readonly mqtt: number;
  readonly control: number;
  readonly buttons: readonly string[];
}

interface Snapshot {
  readonly id: string;
  readonly settings: object;
  readonly sees: { readonly led?: string; readonly lamp?: number };
}

/** A simulator process, and the adapter on one of its buttons. */
async function bench(id: string, settings: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), "outpost-buttons-"));
  const running = new Running([
    "--mqtt",
    "127.0.0.1:0",
    "--control",
    "127.0.0.1:0",
    "--boards",
    folder,
    "--heartbeat",
    "0.5",
    "--with-parent",
  ]);
  const { mqtt, control } = await running.ready();
  const link = openLink(
    { id: "broker", kind: "mqtt", url: `mqtt://127.0.0.1:${mqtt}`, clientId: "gateway" },
    { clock: systemClock, log: silentLog },
  );
  const state = async (): Promise<readonly Snapshot[]> => {
    const response = await fetch(`http://127.0.0.1:${control}/state`);
    const body: { readonly buttons: readonly Snapshot[] } = JSON.parse(await response.text());
    return body.buttons;
  };
  const found = (await state()).find((one) => one.id === id);
  const deps = fakeDeps({ link });
  const device = await button.configure(id, { ...found?.settings, ...settings }).open(deps, never);
  await eventually("online", () => deps.lastStatus()?.state === "online");
  return {
    deps,
    device,
    pull: async (lever: string, body: object): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${control}/${lever}`, {
        method: "POST",
        body: JSON.stringify({ ...(lever === "bridge" ? {} : { button: id }), ...body }),
      });
      await response.text();
      return response.status;
    },
    sees: async () => (await state()).find((one) => one.id === id)?.sees,
    shows: async () => (await state()).find((one) => one.id === id),
    saidAt: () => {
      const pressed = deps.events.find((event) => event.kind === "occurrence" && event.name === "pressed");
      return pressed?.kind === "occurrence" ? pressed.details["saidAt"] : undefined;
    },
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
      const ended = running.ended();
      running.process.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const occurrences = ({ events }: FakeDeps): readonly string[] =>
  events.flatMap((event) => (event.kind === "occurrence" ? [event.name] : []));
const reads = (deps: FakeDeps, pointId: string, value: number): boolean => {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" && reading.value === value;
};
const isState = (deps: FakeDeps, state: string): boolean => deps.lastStatus()?.state === state;

describe("the simulator's process", () => {
  it("names its ports and buttons on one line and ends on SIGTERM", async () => {
    const running = new Running(["--mqtt", "127.0.0.1:0", "--zigbee", "1", "--lora", "2", "--control", "127.0.0.1:0"]);
    const ended = running.ended();
    expect(await running.ready()).toEqual({
      ready: true,
      mqtt: expect.any(Number),
      control: expect.any(Number),
      buttons: ["zigbee-1", "lora-1", "lora-2"],
    });
    running.process.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain("--boards FOLDER");
  });

  it.each([
    ["nothing to be heard on", [], "one of --mqtt and --boards is needed; see --help"],
    ["a folder that is not absolute", ["--boards", "here"], "--boards: an absolute path"],
    ["too many", ["--mqtt", "127.0.0.1:0", "--zigbee", "65"], '--zigbee: a whole number of 0 to 64, not "65"'],
    ["an unknown libgpiod", ["--boards", "/tmp/x", "--libgpiod", "3"], "--libgpiod: a whole number of 1 to 2"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended()).toBe(2);
    expect(running.stderr).toBe(`simulator: ${reason}${running.stderr.slice(`simulator: ${reason}`.length)}`);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
  });
});

describe("a simulated Zigbee button", () => {
  it("is pressed, doubled, tampered with, silenced, given up and gone by its levers", async () => {
    await using at = await bench("zigbee-1");
    expect(await at.pull("press", {})).toBe(200);
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    const isAcknowledged = { acknowledged: [at.saidAt()], unacknowledged: [] };
    await expect.poll(() => at.shows(), { timeout: 20_000 }).toMatchObject(isAcknowledged);
    await at.pull("again", {});
    await at.pull("garbage", {});
    await at.pull("battery", { percent: 5 });
    await at.pull("tamper", {});
    await eventually("battery and tamper", () => reads(at.deps, "batteryLow", 1) && reads(at.deps, "tamper", 1));
    const show = { kind: "write", pointId: "indicator", value: 2, actor: "rule" } as const;
    expect(await at.device.execute(show, never)).toMatchObject({ kind: "done" });
    expect(await at.sees()).toEqual({ led: "delivered" });
    await at.pull("bridge", { isOnline: false });
    await eventually("offline with its bridge", () => isState(at.deps, "offline"));
    await at.pull("bridge", { isOnline: true });
    await eventually("back", () => isState(at.deps, "online"));
    await at.pull("silence", {});
    await eventually("lost", () => at.deps.lastStatus()?.reason.startsWith("timeout"));
    await at.pull("silence", { isSilent: false });
    await eventually("heard again", () => isState(at.deps, "online"));
    await at.pull("leave", {});
    await eventually("gone", () => occurrences(at.deps).includes("left-network"));
    expect(occurrences(at.deps)).toEqual(["pressed", "battery-low", "tamper", "left-network"]);
  });
});

describe("a simulated LoRaWAN button", () => {
  it("is pressed and shows its resident how the call stands", async () => {
    await using at = await bench("lora-1");
    await at.pull("press", {});
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await at.pull("again", {});
    await at.pull("battery", { percent: 0 });
    await eventually("an empty battery", () => reads(at.deps, "battery", 0));
    const show = { kind: "write", pointId: "indicator", value: 3, actor: "rule" } as const;
    expect(await at.device.execute(show, never)).toMatchObject({ kind: "done" });
    expect(await at.sees()).toEqual({ led: "acknowledged" });
    expect(await at.pull("cut", {})).toBe(400);
    expect(occurrences(at.deps)).toEqual(["pressed", "battery-low"]);
  });
});

describe("a simulated wired button", () => {
  it("is pressed, held, cut and broken by its levers, and its lamp is seen", async () => {
    await using at = await bench("wired-1", { stuckAfterMs: 1_000 });
    await at.pull("press", { heldMs: 900 });
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await eventually("the release", () => reads(at.deps, "pressed", 0));
    await at.pull("press", { heldMs: 4_000 });
    expect(await at.pull("press", {})).toBe(409);
    await eventually("that it is stuck", () => reads(at.deps, "stuck", 1));
    await eventually("the release", () => reads(at.deps, "pressed", 0));
    await at.pull("cut", {});
    await eventually("the cut wire", () => reads(at.deps, "cutWire", 1));
    await at.pull("cut", { isCut: false });
    await eventually("that it is mended", () => reads(at.deps, "cutWire", 0) && reads(at.deps, "pressed", 0));
    await at.device.execute({ kind: "write", pointId: "indicator", value: 3, actor: "rule" }, never);
    expect((await at.sees())?.lamp).toBe(1);
    await at.pull("tools", { mood: "die" });
    await eventually("the fault", () => isState(at.deps, "fault"));
    await eventually("back", () => isState(at.deps, "online"));
    expect(occurrences(at.deps)).toEqual(["pressed", "released", "pressed", "stuck", "released", "cut-wire"]);
  });
});
