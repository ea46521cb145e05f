import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { monotonicMs, sleep, systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import type { Command } from "@outpost/wire/downlink.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { Desired } from "@outpost/wire/site-exchange.ts";
import { digestOf, packText, unpackText } from "@outpost/wire/site-packing.ts";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Entry, Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import type { SyncDeps, UplinkState } from "./sync-deps.ts";
import { runSync } from "./sync.ts";
import { ScriptedFleet } from "./testing/scripted-fleet.ts";

const GATEWAY = "gw-test";
const SITE_TEXT = "version: 1 # as somebody wrote it";
const MiB = 1024 ** 2;
/** Waits of ten seconds are over in half a second. */
const HURRY = 20;
const hurriedClock: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => monotonicMs() * HURRY,
  sleep: (ms, signal) => sleep(ms / HURRY, signal),
};

let directory: string;
let stack: AsyncDisposableStack;
let journal: Journal;
let fleet: ScriptedFleet;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await mkdtemp(join(tmpdir(), "outpost sync "));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  journal = stack.use(
    await openJournal({ directory, maxBytes: 64 * MiB, keepDays: 90, clock: systemClock, log: silentLog }),
  );
  fleet = stack.use(await ScriptedFleet.open(GATEWAY));
});

afterEach(async () => {
  await stack.disposeAsync();
});

function numbered(from: number, through: number): Entry[] {
  return Array.from({ length: through - from + 1 }, (_, index) => ({
    stream: "occurrence",
    recordedAtMs: 1_000 + from + index,
    lane: "d",
    body: JSON.stringify({
      kind: "occurrence",
      deviceId: "d",
      name: "test",
      details: { number: from + index },
      occurredAtMs: 1,
      clockConfidence: "plausible",
    }),
  }));
}

interface Running {
  readonly states: UplinkState[];
  readonly commands: Command[];
  readonly desired: Desired[];
  readonly serverTimes: number[];
  raise(alarm: AlarmRecord): void;
  stop(): Promise<void>;
}

function start(url = fleet.url): Running {
  const stop = new AbortController();
  const listeners = new Set<(alarm: AlarmRecord) => void>();
  const [states, commands, serverTimes]: [UplinkState[], Command[], number[]] = [[], [], []];
  const desired: Desired[] = [];
  const deps: SyncDeps = {
    gatewayId: GATEWAY,
    url,
    agentVersion: "test",
    bootId: "boot",
    journal,
    clock: hurriedClock,
    log: silentLog,
    subscribeAlarms(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeReportable: () => () => {},
    reportedState: async () => ({
      v: 1,
      agentVersion: "test",
      startedAtMs: 1,
      site: { id: "s", name: { zh: "站", en: "S" }, timeZone: "Asia/Shanghai" },
      clock: { wallMs: 1, confidence: "plausible" },
      devices: [],
      journal: { waiting: {}, bytesUsed: 0, bytesAllowed: 0, ladder: "normal" },
      memoryRssBytes: 0,
      loopDelayP999Ms: 0,
    }),
    onCommand: (command) => commands.push(command),
    onDesired: (revision) => desired.push(revision),
    openSocket: async () => await Promise.reject(new Error("there is no certificate")),
    onDecommission: () => {},
    siteText: async (digest) => (digest === digestOf(SITE_TEXT) ? SITE_TEXT : undefined),
    onServerTime: (ms) => serverTimes.push(ms),
    onState: (state) => states.push(state),
  };
  const running = runSync(deps, stop.signal);
  const handle = {
    states,
    commands,
    desired,
    serverTimes,
    raise: (alarm: AlarmRecord) => listeners.forEach((listener) => listener(alarm)),
    async stop() {
      stop.abort();
      await running;
    },
  };
  stack.defer(() => handle.stop());
  return handle;
}

const waitFor = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

const untilEmpty = (): Promise<unknown> =>
  waitFor(async () => {
    const { waiting } = await journal.status();
    expect(Object.values(waiting).every((rows) => rows === 0)).toBe(true);
  });

it("drains what was recorded before the session as a replay, in order, and forgets only what was answered", async () => {
  await journal.append(numbered(1, 2_500));
  const running = start();
  await untilEmpty();
  expect(fleet.numbers).toEqual(Array.from({ length: 2_500 }, (_, n) => n + 1));
  expect(fleet.batches.every((batch) => batch.header.isReplay)).toBe(true);
  expect(running.serverTimes).toEqual([1_800_000_000_000]);
  await journal.append(numbered(2_501, 2_600));
  await untilEmpty();
  expect(fleet.batches.at(-1)?.header.isReplay).toBe(false);
  expect(fleet.numbers).toHaveLength(2_600);
});

it("sends again what the fleet left unanswered, after greeting anew", async () => {
  await journal.append(numbered(1, 10));
  const answer = fleet.script.onBatch;
  fleet.script.onBatch = () => undefined;
  start();
  await waitFor(() => expect(fleet.hellos.length).toBeGreaterThan(1));
  expect((await journal.status()).waiting.occurrence).toBe(10);
  fleet.script.onBatch = answer;
  await untilEmpty();
  expect(new Set(fleet.numbers)).toEqual(new Set(Array.from({ length: 10 }, (_, n) => n + 1)));
});

it("opens a new epoch where the fleet holds more than the journal ever wrote", async () => {
  await journal.append(numbered(1, 3));
  const { epoch } = await journal.status();
  fleet.script.onHello = (hello) =>
    hello.epochs.some((one) => one.epoch === epoch) ? [{ epoch, stream: "occurrence", intervals: [[1, 50]] }] : [];
  start();
  await waitFor(async () => expect((await journal.status()).epoch).not.toBe(epoch));
  await untilEmpty();
  await journal.append(numbered(4, 5));
  await untilEmpty();
  expect(fleet.batches.at(-1)?.header.epoch).toBe((await journal.status()).epoch);
});

it("writes anew, in a new epoch and in order, everything from the first number the fleet holds otherwise", async () => {
  await journal.append(numbered(1, 5));
  const { epoch } = await journal.status();
  const agree = fleet.script.onBatch;
  fleet.script.onHello = (hello) =>
    hello.epochs.some((one) => one.epoch === epoch) ? [{ epoch, stream: "occurrence", intervals: [[1, 4]] }] : [];
  fleet.script.onBatch = (batch) => {
    if (batch.header.epoch !== epoch) return agree(batch);
    // Written while the fleet is being asked: it must come after what is moved.
    journal.append(numbered(6, 6)).catch(() => {});
    return { intervals: [[1, 2]], conflicts: [3, 4] };
  };
  start();
  await waitFor(() => expect(fleet.numbers).toContain(6));
  await untilEmpty();
  const sent = fleet.batches.map((batch) => batch.rows.map((row) => Number(/"number":(\d+)/.exec(row.body)?.[1])));
  expect(sent[0]).toEqual([1, 2, 3, 4]);
  expect(sent.slice(1).flat()).toEqual([3, 4, 5, 6]);
  expect(fleet.batches.slice(1).every((batch) => batch.header.epoch !== epoch)).toBe(true);
});

it("greets anew when the journal opens an epoch of its own accord", async () => {
  const running = start();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("live"));
  const epoch = await journal.openEpoch("the file was damaged");
  await waitFor(() => expect(fleet.hellos.at(-1)?.epochs.at(-1)?.epoch).toBe(epoch));
  await journal.append(numbered(1, 3));
  await untilEmpty();
  expect(fleet.batches.at(-1)?.header.epoch).toBe(epoch);
});

it("holds back while the fleet is busy", async () => {
  fleet.script.onHello = () => {
    fleet.say("busy", { v: 1, retryAfterMs: 60_000 });
    return [];
  };
  await journal.append(numbered(1, 10));
  start();
  await waitFor(() => expect(fleet.heard).toContain("reported"));
  const heardBeforePause = fleet.batches.length;
  await waitFor(() => expect(fleet.batches.length).toBeGreaterThan(heardBeforePause));
  await untilEmpty();
  expect(heardBeforePause).toBe(0);
});

it("outlives whatever bytes come down, and passes on only commands of its own session", async () => {
  const running = start();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("live"));
  for (const kind of ["welcome", "received", "busy", "command"] as const) {
    fleet.say(kind, Buffer.of(0xff, 0x00, 0x7b));
    fleet.say(kind, { v: 2, what: "?" });
  }
  const session = fleet.hellos.at(-1)?.session;
  const command = { v: 1, id: "1".repeat(32), actor: "a", ttlMs: 1_000, order: { kind: "unshelve" } };
  const order = { kind: "unshelve", occurrenceId: "2".repeat(32), expectedVersion: 1 };
  fleet.say("command", { ...command, order, session: "f".repeat(32) });
  fleet.say("command", { ...command, order, session });
  await waitFor(() => expect(running.commands).toHaveLength(1));
  expect(running.commands[0]?.session).toBe(session);
  expect(running.states.at(-1)?.phase).toBe("live");
});

it("tells the desk of an alarm at once, without the journal", async () => {
  const running = start();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("live"));
  running.raise({
    kind: "alarm",
    occurrenceId: randomBytes(16).toString("hex"),
    version: 1,
    ruleId: "r",
    priority: "critical",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change: "raised",
    message: { zh: "报警", en: "Alarm" },
    value: 1,
    raisedAtMs: 1,
    occurredAtMs: 1,
    clockConfidence: "plausible",
  });
  await waitFor(() => expect(fleet.heard).toContain("notice"));
  expect(fleet.heard).not.toContain("batch");
});

it("comes back by itself when the broker does, and says so when it leaves", async () => {
  const { port } = fleet;
  const running = start();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("live"));
  await fleet[Symbol.asyncDispose]();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("offline"));
  await journal.append(numbered(1, 10));
  fleet = stack.use(await ScriptedFleet.open(GATEWAY, port));
  await untilEmpty();
  expect(fleet.numbers).toHaveLength(10);
  await running.stop();
  await waitFor(() => expect(fleet.presences).toContain("offline"));
});

it("keeps trying where nobody listens, and stops at once when told to", async () => {
  const running = start("mqtt://127.0.0.1:1");
  await waitFor(() => expect(running.states.filter((state) => state.phase === "offline").length).toBeGreaterThan(3));
  await running.stop();
  expect(running.states.at(-1)).toEqual({ phase: "offline", reason: "stopped" });
});

it("hands on the desk's revision of the site document, and sends the text of one that the desk asks for", async () => {
  const running = start();
  await waitFor(() => expect(running.states.at(-1)?.phase).toBe("live"));
  const digest = digestOf(SITE_TEXT);
  const revision: Desired = {
    v: 1,
    revision: 4,
    digest,
    author: "wang",
    createdAtMs: 1,
    packed: packText(SITE_TEXT) ?? "",
  };
  fleet.say("desired", { ...revision, later: "a field of a newer fleet" });
  fleet.say("desired", Buffer.from("{}"));
  await waitFor(() => expect(running.desired).toEqual([revision]));
  fleet.say("fetch", { v: 1, digest: digestOf("gone") });
  fleet.say("fetch", { v: 1, digest });
  await waitFor(() => expect(fleet.documents.map((one) => unpackText(one))).toEqual([SITE_TEXT]));
});
