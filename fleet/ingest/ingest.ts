import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Busy, Received } from "@outpost/wire/downlink.ts";
import { encodeMessage } from "@outpost/wire/message.ts";
import { downlinkTopic, parseUplinkTopic, type DownlinkKind } from "@outpost/wire/topics.ts";
import type { Pool } from "pg";

import type { OnUplink, Publish } from "../broker/bus.ts";
import { announce } from "../store/changes.ts";
import { Directory } from "./directory.ts";
import { findSilentGateways, touchGateways } from "./gateways.ts";
import type { Parcel } from "./group-in-making.ts";
import { Lane, type LaneDeps } from "./lane.ts";
import type { IngestMetrics } from "./metrics.ts";
import { SmallMessages } from "./small-messages.ts";
import { keepUnreadable } from "./unreadable.ts";

export interface IngestLimits {
  /** Batches waiting or being written, in bytes, over all gateways; and of any one gateway. Beyond: `busy`. */
  readonly maxQueuedBytes: number;
  readonly maxGatewayBytes: number;
  /** Other messages of one gateway that may wait; beyond, they are dropped. */
  readonly maxGatewayMessages: number;
  /** Transactions for bulk data side by side. Alarms and results have one more to themselves. */
  readonly bulkLanes: number;
}

export const DEFAULT_LIMITS: IngestLimits = {
  maxQueuedBytes: 96 * 1024 * 1024,
  maxGatewayBytes: 16 * 1024 * 1024,
  maxGatewayMessages: 64,
  bulkLanes: 2,
};

const MAX_PARCELS_PER_LANE = 20_000;
const BUSY_MS = 2_000;
const TELL_EVERY_MS = 200;
const TOUCH_EVERY_MS = 5_000;
const SWEEP_EVERY_MS = 30_000;
/** A header line is not longer; it says which lane a batch belongs to. */
const MAX_HEADER_BYTES = 512;

export interface IngestDeps {
  readonly pool: Pool;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  readonly limits?: IngestLimits;
}

/** What takes the gateways' messages in. Disposing it finishes the transactions under way; the rest was never answered. */
export interface Ingest extends AsyncDisposable {
  readonly onUplink: OnUplink;
  /** Bytes of batches taken but not yet committed. */
  readonly queuedBytes: number;
}

/** Starts the lanes and the housekeeping. */
export function openIngest(deps: IngestDeps): Ingest {
  const directory = new Directory(deps.pool);
  const intake = new Intake(deps, directory);
  const messages = new SmallMessages({ ...deps, directory }, (deps.limits ?? DEFAULT_LIMITS).maxGatewayMessages);
  const stop = new AbortController();
  const running = [
    intake.run(stop.signal),
    every(TELL_EVERY_MS, async () => await intake.tellChanges(), deps.log, stop.signal),
    every(TOUCH_EVERY_MS, async () => await intake.touchHeard(), deps.log, stop.signal),
    every(SWEEP_EVERY_MS, async () => await findSilentGateways(deps.pool), deps.log, stop.signal),
  ];
  return {
    onUplink(topic, payload, reply) {
      const uplink = parseUplinkTopic(topic);
      if (uplink === undefined || stop.signal.aborted) return;
      const { gatewayId, kind } = uplink;
      intake.heard(gatewayId);
      if (kind === "batch") intake.take({ gatewayId, payload, reply });
      else messages.push({ gatewayId, kind, payload, reply });
    },
    get queuedBytes() {
      return intake.queuedBytes;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      await messages[Symbol.asyncDispose]();
    },
  };
}

/** The budget of the batches, and the way from a batch to its lane and from its commit to its answer. */
class Intake {
  readonly #deps: IngestDeps;
  readonly #limits: IngestLimits;
  readonly #directory: Directory;
  readonly #urgent: Lane;
  readonly #bulk: readonly Lane[];
  readonly #bytesOf = new Map<string, number>();
  readonly #heard = new Set<string>();
  readonly #points = new Set<number>();
  readonly #devices = new Set<number>();
  #queuedBytes = 0;

  constructor(deps: IngestDeps, directory: Directory) {
    this.#deps = deps;
    this.#limits = deps.limits ?? DEFAULT_LIMITS;
    this.#directory = directory;
    this.#urgent = new Lane(this.#laneDeps(), MAX_PARCELS_PER_LANE);
    const { bulkLanes } = this.#limits;
    this.#bulk = Array.from({ length: bulkLanes }, () => new Lane(this.#laneDeps(), MAX_PARCELS_PER_LANE));
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#urgent, ...this.#bulk].map(async (lane) => await lane.run(signal)));
  }

  heard(gatewayId: string): void {
    this.#heard.add(gatewayId);
  }

  /** Puts a batch into its lane, or tells the gateway to wait. */
  take(parcel: Parcel): void {
    const { gatewayId, payload, reply } = parcel;
    const ofGateway = this.#bytesOf.get(gatewayId) ?? 0;
    const { maxQueuedBytes, maxGatewayBytes } = this.#limits;
    // A batch always fits where nothing waits, whatever the limits are.
    const fitsAll = this.#queuedBytes === 0 || this.#queuedBytes + payload.length <= maxQueuedBytes;
    const fitsGateway = ofGateway === 0 || ofGateway + payload.length <= maxGatewayBytes;
    if (!fitsAll || !fitsGateway || !this.#laneFor(parcel).offer(parcel)) {
      this.#deps.metrics.busy.inc();
      // Spread, so that not all come back in the same moment.
      const busy: Busy = { v: 1, retryAfterMs: Math.round(BUSY_MS * (1 + Math.random())) };
      this.#answer(gatewayId, "busy", busy, reply);
      return;
    }
    this.#queuedBytes += payload.length;
    this.#bytesOf.set(gatewayId, ofGateway + payload.length);
  }

  /** Tells the live streams what has changed since the last time. Values are told in groups: they change all the time. */
  async tellChanges(): Promise<void> {
    const changed = { points: [...this.#points], devices: [...this.#devices] };
    this.#points.clear();
    this.#devices.clear();
    await announce(this.#deps.pool, changed);
  }

  /** Writes down which gateways were heard since the last time. */
  async touchHeard(): Promise<void> {
    const heard = [...this.#heard];
    this.#heard.clear();
    const numbers: number[] = [];
    for (const gatewayId of heard) numbers.push((await this.#directory.gateway(gatewayId)).gatewayNo);
    await touchGateways(this.#deps.pool, numbers);
  }

  #laneDeps(): LaneDeps {
    return {
      ...this.#deps,
      directory: this.#directory,
      onCommitted: ({ gatewayId, reply }, { epoch, stream }, answer) => {
        const intervals = answer.intervals.map(([from, through]): [number, number] => [from, through]);
        const received: Received = { v: 1, epoch, stream, intervals, conflicts: [...answer.conflicts] };
        this.#answer(gatewayId, "received", received, reply);
      },
      onUnreadable: async ({ gatewayId, payload }, reason) => {
        const { gatewayNo } = await this.#directory.gateway(gatewayId);
        await keepUnreadable(this.#deps.pool, { gatewayNo, payload, reason });
      },
      onChanged: ({ points, devices }) => {
        for (const point of points) this.#points.add(point);
        for (const device of devices) this.#devices.add(device);
      },
      onDone: ({ gatewayId, payload }) => {
        this.#queuedBytes -= payload.length;
        const left = (this.#bytesOf.get(gatewayId) ?? 0) - payload.length;
        if (left > 0) this.#bytesOf.set(gatewayId, left);
        else this.#bytesOf.delete(gatewayId);
      },
    };
  }

  /** A lost answer does no harm: the gateway sends the batch again and gets it then. */
  #answer(gatewayId: string, kind: DownlinkKind, message: object, reply: Publish): void {
    reply(downlinkTopic(gatewayId, kind), encodeMessage(message)).catch((error: unknown) => {
      this.#deps.log.info("an answer was not sent", { gateway: gatewayId, kind, reason: asError(error).message });
    });
  }

  /** Only a hint of where to queue: a wrong guess costs time, nothing else. One gateway's bulk is always in one lane. */
  #laneFor({ gatewayId, payload }: Parcel): Lane {
    const header = payload.toString("latin1", 0, MAX_HEADER_BYTES).split("\n", 1)[0] ?? "";
    if (header.includes('"stream":"alarm"') || header.includes('"stream":"result"')) return this.#urgent;
    let hash = 0;
    for (const character of gatewayId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
    return this.#bulk[hash % this.#bulk.length] ?? this.#urgent;
  }
}

/** Does `work` again and again until `signal` aborts; a failure is logged and the next time is another try. */
async function every(ms: number, work: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await systemClock.sleep(ms, signal).catch(() => {});
    try {
      await work();
    } catch (error) {
      log.warn("housekeeping failed; it is tried again", { reason: asError(error).message });
    }
  }
}
