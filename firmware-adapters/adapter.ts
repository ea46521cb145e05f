import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { CommandOutcome, DeviceCommand, DeviceEvent, Measurement } from "./event.ts";
import type { Link } from "./links/link.ts";

/** What every adapter is given. */
export interface DeviceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** The line, socket, listener or broker this device is on, shared with others; undefined where its family takes none. */
  readonly link: Link | undefined;
  /** A further link that the device's settings name, as its family's `otherLinks` says. */
  linkNamed(id: string): Link;
  /** Hands an event on. Returns at once and never throws. */
  publish(event: DeviceEvent): void;
  /**
   * Looks at points of other devices that the settings name, as the family's `watches` says: a site's meter, a thermometer.
   *
   * @param onReading  called in the alarm path with every reading from now on, and with the last one at once; must return
   *                   at once and never throw.
   * @returns what ends it.
   */
  watch(points: readonly PointOfDevice[], onReading: (reading: Measurement) => void): Disposable;
  /**
   * Hands events on as `publish` does and writes them down, each whether reportable or not, before it resolves. For
   * whatever a device sends until it is acknowledged: acknowledge only after this. On a disk so short that measurements
   * are given up, those that came with an occurrence may be missing; measurements alone are then not committed.
   *
   * `known`: an earlier commit of this device had the same key; nothing was published or written, but what was written
   * then is on disk.
   *
   * @throws DeviceError `device/not-committed` where the disk did not take it, or the signal's reason: do not
   *         acknowledge, the device will send again.
   */
  commit(request: CommitRequest, signal: AbortSignal): Promise<"committed" | "known">;
  readonly memory: DeviceMemory;
}

/** A point of some device of the site. */
export interface PointOfDevice {
  readonly deviceId: string;
  readonly pointId: string;
}

export interface CommitRequest {
  /** The device's own mark of what it sent, unique within the device for a week: a message number with its time, … */
  readonly key: string;
  /** At least one, in the order of their happening. A point that a rule watches goes with the occurrence that moved it. */
  readonly events: readonly DeviceEvent[];
  /** Rows of the device's memory that change with them, in the same SQLite transaction; null deletes. */
  readonly rows?: Readonly<Record<string, string | null>>;
}

/** A few rows that a device needs again after a restart: at most `MAX_MEMORY_ROWS` of `MAX_MEMORY_CHARS` each. */
export interface DeviceMemory {
  /** False while the journal could not be read yet: nothing is known then, and nothing may be taken for new. */
  readonly isRestored: boolean;
  readonly rows: ReadonlyMap<string, string>;
  /** Writes rows, null deletes. `rows` shows them at once; resolves when they are on disk. @throws DeviceError */
  save(rows: Readonly<Record<string, string | null>>): Promise<void>;
}

export const MAX_MEMORY_ROWS = 5_000;
export const MAX_MEMORY_CHARS = 16_384;

/** A name for people, in both languages. */
export interface Name {
  readonly zh: string;
  readonly en: string;
}

/** A point as the rest of the gateway may know it. */
export interface PointDescription {
  readonly id: string;
  readonly unit: string;
  readonly name: Name;
  /** Absent: read only. `isHazardous`: takes select and operate. */
  readonly writable?: { readonly min: number; readonly max: number; readonly isHazardous: boolean };
}

/** Something a device can be asked to do that is more than writing a number. */
export interface MethodDescription {
  readonly id: string;
  readonly name: Name;
  readonly parameters: readonly {
    readonly id: string;
    readonly name: Name;
    readonly type: "text" | "number" | "boolean";
    readonly isOptional?: boolean;
  }[];
}

/** One device family. Plain data plus one function, listed in `catalog.ts`. */
export interface Adapter {
  readonly kind: string;
  /**
   * Checks the settings of one device.
   *
   * @param deviceId  the site's name for it, stamped on every event.
   * @param settings  the `settings` block of the site file, already of the adapter's own schema.
   * @throws Error naming the field that does not fit. No I/O, so a bad configuration fails before any port is opened.
   */
  configure(deviceId: string, settings: unknown): Device;
}

/** One configured device, not yet opened. */
export interface Device {
  /** The map, dialect or maker's protocol it is read by, for people. */
  readonly profile: string;
  readonly points: readonly PointDescription[];
  readonly methods: readonly MethodDescription[];
  /** Starts polling or listening. Events flow until the result is disposed. `signal` bounds the opening only. */
  open(deps: DeviceDeps, signal: AbortSignal): Promise<OpenDevice>;
}

/** A live device. Disposing it stops its events; it looks after its own reconnecting and back-off. */
export interface OpenDevice extends AsyncDisposable {
  /** Resolves when disposed. Rejects when the device cannot go on: the supervisor then opens it anew. */
  readonly ended: Promise<void>;
  /** Carries a command out, or says why not. Never retries a write. */
  execute(command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
}
