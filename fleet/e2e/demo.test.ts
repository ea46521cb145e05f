import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";

import { inTemporaryFolder } from "./script.ts";
import { isLevelLive } from "./sightings.ts";
import { DemoVisitor } from "./testing/demo-visitor.ts";
import { descendantsOf, survivorsOf } from "./testing/process-tree.ts";

const MAIN = fileURLToPath(new URL("../demo/main.ts", import.meta.url));
const SOON = { timeout: 60_000, interval: 200 };

/** What must run below the demo, by its command line. */
const PROGRAMS = [
  ...["modbus", "locker", "button", "dc09", "sign", "ocpp"].map((family) => `${family}/simulator/main.ts`),
  "fleet/main.ts",
  "edge/main.ts",
  "postgres",
];

/** The address that the demo prints when it works. */
async function printedAddress(demo: ChildProcess): Promise<string> {
  if (demo.stdout === null) throw new Error("no pipe");
  for await (const line of createInterface({ input: demo.stdout })) {
    const address = /前哨 Outpost\s+(http:\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error("the demo ended without an address");
}

/** Runs a demo, lets `visit` look at it, interrupts it, and expects that nothing of it survives. */
async function expectCleanDemo(
  interrupt: (pid: number) => void,
  visit: (origin: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder("demo", async (state) => {
    const port = await freePort();
    const demo = spawn(process.execPath, [MAIN, `--port=${port}`, "--state", state], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const ended = once(demo, "close");
    const errors = text(demo.stderr);
    const pid = demo.pid ?? 0;
    try {
      const address = await printedAddress(demo);
      expect(address).toBe(`http://127.0.0.1:${port}/demo`);
      const page = await fetch(address, { headers: { accept: "text/html" } });
      expect(await page.text()).toContain("<html");
      const { origin } = new URL(address);
      await vi.waitFor(async () => expect(await isLevelLive(origin, "gateway-01")).toBe(true), SOON);
      await visit(origin);
      const below = await descendantsOf(pid);
      for (const program of PROGRAMS) expect(below.map(({ command }) => command).join("\n")).toContain(program);
      interrupt(pid);
      await ended;
      expect([await errors, demo.exitCode]).toEqual(["", 0]);
      await vi.waitFor(async () => expect(await survivorsOf(below)).toEqual([]), SOON);
    } finally {
      demo.kill("SIGTERM");
      await ended;
    }
  });
}

/** What is done to the site while nobody can hear it, and the rule whose alarm must come of it. */
const POKES = [
  { ruleId: "high-level", lever: "pump-station/storm", body: {}, message: "集水池水位过高" },
  { ruleId: "door3-forced", lever: "locker-wall/pry", body: { door: 3 }, message: "3 号柜门被撬开" },
  { ruleId: "help-at-stop", lever: "call-button/press", body: { button: "zigbee-1" }, message: "候车亭有人求助" },
  { ruleId: "help-at-home", lever: "pendant/press", body: {}, message: "独居老人按下吊坠求助" },
] as const;
/** The alarm of this one stops charging, and so comes after cars were charged. */
const FIRE = { ruleId: "fire-in-car-park", message: "车库火警，已停止充电" } as const;
const SIGN_DARK = {
  ruleId: "sign-wrong",
  lever: "bus-sign/dark",
  body: {},
  message: "站牌显示的不是该显示的内容",
} as const;

describe("the demo", () => {
  it("keeps its site alarming with the uplink cut, and nothing of it survives Ctrl-C, which reaches all of it", async () => {
    await expectCleanDemo(
      (pid) => process.kill(-pid, "SIGINT"),
      async (origin) => {
        const visitor = new DemoVisitor(origin);
        await vi.waitFor(async () => expect(await visitor.onlineDevices()).toBe(9), SOON);
        await visitor.pull("uplink/cut");
        for (const { lever, body } of POKES) await visitor.pull(lever, body);

        // The site does what it should by itself: siren, light, warning.
        await vi.waitFor(async () => {
          const site = await visitor.site();
          expect(site.uplink.isCut).toBe(true);
          expect(site.gateway.figures?.uplink).toBe("offline");
          expect(site.of("pump-station")).toMatchObject({ siren: { isOn: true } });
          expect(site.of("locker-wall")).toMatchObject({ doors: expect.arrayContaining([OPEN_DOOR]) });
          expect(site.of("call-button")).toMatchObject({ buttons: [{ sees: { led: "delivered" } }] });
          expect(site.of("pendant")).toMatchObject({ panels: [{ waiting: [], counts: { acknowledged: 1 } }] });
          expect(site.of("bus-sign")).toMatchObject({ lines: expect.arrayContaining(["此处有人求助，救援已通知"]) });
        }, SOON);
        await visitor.pull(SIGN_DARK.lever);
        const all = [...POKES, SIGN_DARK];
        await vi.waitFor(async () => {
          const page = await visitor.gatewayPage();
          for (const { message } of all) expect(page).toContain(message);
        }, SOON);
        const heard = await visitor.openRules();
        expect(all.filter(({ ruleId }) => heard.includes(ruleId))).toEqual([]);

        await chargeUnheard(visitor);

        expect(await visitor.gatewayPage()).toContain(FIRE.message);
        await visitor.pull("uplink/mend");
        await vi.waitFor(async () => {
          expect(await visitor.openRules()).toEqual(expect.arrayContaining([...all, FIRE].map(({ ruleId }) => ruleId)));
          expect((await visitor.site()).gateway.figures).toMatchObject({ uplink: "live" });
        }, SOON);

        // What was charged meanwhile is at the fleet, once, and nobody is charged for the lost card.
        await vi.waitFor(async () => {
          const sessions = await visitor.sessions();
          expect(sessions.map(({ deviceId, connector, status }) => `${deviceId}/${connector} ${status}`)).toEqual(
            expect.arrayContaining(["pile-1/1 charging", "pile-2/1 charging", "pile-2/2 ended"]),
          );
          expect(sessions.filter(({ status }) => status !== "refused")).toHaveLength(3);
          const unheard = sessions.find(({ status }) => status === "ended");
          expect(unheard).toMatchObject({ reason: "EVDisconnected", missingCount: 0, duplicateCount: 0 });
          expect(unheard?.energyWh).toBeGreaterThan(0);
        }, SOON);

        // A pick-up code opens its door once, by way of desk and gateway.
        const { pickUpCode } = await visitor.site();
        expect(await visitor.redeem(pickUpCode)).toMatchObject({ state: "done" });
        expect((await visitor.site()).of("locker-wall")).toMatchObject({
          doors: expect.arrayContaining([expect.objectContaining({ lock: pickUpCode?.door, isOpen: true })]),
        });
        expect(await visitor.redeem(pickUpCode)).toMatchObject({ state: "refused" });
      },
    );
  }, 300_000);

  it("shows live levels at the address it prints, and nothing of it survives SIGINT to itself alone", async () => {
    await expectCleanDemo(
      (pid) => process.kill(pid, "SIGINT"),
      async () => {},
    );
  }, 240_000);
});

const perPhase = z.object({ L1: z.number(), L2: z.number(), L3: z.number() });
const carPark = z.object({
  supply: z.object({ limitA: z.number(), drawsA: perPhase, highestA: perPhase }),
  stations: z.array(
    z.object({
      identity: z.string(),
      lastSwipe: z.string().nullable(),
      queueLength: z.int(),
      connectors: z.array(z.object({ connector: z.int(), drawsA: z.array(z.number()), energyWh: z.number() })),
    }),
  ),
});

/** The chargers by `STATION/CONNECTOR`: amperes on their own L1; and the fuse that all hang on. */
async function lookAtChargers(visitor: DemoVisitor) {
  const { supply, stations } = carPark.parse((await visitor.site()).of("car-park"));
  const draws = new Map(
    stations.flatMap(({ identity, connectors }) =>
      connectors.map(({ connector, drawsA }) => [`${identity}/${connector}`, drawsA[0] ?? 0] as const),
    ),
  );
  return { supply, stations, draws: (place: `${string}/${number}`): number => draws.get(place) ?? 0 };
}

/** A third car comes and goes while no fleet is there to be asked: the gateway shares its supply all the same. */
async function chargeUnheard(visitor: DemoVisitor): Promise<void> {
  const PLACE = { station: "CP-2", connector: 2 };
  await vi.waitFor(async () => {
    const { draws } = await lookAtChargers(visitor);
    expect([draws("CP-1/1"), draws("CP-2/1")]).toEqual([14, 14]);
  }, SOON);
  await visitor.pull("car-park/plug", { ...PLACE, wantsA: 32, phases: 1 });
  await visitor.pull("car-park/swipe", { ...PLACE, idTag: "04DEADBEEF" });
  expect((await lookAtChargers(visitor)).stations[1]?.lastSwipe).toBe("refused");
  await visitor.pull("car-park/swipe", { ...PLACE, idTag: "04C0FFEE99" });
  await vi.waitFor(async () => {
    const { draws } = await lookAtChargers(visitor);
    expect([draws("CP-1/1"), draws("CP-2/1"), draws("CP-2/2")]).toEqual([11.3, 11.3, 11.3]);
  }, SOON);

  // A charger without its network falls back by itself, and the others may not have what it may still draw.
  await visitor.pull("car-park/cut", { station: "CP-1", forS: 3_600 });
  await vi.waitFor(async () => expect((await lookAtChargers(visitor)).draws("CP-1/1")).toBe(6), SOON);
  await visitor.pull("car-park/cut", { station: "CP-1", forS: 0 });
  await vi.waitFor(async () => {
    const { draws, stations } = await lookAtChargers(visitor);
    expect(draws("CP-1/1")).toBeGreaterThan(6);
    expect(stations.map(({ queueLength }) => queueLength)).toEqual([0, 0]);
  }, SOON);

  // Fire: the gateway stops all charging, and nobody at the desk had to hear of it.
  await visitor.pull("fire-panel/fire", { isOn: true });
  await vi.waitFor(async () => {
    expect((await lookAtChargers(visitor)).supply.drawsA).toEqual({ L1: 0, L2: 0, L3: 0 });
  }, SOON);
  await visitor.pull("car-park/unplug", PLACE);
  const { supply } = await lookAtChargers(visitor);
  expect(Math.max(...Object.values(supply.highestA))).toBeLessThanOrEqual(supply.limitA);
}

const OPEN_DOOR: unknown = expect.objectContaining({ lock: 3, isOpen: true });
