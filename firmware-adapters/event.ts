import type { ClockConfidence, Instant } from "@outpost/kernel/clock.ts";

/** When it happened: by the wall clock (with how far to trust it) and on this boot's monotonic clock. */
export interface EventTime {
  readonly occurredAtMs: number;
  readonly monotonicMs: number;
  readonly clockConfidence: ClockConfidence;
}

/** A reading of the clock as events carry it. */
export function eventTime({ wallMs, monotonicMs, confidence }: Instant): EventTime {
  return { occurredAtMs: wallMs, monotonicMs, clockConfidence: confidence };
}

/** Why a value is not good. The device's own word where it has one. */
export type BadReason =
  | "link-down"
  | "timeout"
  | "bad-frame"
  | "device-refused"
  | "not-available"
  | "out-of-range"
  | "not-yet-read";

/** A value as read: `good` carries the number; `bad` carries why there is none, never an old or a guessed number. */
export type Reading =
  | { readonly quality: "good"; readonly value: number }
  | { readonly quality: "bad"; readonly reason: BadReason; readonly detail?: string };

/** One point was read. Bits are 0 or 1. */
export interface Measurement extends EventTime {
  readonly kind: "measurement";
  readonly deviceId: string;
  readonly pointId: string;
  /** UCUM-style unit symbol ("m", "A", "L/s"), empty for bits and counts. */
  readonly unit: string;
  readonly reading: Reading;
  /** Whether it is worth keeping: moved by more than the point's deadband, changed quality, or its keep-alive is due. */
  readonly isReportable: boolean;
}

/** Something happened at the device: a door was forced, a button pressed, a pump refused to start. */
export interface Occurrence extends EventTime {
  readonly kind: "occurrence";
  readonly deviceId: string;
  readonly name: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** The device became reachable, unreachable, or reachable but not to be trusted. */
export interface DeviceStatus extends EventTime {
  readonly kind: "status";
  readonly deviceId: string;
  readonly state: "online" | "offline" | "fault";
  readonly reason: string;
}

export type DeviceEvent = Measurement | Occurrence | DeviceStatus;

/**
 * What a device is asked to do. `select` arms a hazardous write for a short time; `operate` must follow it. A write that
 * is an alarm's actuator carries `priority: "alarm"` and goes before everything else on a shared line.
 */
export type DeviceCommand =
  | {
      readonly kind: "write";
      readonly pointId: string;
      readonly value: number;
      readonly actor: string;
      readonly priority?: "alarm";
    }
  | { readonly kind: "select"; readonly pointId: string; readonly value: number; readonly actor: string }
  | { readonly kind: "operate"; readonly selectionId: string; readonly actor: string }
  | { readonly kind: "cancel"; readonly selectionId: string; readonly actor: string }
  /** Calls one of the device's methods. The device checks the arguments itself. */
  | {
      readonly kind: "call";
      readonly methodId: string;
      readonly arguments: Readonly<Record<string, string | number | boolean>>;
      readonly actor: string;
    };

/** Why a command was turned down before or after it touched the device. */
export type RefusalReason =
  | "unknown-point"
  | "unknown-method"
  | "bad-arguments"
  | "not-writable"
  | "out-of-limits"
  | "needs-select"
  | "no-such-selection"
  | "selection-expired"
  | "other-selection-active"
  | "interlocked"
  | "clock-not-confident"
  | "device-offline"
  | "refused-by-device"
  | "expired"
  | "not-committed"
  | "busy";

/**
 * How a command ended. `done`: written and read back as asked; `detail` is what a called method has to say. `unconfirmed`: written, but the device does not show it,
 * or the answer was lost: look before asking again.
 */
export type CommandOutcome =
  | { readonly kind: "done"; readonly before: number | null; readonly after: number | null; readonly detail?: string }
  | { readonly kind: "selected"; readonly selectionId: string; readonly expiresInMs: number }
  | { readonly kind: "cancelled" }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: "unconfirmed"; readonly detail: string; readonly before: number | null };
