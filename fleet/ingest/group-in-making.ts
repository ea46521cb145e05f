import { parseBatch } from "@outpost/wire/batch.ts";
import type { BatchHeader } from "@outpost/wire/uplink.ts";

import type { Publish } from "../broker/bus.ts";
import { CopyRows } from "./copy-rows.ts";
import type { Days } from "./days.ts";
import type { Directory, GatewayNumbers } from "./directory.ts";
import { namesIn, prepareBatch, type Batch, type PreparedBatch, type PreparedGroup } from "./group.ts";

/** A transaction takes up to so much; enough to make its own cost small, little enough to be answered soon. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
const MAX_GROUP_BATCHES = 64;

/** A batch as it came from the broker. */
export interface Parcel {
  readonly gatewayId: string;
  readonly payload: Buffer;
  readonly reply: Publish;
}

export interface MakingDeps {
  readonly directory: Directory;
  readonly days: Days;
  /** Runs work on the database again while its fault is one that passes. */
  readonly retrying: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Batches that will be committed together, read and checked as they come. */
export class GroupInMaking {
  /** All that came, the unreadable ones too. */
  readonly parcels: Parcel[] = [];
  /** The readable ones, in the order of `prepared.batches`. */
  readonly batches: { readonly parcel: Parcel; readonly header: BatchHeader }[] = [];
  readonly #deps: MakingDeps;
  readonly #prepared: PreparedBatch[] = [];
  readonly #measurements = new CopyRows(MAX_GROUP_BYTES / 4);
  readonly #occurrences = new CopyRows(MAX_GROUP_BYTES);
  #bytes = 0;

  constructor(deps: MakingDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.parcels.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_GROUP_BYTES || this.parcels.length >= MAX_GROUP_BATCHES;
  }

  get prepared(): PreparedGroup {
    return { batches: this.#prepared, measurements: this.#measurements, occurrences: this.#occurrences };
  }

  /**
   * Reads a batch, enters what it names for the first time, makes the partitions it needs, and adds its rows.
   *
   * @throws WireError `wire/too-large` or `wire/bad-batch`; the database's error where it is not one that passes. The
   *         parcel then belongs to the group all the same, as one without rows.
   */
  async add(parcel: Parcel): Promise<void> {
    this.parcels.push(parcel);
    this.#bytes += parcel.payload.length;
    const batch = { gatewayId: parcel.gatewayId, ...parseBatch(parcel.payload) };
    const numbers = await this.#deps.retrying(async () => await this.#enterNames(batch));
    this.#prepared.push(prepareBatch(batch, numbers, this.prepared));
    this.batches.push({ parcel, header: batch.header });
  }

  async #enterNames(batch: Batch): Promise<GatewayNumbers> {
    const { directory, days } = this.#deps;
    const numbers = await directory.gateway(batch.gatewayId);
    await directory.ensureEpochs(numbers, [batch.header.epoch]);
    const { devices, points } = namesIn(batch);
    await directory.ensureDevices(numbers, devices);
    await directory.ensurePoints(numbers, points);
    await days.ensureFor(batch);
    return numbers;
  }
}
