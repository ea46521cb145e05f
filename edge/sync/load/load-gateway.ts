import { randomBytes } from "node:crypto";
import type { Interface } from "node:readline";

import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { AlarmRecord, WireRecord } from "@outpost/wire/records.ts";
import type { Reported } from "@outpost/wire/uplink.ts";

import type { Entry, Journal } from "../../journal/journal.ts";
import { openJournal } from "../../journal/open-journal.ts";
import { runSync } from "../sync.ts";

export interface LoadOptions {
  readonly directory: string;
  readonly url: string;
  readonly gatewayId: string;
  readonly fill: number;
  readonly rate: number;
  readonly first: number;
  readonly devices: number;
  readonly bodyBytes: number;
  readonly exitWhenDrained: boolean;
}

export interface LoadStreams {
  readonly log: Log;
  readonly commands: Interface;
  say(line: object): void;
}

const FILL_BATCH = 1_000;
const LOAD_EVERY_MS = 50;
const GiB = 1024 ** 3;

/** Runs until told to stop by the end of its commands, or until drained where that is asked for. */
export async function runLoadGateway(options: LoadOptions, streams: LoadStreams): Promise<void> {
  const { log } = streams;
  const stop = new AbortController();
  const clock = systemClock;
  await using journal = await openJournal({
    directory: options.directory,
    maxBytes: 8 * GiB,
    keepDays: 90,
    clock,
    log,
  });
  const load = new NumberedLoad(journal, options, streams);
  await load.fill(options.fill, FILL_BATCH);
  const alarmListeners = new Set<(alarm: AlarmRecord) => void>();
  const start = Promise.withResolvers<void>();
  streams.commands.on("close", () => stop.abort());
  streams.commands.on("line", (line) => {
    if (line === "go") start.resolve();
    if (line === "load") load.isOn = true;
    if (line === "hush") load.isOn = false;
    if (line === "alarm") {
      const alarm = load.raise();
      for (const listener of alarmListeners) listener(alarm);
    }
  });
  stop.signal.addEventListener("abort", () => start.resolve());
  streams.say({ ready: true, filled: options.fill });
  await start.promise;
  const ticker = setInterval(() => load.tick(LOAD_EVERY_MS), LOAD_EVERY_MS);
  const syncing = runSync(
    {
      gatewayId: options.gatewayId,
      url: options.url,
      agentVersion: "0.0.0-load",
      bootId: "load",
      journal,
      clock,
      log,
      subscribeAlarms: (listener) => {
        alarmListeners.add(listener);
        return () => alarmListeners.delete(listener);
      },
      subscribeReportable: () => () => {},
      reportedState: () => reportedState(journal, options.gatewayId),
      onCommand: (command) => log.warn("a load gateway carries no commands out", { command: command.id }),
      onDesired: () => {},
      openSocket: async () => await Promise.reject(new Error("a load gateway has no certificate")),
      onDecommission: () => {},
      siteText: async () => undefined,
      onServerTime: () => {},
      onState: (state) => log.info("uplink", state),
    },
    stop.signal,
  );
  if (options.exitWhenDrained) await untilDrained(journal, stop);
  await syncing;
  clearInterval(ticker);
  await load.settled();
  if (options.exitWhenDrained) streams.say({ drained: load.written });
}

/** Records with running numbers, spread over devices; says which numbers are committed. */
class NumberedLoad {
  isOn = false;
  written = 0;
  readonly #journal: Journal;
  readonly #options: LoadOptions;
  readonly #streams: LoadStreams;
  #next: number;
  #owed = 0;
  #alarms = 0;
  #pending = Promise.resolve();

  constructor(journal: Journal, options: LoadOptions, streams: LoadStreams) {
    this.#journal = journal;
    this.#options = options;
    this.#streams = streams;
    this.#next = options.first;
  }

  /** Writes before anybody listens: the ready line says how many. */
  async fill(count: number, batch: number): Promise<void> {
    for (let left = count; left > 0; left -= batch) {
      await this.#journal.append(this.#make(Math.min(left, batch)));
    }
    this.written += count;
  }

  tick(elapsedMs: number): void {
    if (!this.isOn) return;
    this.#owed += (this.#options.rate * elapsedMs) / 1_000;
    const count = Math.floor(this.#owed);
    this.#owed -= count;
    if (count > 0) this.#beside(this.#commit(this.#make(count)));
  }

  /** One alarm, with a number of its own kind; says when it was raised, on the machine's monotonic clock. */
  raise(): AlarmRecord {
    this.#alarms += 1;
    const alarm = numberedAlarm(this.#alarms);
    this.#streams.say({ raised: this.#alarms, atMs: systemClock.monotonicMs() });
    this.#beside(this.#journal.append([entryOf(alarm)]));
    return alarm;
  }

  #beside(commit: Promise<unknown>): void {
    const before = this.#pending;
    this.#pending = (async () => {
      await Promise.all([before, commit]);
    })();
  }

  async settled(): Promise<void> {
    await this.#pending;
  }

  #make(count: number): Entry[] {
    return Array.from({ length: count }, () => {
      const number = this.#next;
      this.#next += 1;
      return entryOf(numberedOccurrence(number, `device-${number % this.#options.devices}`, this.#options.bodyBytes));
    });
  }

  async #commit(entries: readonly Entry[]): Promise<void> {
    const outcomes = await this.#journal.append(entries);
    const numbers = entries
      .filter((_, index) => outcomes[index]?.kind === "written")
      .map((entry) => Number(/"number":(\d+)/.exec(entry.body)?.[1]));
    this.written += numbers.length;
    if (numbers.length > 0) this.#streams.say({ durable: [Math.min(...numbers), Math.max(...numbers)] });
  }
}

function entryOf(record: WireRecord): Entry {
  const stream = record.kind === "alarm" ? "alarm" : "occurrence";
  const lane = record.kind === "occurrence" ? record.deviceId : "load";
  return { stream, recordedAtMs: Date.now(), body: JSON.stringify(record), lane };
}

function numberedOccurrence(number: number, deviceId: string, bodyBytes: number): WireRecord {
  const record = {
    kind: "occurrence",
    deviceId,
    name: "load",
    details: { number, text: "" },
    occurredAtMs: Date.now(),
    clockConfidence: "plausible",
  } as const;
  const padding = Math.max(0, bodyBytes - JSON.stringify(record).length);
  return {
    ...record,
    details: {
      number,
      text: randomBytes(Math.ceil(padding / 2))
        .toString("hex")
        .slice(0, padding),
    },
  };
}

function numberedAlarm(number: number): AlarmRecord {
  const now = Date.now();
  return {
    kind: "alarm",
    occurrenceId: randomBytes(16).toString("hex"),
    version: 1,
    ruleId: `load-${number}`,
    priority: "high",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change: "raised",
    message: { zh: "负载测试报警", en: "Alarm of a load test" },
    value: number,
    raisedAtMs: now,
    occurredAtMs: now,
    clockConfidence: "plausible",
  };
}

async function untilDrained(journal: Journal, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    const { waiting } = await journal.status();
    if (Object.values(waiting).every((rows) => rows === 0)) stop.abort();
    else await systemClock.sleep(20, stop.signal).catch(() => {});
  }
}

async function reportedState(journal: Journal, gatewayId: string): Promise<Reported> {
  const { waiting, bytesUsed, bytesAllowed, ladder } = await journal.status();
  return {
    v: 1,
    agentVersion: "0.0.0-load",
    startedAtMs: Date.now(),
    site: { id: gatewayId, name: { zh: "负载测试", en: "Load test" }, timeZone: "Asia/Shanghai" },
    clock: { wallMs: Date.now(), confidence: "plausible" },
    devices: [],
    journal: { waiting, bytesUsed, bytesAllowed, ladder },
    memoryRssBytes: process.memoryUsage.rss(),
    loopDelayP999Ms: 0,
  };
}
