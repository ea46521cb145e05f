import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { monotonicMs, sleep } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ScriptedFleet } from "../sync/testing/scripted-fleet.ts";
import { IdentityStore } from "./identity-store.ts";
import type { Candidate, Identity, Trouble } from "./identity.ts";
import { Provision } from "./provision.ts";
import { type Answering, ScriptedAuthority } from "./testing/scripted-authority.ts";

const GATEWAY = "gw-test";
const DAY_MS = 86_400_000;
/** Back-offs of minutes are over in seconds. */
const HURRY = 10;
const WAIT = { timeout: 40_000, interval: 20 };

let directory: string;
let fleet: ScriptedFleet;
let authority: ScriptedAuthority;
let store: IdentityStore;
let clock: { wallMs: number; confidence: "confirmed" | "plausible" | "doubtful"; floorMs: number };
const running: (() => Promise<void>)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost provision "));
  fleet = await ScriptedFleet.open(GATEWAY);
  authority = await ScriptedAuthority.open(GATEWAY, fleet.port);
  store = new IdentityStore(directory);
  clock = { wallMs: Date.now(), confidence: "plausible", floorMs: Date.now() - DAY_MS };
});
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
  await authority[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Runs it with the least that an uplink does: connect with what there is, and say whether that worked. */
async function run(): Promise<Provision> {
  const provision = new Provision({
    clock: {
      now: () => ({ ...clock, monotonicMs: monotonicMs() * HURRY }),
      monotonicMs: () => monotonicMs() * HURRY,
      sleep: (ms, signal) => sleep(ms / HURRY, signal),
      status: () => ({ floorMs: clock.floorMs, certainFloorMs: clock.floorMs }),
    },
    log: silentLog,
    stateDirectory: directory,
    gatewayId: GATEWAY,
    serial: undefined,
  });
  await provision.open();
  const stop = new AbortController();
  const uplink = keepUplink(provision, stop.signal);
  const keeping = provision.run(stop.signal);
  running.push(async () => {
    stop.abort();
    await Promise.all([keeping, uplink]);
  });
  return provision;
}

async function keepUplink(provision: Provision, signal: AbortSignal): Promise<void> {
  let restart = new AbortController();
  provision.onChange(() => restart.abort());
  while (!signal.aborted) {
    restart = new AbortController();
    const until = AbortSignal.any([signal, restart.signal]);
    try {
      const socket = await provision.openSocket(provision.mqttUrl ?? "", until);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      socket.on("close", () => resolve());
      // A door that lets nobody in closes at once; one that stays open for a moment is a session.
      const isOpen = await Promise.race([ended.then(() => false), sleep(150).then(() => true)]);
      provision.noteUplink(isOpen);
      until.addEventListener("abort", () => socket.destroy(), { once: true });
      if (until.aborted) socket.destroy();
      if (isOpen) await ended;
      socket.destroy();
    } catch {
      // Said below, as the uplink says it.
    }
    provision.noteUplink(false);
    await sleep(30).catch(() => {});
  }
}

function troubleOf(provision: Provision): Trouble | undefined {
  const state = provision.state();
  return state.kind === "claimed" ? state.trouble : undefined;
}

async function onDisk(): Promise<Identity | undefined> {
  return (await store.load()).identity;
}

describe("a fleet that makes a mistake", () => {
  it.each<[Answering, Trouble["kind"]]>([
    [401, "refused"],
    [403, "refused"],
    [404, "not-our-fleet"],
    [500, "not-our-fleet"],
    ["garbage", "not-our-fleet"],
    ["empty", "not-our-fleet"],
    [202, "awaiting-approval"],
  ])(
    "that answers %s costs neither key nor certificate; when it answers well the gateway is renewed",
    async (answer, kind) => {
      const old = await authority.identity({ from: -80, to: 10 });
      await store.saveIdentity(old);
      authority.answering = answer;
      const provision = await run();
      await vi.waitUntil(() => troubleOf(provision)?.kind === kind && provision.facts().isRefused, WAIT);
      expect(await onDisk()).toEqual(old);
      authority.answering = "good";
      await vi.waitUntil(async () => (await onDisk())?.chainPem !== old.chainPem, WAIT);
      await vi.waitUntil(() => troubleOf(provision) === undefined, WAIT);
      expect(await onDisk()).toMatchObject({ gatewayId: GATEWAY, anchorsPem: old.anchorsPem });
    },
  );

  it("that is down, then replaced by a stranger's authority, is asked until it is itself again", async () => {
    const old = await authority.identity({ from: -80, to: 10 });
    await store.saveIdentity(old);
    const stranger = await ScriptedAuthority.open(GATEWAY, fleet.port);
    await authority.present({ from: -1, to: 90 }, stranger);
    const provision = await run();
    await vi.waitUntil(() => troubleOf(provision)?.kind === "not-our-fleet", WAIT);
    expect(authority.asked).toEqual([]);
    expect(await onDisk()).toEqual(old);
    await authority.present({ from: -1, to: 90 });
    await vi.waitUntil(async () => (await onDisk())?.chainPem !== old.chainPem, WAIT);
    await stranger[Symbol.asyncDispose]();
  });

  it("gets a gateway back that was offline until its certificate had run out", async () => {
    const old = await authority.identity({ from: -180, to: -90 });
    await store.saveIdentity(old);
    authority.isBrokerOpen = false;
    const provision = await run();
    expect(provision.state()).toMatchObject({ kind: "claimed", certificate: { isExpired: true } });
    expect(provision.facts().isEnding).toBe(true);
    authority.isBrokerOpen = true;
    await vi.waitUntil(async () => (await onDisk())?.chainPem !== old.chainPem, WAIT);
    await vi.waitUntil(() => !provision.facts().isEnding, WAIT);
  });
});

describe("a clock that cannot be believed", () => {
  it("of 1970 does not keep out a fleet whose certificate is not yet valid then", async () => {
    const old = await authority.identity({ from: -80, to: 10 });
    await store.saveIdentity(old);
    // The machine's clock cannot be set here: to it, a certificate that begins tomorrow is what today's is to 1970.
    clock = { wallMs: 0, confidence: "doubtful", floorMs: Date.now() - DAY_MS };
    await authority.present({ from: 1, to: 91 });
    authority.isBrokerOpen = false;
    const provision = await run();
    await vi.waitUntil(() => authority.asked.length > 0, WAIT);
    (await provision.openSocket(authority.mqttUrl, AbortSignal.timeout(10_000))).destroy();
    clock = { ...clock, confidence: "confirmed" };
    await expect(provision.openSocket(authority.mqttUrl, AbortSignal.timeout(10_000))).rejects.toMatchObject({
      code: "provision/not-our-fleet",
    });
  });

  it("does not let in what ran out before the time floor, a stranger, or another host's certificate", async () => {
    await store.saveIdentity(await authority.identity({ from: -80, to: 10 }));
    clock = { wallMs: 0, confidence: "doubtful", floorMs: Date.now() };
    const provision = new Provision({
      clock: {
        now: () => ({ ...clock, monotonicMs: monotonicMs() }),
        monotonicMs,
        sleep,
        status: () => ({ floorMs: clock.floorMs, certainFloorMs: clock.floorMs }),
      },
      log: silentLog,
      stateDirectory: directory,
      gatewayId: GATEWAY,
      serial: undefined,
    });
    await provision.open();
    const open = async (): Promise<void> => {
      (await provision.openSocket(authority.mqttUrl, AbortSignal.timeout(10_000))).destroy();
    };
    const stranger = await ScriptedAuthority.open(GATEWAY, fleet.port);
    for (const [days, by] of [
      [{ from: -90, to: -1 }, authority],
      [{ from: 1, to: 90 }, stranger],
      [{ from: -90, to: -1 }, stranger],
    ] as const) {
      await authority.present(days, by);
      await expect(open()).rejects.toMatchObject({ code: "provision/not-our-fleet" });
    }
    await authority.present({ from: 1, to: 90 });
    await open();
    await stranger[Symbol.asyncDispose]();
  });
});

describe("a power cut", () => {
  it.each(["before the request", "after it", "after the answer", "after the trial"] as const)(
    "%s leaves an identity that works, and the renewal goes on where it was",
    async (moment) => {
      const old = await authority.identity({ from: -80, to: 10 });
      const issued = await authority.identity({ from: -1, to: 89 });
      const begun: Candidate = { v: 1, keyPem: issued.keyPem, csr: "AAAA" };
      await store.saveIdentity(moment === "after the trial" ? issued : old);
      if (moment === "after it") await store.saveCandidate(begun);
      if (moment === "after the answer" || moment === "after the trial")
        await store.saveCandidate({ ...begun, issued });
      await run();
      const isDone = async (): Promise<boolean> => {
        const { identity, candidate } = await store.load();
        return candidate === undefined && identity !== undefined && identity.chainPem !== old.chainPem;
      };
      await vi.waitUntil(isDone, WAIT);
      const isNewKey = (await onDisk())?.keyPem !== issued.keyPem;
      expect(isNewKey).toBe(moment === "before the request");
    },
  );

  it("that spoils the identity's file is said, and costs nothing but the identity", async () => {
    await mkdir(store.folder, { recursive: true });
    await writeFile(join(store.folder, "identity.json"), '{"v":1,"gate');
    const provision = await run();
    expect(provision.state().kind).toBe("damaged");
    expect(provision.facts().isRefused).toBe(true);
  });

  it("or anything else never leaves a key that others can read", async () => {
    await store.saveIdentity(await authority.identity({ from: -1, to: 89 }));
    const file = join(store.folder, "identity.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(store.folder)).mode & 0o777).toBe(0o700);
    expect(await readFile(file, "utf8")).toContain("PRIVATE KEY");
  });
});

it("a new certificate that brings no session does not replace the old one", async () => {
  const old = await authority.identity({ from: -80, to: 10 });
  await store.saveIdentity(old);
  authority.isBrokerOpen = false;
  await run();
  await vi.waitUntil(async () => (await store.load()).candidate?.issued !== undefined, WAIT);
  await sleep(3_000);
  expect(await onDisk()).toEqual(old);
  authority.isBrokerOpen = true;
  await vi.waitUntil(async () => (await onDisk())?.chainPem !== old.chainPem, WAIT);
});
