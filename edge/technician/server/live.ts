import type { ServerResponse } from "node:http";

import type { Measurement } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { suppressionOf } from "../../rules/life/alarm-life.ts";
import type { Snapshot } from "../snapshot.ts";
import type { LiveView, ReadingView } from "./views.ts";

const EVERY_MS = 1_000;
const MAX_LISTENERS = 16;
/** Of a site in a flood the page shows the first so many. */
const MAX_ALARMS = 300;
/** A device's readings go in pieces: writing one must not take longer than the alarm path may wait. */
const PIECE = 200;
/** Whoever reads so much slower than we write is let go; the browser calls again. */
const MAX_UNSENT_BYTES = 1024 * 1024;

export interface LiveDeps {
  readonly clock: Clock;
  readonly log: Log;
  snapshot(): Promise<Snapshot>;
  revision(): number;
}

interface Listener {
  readonly response: ServerResponse;
  readonly isStillIn: () => Promise<boolean>;
  /** The last measurement of each point that this listener has been sent. */
  readonly sent: Map<string, Measurement>;
}

/** Server-sent events: how the site stands once a second, readings as they change. Looks only while somebody listens. */
export class LiveStream implements AsyncDisposable {
  readonly #deps: LiveDeps;
  readonly #listeners = new Set<Listener>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
  }

  /**
   * @param isStillIn  asked every now and then: a session that has ended hears no more.
   * @returns false where too many listen already.
   */
  listen(response: ServerResponse, first: readonly LiveView[], isStillIn: () => Promise<boolean>): boolean {
    if (this.#listeners.size >= MAX_LISTENERS) return false;
    const listener: Listener = { response, isStillIn, sent: new Map() };
    this.#listeners.add(listener);
    response.on("close", () => this.#listeners.delete(listener));
    response.on("error", () => this.#listeners.delete(listener));
    for (const view of first) this.#write(listener, view);
    this.#running ??= this.#run();
    return true;
  }

  /** Tells everybody at once. */
  tell(view: LiveView): void {
    for (const listener of this.#listeners) this.#write(listener, view);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the page is being closed"));
    for (const { response } of this.#listeners) response.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#stop;
    while (!signal.aborted && this.#listeners.size > 0) {
      try {
        await this.#round();
      } catch (error) {
        log.error("live values failed", { reason: asError(error).message });
      }
      await clock.sleep(EVERY_MS, signal).catch(() => {});
    }
    this.#running = undefined;
  }

  async #round(): Promise<void> {
    const snapshot = await this.#deps.snapshot();
    const state = stateOf(snapshot, this.#deps.revision());
    for (const listener of this.#listeners) {
      if (!(await listener.isStillIn())) {
        listener.response.end();
        this.#listeners.delete(listener);
        continue;
      }
      this.#write(listener, state);
      await this.#writeReadings(listener, snapshot);
    }
  }

  async #writeReadings(listener: Listener, { devices }: Snapshot): Promise<void> {
    for (const { id, points } of devices) {
      const changed = points.filter(({ id: point, latest }) => latest !== listener.sent.get(`${id}/${point}`));
      for (let from = 0; from < changed.length; from += PIECE) {
        const piece = changed.slice(from, from + PIECE);
        const readings = piece.flatMap(({ id: point, latest }): ReadingView[] => {
          if (latest === undefined) return [];
          listener.sent.set(`${id}/${point}`, latest);
          return [readingOf(latest)];
        });
        this.#write(listener, { kind: "readings", deviceId: id, readings });
        await new Promise(setImmediate);
      }
    }
  }

  #write(listener: Listener, view: LiveView): void {
    const { response } = listener;
    if (response.destroyed) return;
    response.write(`data: ${JSON.stringify(view)}\n\n`);
    if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
  }
}

function readingOf({ pointId, reading, occurredAtMs }: Measurement): ReadingView {
  return reading.quality === "good"
    ? { pointId, value: reading.value, atMs: occurredAtMs }
    : { pointId, value: null, badReason: reading.reason, atMs: occurredAtMs };
}

/** How the site stands, without its readings. */
export function stateOf(snapshot: Snapshot, siteRevision: number): Extract<LiveView, { kind: "state" }> {
  const { uplink, journal, now } = snapshot;
  return {
    kind: "state",
    nowMs: now.wallMs,
    confidence: now.confidence,
    uplink: { phase: uplink?.phase ?? "none", reason: uplink?.phase === "offline" ? uplink.reason : "" },
    siteFaults: snapshot.siteFaults.slice(0, 20),
    devices: snapshot.devices.map(({ id, health }) => ({
      id,
      state: health.state,
      reason: health.reason,
      sinceMs: health.sinceWallMs,
    })),
    alarms: snapshot.alarms.slice(0, MAX_ALARMS).map(({ rule, life, last }) => ({
      ruleId: rule.id,
      priority: rule.priority,
      message: rule.message,
      state: life.state,
      suppression: suppressionOf(life),
      occurrenceId: life.occurrenceId ?? null,
      version: life.version,
      raisedAtMs: life.raisedAtMs,
      value: last?.value ?? null,
      ...(life.plan === undefined ? {} : { plan: life.plan }),
      ...(rule.source === undefined ? {} : { deviceId: rule.source.deviceId }),
      ...(rule.source?.pointId === undefined ? {} : { pointId: rule.source.pointId }),
    })),
    journal:
      journal === undefined
        ? null
        : {
            epoch: journal.epoch,
            waiting: journal.waiting,
            bytesUsed: journal.bytesUsed,
            bytesAllowed: journal.bytesAllowed,
            ladder: journal.ladder,
            writeFault: journal.writeFault ?? null,
            quarantined: journal.quarantined !== undefined,
          },
    memoryRssBytes: snapshot.memoryRssBytes,
    loopP999Ms: snapshot.loopDelay.p999Ms,
    eventsLost: snapshot.eventsLost,
    startedAtMs: snapshot.startedAtMs,
    agentVersion: snapshot.agentVersion,
    siteRevision,
  };
}
