import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { wireRecord, type AlarmRecord, type WireRecord } from "@outpost/wire/records.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EventBus } from "../devices/event-bus.ts";
import { JournalError } from "../journal/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import { Recorder } from "./recorder.ts";

const NOW = { occurredAtMs: 1_700_000_000_000, monotonicMs: 5, clockConfidence: "plausible" } as const;

function level(value: number | null, isReportable = true): Measurement {
  const reading =
    value === null ? ({ quality: "bad", reason: "timeout" } as const) : ({ quality: "good", value } as const);
  return { kind: "measurement", deviceId: "station", pointId: "level", unit: "m", reading, isReportable, ...NOW };
}

function alarm(version: number): AlarmRecord {
  return {
    kind: "alarm",
    occurrenceId: "a".repeat(32),
    version,
    ruleId: "high-level",
    priority: "critical",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change: "raised",
    message: { zh: "高", en: "high" },
    value: 3,
    raisedAtMs: NOW.occurredAtMs,
    occurredAtMs: NOW.occurredAtMs,
    clockConfidence: "plausible",
  };
}

let directory: string;
let journal: Journal;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-recorder-"));
  journal = await openJournal({
    directory,
    maxBytes: 64 * 1024 * 1024,
    keepDays: 90,
    clock: systemClock,
    log: silentLog,
  });
});
afterEach(async () => {
  await journal[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function createRecorder() {
  const bus = new EventBus();
  return { bus, recorder: new Recorder({ clock: systemClock, log: silentLog, bus, gatewayId: "gateway-01" }) };
}

/** Runs the recorder just long enough to write what waits. */
async function flush(recorder: Recorder, into: Journal = journal): Promise<void> {
  await recorder.run(into, AbortSignal.abort());
}

async function rowsOf(stream: Stream): Promise<WireRecord[]> {
  const { epoch } = await journal.status();
  const rows = await journal.read({ epoch, stream, after: 0, maxRows: 100_000, maxBytes: 64 * 1024 * 1024 });
  return rows.map((row) => wireRecord.parse(JSON.parse(row.body)));
}

describe("Recorder", () => {
  it("writes what devices say as records the fleet accepts, in order, and only what is worth keeping", async () => {
    const { bus, recorder } = createRecorder();
    bus.publish(level(1));
    bus.publish(level(1.001, false));
    bus.publish(level(null));
    const forced: DeviceEvent = {
      kind: "occurrence",
      deviceId: "station",
      name: "forced",
      details: { door: 3 },
      ...NOW,
    };
    bus.publish(forced);
    bus.publish({ kind: "status", deviceId: "station", state: "offline", reason: "x".repeat(900), ...NOW });
    await flush(recorder);
    expect(await rowsOf("measurement")).toMatchObject([{ value: 1 }, { value: null, badReason: "timeout" }]);
    expect(await rowsOf("occurrence")).toMatchObject([
      { kind: "occurrence", name: "forced", details: { door: 3 } },
      { kind: "status", state: "offline" },
    ]);
  });

  it("writes an alarm's step and its state row together, and the same step only once", async () => {
    const { recorder } = createRecorder();
    recorder.writeAlarm(alarm(1), { "alarm/high-level": "one" });
    recorder.writeAlarm(alarm(1), { "alarm/high-level": "one" });
    recorder.writeAlarm(alarm(2), { "alarm/high-level": "two" });
    await flush(recorder);
    expect(await rowsOf("alarm")).toMatchObject([{ version: 1 }, { version: 2 }]);
    expect(await journal.loadState("alarm/")).toEqual(new Map([["alarm/high-level", "two"]]));
  });

  it("an older state row never overwrites the one that goes with a later step", async () => {
    const { recorder } = createRecorder();
    recorder.writeAlarm(undefined, { "alarm/high-level": "arming", "alarm/other": "arming" });
    recorder.writeAlarm(alarm(1), { "alarm/high-level": "on" });
    await flush(recorder);
    expect(await journal.loadState("alarm/")).toEqual(
      new Map([
        ["alarm/high-level", "on"],
        ["alarm/other", "arming"],
      ]),
    );
    recorder.writeAlarm(alarm(2), { "alarm/high-level": "on" });
    recorder.writeAlarm(undefined, { "alarm/high-level": "leaving" });
    await flush(recorder);
    expect((await journal.loadState("alarm/")).get("alarm/high-level")).toBe("leaving");
  });

  it("drops the oldest measurements when too many wait, never an alarm, and records how many", async () => {
    const { bus, recorder } = createRecorder();
    recorder.writeAlarm(alarm(1), {});
    for (let value = 0; value < 20_003; value += 1) bus.publish(level(value));
    expect(recorder.lost).toBe(3);
    await flush(recorder);
    await flush(recorder);
    const measurements = await rowsOf("measurement");
    expect(measurements).toHaveLength(20_000);
    expect(measurements[0]).toMatchObject({ value: 3 });
    expect(await rowsOf("alarm")).toHaveLength(1);
    expect(await rowsOf("occurrence")).toMatchObject([
      { deviceId: "gateway-01", name: "events-lost", details: { count: 3 } },
    ]);
  });

  it("an occurrence with too much to say keeps its place and loses its details", async () => {
    const { bus, recorder } = createRecorder();
    const details = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, "x".repeat(8_000)]));
    bus.publish({ kind: "occurrence", deviceId: "station", name: "dump", details, ...NOW });
    await flush(recorder);
    expect(await rowsOf("occurrence")).toMatchObject([{ name: "dump", details: { isTooLarge: true } }]);
  });

  it("keeps what the journal does not take yet, in order, and tries again", async () => {
    const { recorder } = createRecorder();
    let refusals = 2;
    const reluctant: Journal = Object.create(journal, {
      append: {
        value: (...args: Parameters<Journal["append"]>) => {
          refusals -= 1;
          if (refusals >= 0) return Promise.reject(new JournalError("journal/disk", "no"));
          return journal.append(...args);
        },
      },
      saveState: { value: (...args: Parameters<Journal["saveState"]>) => journal.saveState(...args) },
    });
    const stop = new AbortController();
    const running = recorder.run(reluctant, stop.signal);
    recorder.writeAlarm(alarm(1), {});
    recorder.writeAlarm(alarm(2), {});
    const { promise: written, resolve } = Promise.withResolvers<void>();
    journal.onWritten((streams) => {
      if (streams.includes("alarm")) resolve();
    });
    await written;
    stop.abort();
    await running;
    expect(await rowsOf("alarm")).toMatchObject([{ version: 1 }, { version: 2 }]);
  });
});
