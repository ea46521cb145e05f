import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { openLink } from "../../links/open-link.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { button } from "../adapter.ts";

const MAIN = new URL("main.ts", import.meta.url);
const MQTT = ["--mqtt", "127.0.0.1:0"];
const never = new AbortController().signal;

/** What the simulator says of its buttons. */
const shown = z.object({
  buttons: z.array(
    z.looseObject({
      id: z.string(),
      settings: z.looseObject({}),
      sees: z.object({ led: z.string().optional(), lamp: z.number().optional() }),
    }),
  ),
});
type Snapshot = z.infer<typeof shown>["buttons"][number];

/** A simulator process, and the adapter on one of its buttons. */
async function bench(id: string, settings: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), "outpost-buttons-"));
  const flags = [...MQTT, "--control", "127.0.0.1:0", "--boards", folder, "--heartbeat", "0.5", "--with-parent"];
  const running = new RunningSimulator(MAIN, flags);
  const mqtt = await running.port("mqtt");
  const link = openLink(
    { id: "broker", kind: "mqtt", url: `mqtt://127.0.0.1:${mqtt}`, clientId: "gateway" },
    { clock: systemClock, log: silentLog },
  );
  const state = async (): Promise<readonly Snapshot[]> => shown.parse(await running.state()).buttons;
  const found = (await state()).find((one) => one.id === id);
  const deps = fakeDeps({ link });
  const device = await button.configure(id, { ...found?.settings, ...settings }).open(deps, never);
  await eventually("online", () => deps.lastStatus()?.state === "online");
  return {
    deps,
    device,
    pull: async (lever: string, body: object): Promise<number> => {
      const reply = await running.pull(lever, { ...(lever === "bridge" ? {} : { button: id }), ...body });
      return reply.status;
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
      await running.endWithParent();
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

describeCommandLine(MAIN, {
  starts: MQTT,
  helps: "--boards FOLDER",
  refuses: [
    ["nothing to be heard on", [], "one of --mqtt and --boards is needed; see --help"],
    ["a folder that is not absolute", ["--boards", "here"], "--boards: an absolute path"],
    ["too many", [...MQTT, "--zigbee", "65"], '--zigbee: a whole number of 0 to 64, not "65"'],
    ["an unknown libgpiod", ["--boards", "/tmp/x", "--libgpiod", "3"], "--libgpiod: a whole number of 1 to 2"],
  ],
});

it("names its ports and its buttons", async () => {
  const flags = [...MQTT, "--zigbee", "1", "--lora", "2", "--control", "127.0.0.1:0"];
  await using running = new RunningSimulator(MAIN, flags);
  expect(await running.ready()).toEqual({
    ready: true,
    mqtt: expect.any(Number),
    control: expect.any(Number),
    buttons: ["zigbee-1", "lora-1", "lora-2"],
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
