import type { Alarm, Device, GatewaySummary, PointLatest } from "../../../api/schemas.ts";
import type { DeviceRef } from "../api/endpoints.ts";
import type { ApiError } from "../api/errors.ts";
import { asApiError } from "../api/errors.ts";
import type { Feed, FeedInput } from "./feed.ts";
import { advance, deviceKey, EMPTY_FEED } from "./feed.ts";
import type { LiveMessage } from "./message.ts";
import type { StreamEars } from "./stream.ts";

/** Whether live events come in, since when (Unix milliseconds). */
export interface Connection {
  readonly kind: "connecting" | "live" | "lost";
  readonly sinceMs: number;
}

/** How reading one of the lists went. */
export type Reading =
  | { readonly kind: "reading" }
  | { readonly kind: "read" }
  | { readonly kind: "failed"; readonly error: ApiError };

/** What the pages draw from: one immutable picture at a time. */
export interface DeskState {
  readonly feed: Feed;
  readonly connection: Connection;
  /** By list: "gateways", "alarms", `devices:<gateway>`, `points:<gateway>/<device>`. Absent: never asked for. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** There are more open alarms than a desk can hold; only the newest are here. */
  readonly hasMoreAlarms: boolean;
  /** The fleet said something this page does not understand: it was updated since the page was loaded. */
  readonly isOutdated: boolean;
}

/** The reads a desk makes; the real ones are in api/endpoints.ts. */
export interface DeskReads {
  readonly gateways: (signal: AbortSignal) => Promise<readonly GatewaySummary[]>;
  readonly devices: (gatewayId: string, signal: AbortSignal) => Promise<readonly Device[]>;
  readonly points: (device: DeviceRef, signal: AbortSignal) => Promise<readonly PointLatest[]>;
  readonly openAlarms: (
    signal: AbortSignal,
  ) => Promise<{ readonly alarms: readonly Alarm[]; readonly hasMore: boolean }>;
}

export interface DeskDeps {
  readonly reads: DeskReads;
  readonly keepStreamOpen: (ears: StreamEars, signal: AbortSignal) => void;
  readonly nowMs: () => number;
}

/** Live events are drawn together, at most this often. */
const DRAW_EVERY_MS = 100;
/** Drawn at once when this many wait: a hidden tab's timers may sleep for a minute. */
const MAX_WAITING = 2_000;
/** A list that could not be read is asked for again after this long. */
const READ_AGAIN_MS = 5_000;

/**
 * Holds what the page knows, kept true by live events; reads everything watched anew after each gap.
 */
export class Desk {
  readonly #deps: DeskDeps;
  readonly #listeners = new Set<() => void>();
  readonly #watchers = new Map<string, { readonly read: () => void; count: number }>();
  #state: DeskState;
  #waiting: FeedInput[] = [];
  #drawing: ReturnType<typeof setTimeout> | undefined;
  readonly #retries = new Map<string, ReturnType<typeof setTimeout>>();
  #signal: AbortSignal = AbortSignal.abort();

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#state = {
      feed: EMPTY_FEED,
      connection: { kind: "connecting", sinceMs: deps.nowMs() },
      readings: new Map(),
      hasMoreAlarms: false,
      isOutdated: false,
    };
  }

  /** Listens and reads until `signal` aborts. */
  run(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener("abort", () => {
      clearTimeout(this.#drawing);
      for (const retry of this.#retries.values()) clearTimeout(retry);
    });
    this.#deps.keepStreamOpen(
      {
        onOpen: () => {
          this.#connect("live");
          this.#readAll();
        },
        onLost: () => {
          this.#connect("lost");
          // Where only the stream is blocked, by a proxy for example, the page still shows how things stand.
          if (this.#state.readings.size === 0) this.#readAll();
        },
        onMessage: (message) => {
          this.#hear(message);
        },
        onNotUnderstood: () => {
          this.#set({ isOutdated: true });
        },
      },
      signal,
    );
  }

  readonly state = (): DeskState => this.#state;

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Reads the devices of a gateway, and again after each gap, until the returned function is called. */
  watchDevices(gatewayId: string): () => void {
    return this.#watch(`devices:${gatewayId}`, () => {
      this.#read(`devices:${gatewayId}`, async (signal) => {
        const askedAt = this.#turn();
        const devices = await this.#deps.reads.devices(gatewayId, signal);
        this.#apply([{ kind: "devices-read", askedAt, gatewayId, devices }]);
      });
    });
  }

  /** Reads the points of a device and follows them until the returned function is called. */
  watchPoints(ref: DeviceRef): () => void {
    const device = deviceKey(ref.gatewayId, ref.deviceId);
    const stop = this.#watch(`points:${device}`, () => {
      this.#read(`points:${device}`, async (signal) => {
        const askedAt = this.#turn();
        const points = await this.#deps.reads.points(ref, signal);
        if (this.#watchers.has(`points:${device}`)) this.#apply([{ kind: "points-read", askedAt, device, points }]);
      });
    });
    return () => {
      stop();
      if (!this.#watchers.has(`points:${device}`)) this.#apply([{ kind: "unwatched", device }]);
    };
  }

  /** Takes in what an answer said, as if the live stream had. */
  learn(input: FeedInput): void {
    this.#apply([input]);
  }

  /** Reads everything again that a page on screen needs. */
  readonly readAgain = (): void => {
    this.#readAll();
  };

  #readAll(): void {
    this.#read("gateways", async (signal) => {
      const askedAt = this.#turn();
      const gateways = await this.#deps.reads.gateways(signal);
      this.#apply([{ kind: "gateways-read", askedAt, gateways }]);
    });
    this.#read("alarms", async (signal) => {
      const askedAt = this.#turn();
      const { alarms, hasMore } = await this.#deps.reads.openAlarms(signal);
      this.#set({ hasMoreAlarms: hasMore });
      this.#apply([{ kind: "alarms-read", askedAt, alarms }]);
    });
    for (const { read } of this.#watchers.values()) read();
  }

  #watch(name: string, read: () => void): () => void {
    const watcher = this.#watchers.get(name) ?? { read, count: 0 };
    watcher.count += 1;
    this.#watchers.set(name, watcher);
    // While connecting nothing needs asking: everything watched is read as soon as the stream stands or fails.
    if (watcher.count === 1 && this.#state.connection.kind !== "connecting") read();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      watcher.count -= 1;
      if (watcher.count > 0) return;
      this.#watchers.delete(name);
      clearTimeout(this.#retries.get(name));
    };
  }

  #read(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const signal = this.#signal;
    clearTimeout(this.#retries.get(name));
    this.#retries.delete(name);
    if (this.#state.readings.get(name)?.kind !== "read") this.#setReading(name, { kind: "reading" });
    work(signal).then(
      () => this.#setReading(name, { kind: "read" }),
      (error: unknown) => {
        if (signal.aborted) return;
        this.#setReading(name, { kind: "failed", error: asApiError(error) });
        this.#retries.set(
          name,
          setTimeout(() => this.#read(name, work), READ_AGAIN_MS),
        );
      },
    );
  }

  #hear(message: LiveMessage): void {
    if (message.name === "resync") {
      this.#readAll();
      return;
    }
    this.#waiting.push({ kind: "event", ...message });
    if (this.#waiting.length >= MAX_WAITING) this.#draw();
    else this.#drawing ??= setTimeout(() => this.#draw(), DRAW_EVERY_MS);
  }

  #draw(): void {
    clearTimeout(this.#drawing);
    this.#drawing = undefined;
    this.#apply([]);
  }

  /** The turn of a list asked for now: what was heard before it is no newer than its answer. */
  #turn(): number {
    this.#draw();
    return this.#state.feed.turn;
  }

  #apply(inputs: readonly FeedInput[]): void {
    const all = [...this.#waiting, ...inputs];
    this.#waiting = [];
    this.#set({ feed: all.reduce(advance, this.#state.feed) });
  }

  #connect(kind: Connection["kind"]): void {
    if (this.#state.connection.kind !== kind) this.#set({ connection: { kind, sinceMs: this.#deps.nowMs() } });
  }

  #setReading(name: string, reading: Reading): void {
    this.#set({ readings: new Map(this.#state.readings).set(name, reading) });
  }

  #set(change: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
