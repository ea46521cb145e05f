import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { CommandOutcome, DeviceCommand, DeviceEvent } from "./event.ts";
import type { Link } from "./links/link.ts";

/** What every adapter is given. */
export interface DeviceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** The line or socket this device is on, shared with the other devices on it. */
  readonly link: Link;
  /** Hands an event on. Returns at once and never throws. */
  publish(event: DeviceEvent): void;
}

/** A point as the rest of the gateway may know it. */
export interface PointDescription {
  readonly id: string;
  readonly unit: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** Absent: read only. `isHazardous`: takes select and operate. */
  readonly writable?: { readonly min: number; readonly max: number; readonly isHazardous: boolean };
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
  readonly points: readonly PointDescription[];
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
