import { asError } from "@outpost/kernel/thrown.ts";

import type { Reading } from "../../event.ts";
import { LinkError } from "../../links/errors.ts";
import { ModbusError } from "../errors.ts";
import type { PolledPoint } from "../polling/point-reports.ts";
import { refused } from "./permission.ts";
import type { Refusal } from "./permission.ts";
import { goodValue } from "./point-io.ts";
import type { PointIo } from "./point-io.ts";

/** How often a feedback point is read while it is waited for. */
const FEEDBACK_EVERY_MS = 200;

/** What is known after one write request. `doubtful`: its answer was lost, and the device may or may not have it. */
export type Sent =
  | { readonly kind: "sent" }
  | { readonly kind: "doubtful"; readonly detail: string }
  | { readonly kind: "turned-down"; readonly refusal: Refusal };

/** Sends one write, and never a second one. */
export async function writeOnce(
  point: PolledPoint,
  words: readonly number[],
  io: PointIo,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    await io.write(point, words, signal);
    return { kind: "sent" };
  } catch (error) {
    if (error instanceof ModbusError && error.code === "modbus/exception") {
      return { kind: "turned-down", refusal: refused("refused-by-device", error.message) };
    }
    if (error instanceof LinkError && error.code === "link/busy") {
      return { kind: "turned-down", refusal: refused("busy", error.message) };
    }
    return { kind: "doubtful", detail: asError(error).message };
  }
}

/** What a point showed in the end. */
export interface Shown {
  readonly isAsAsked: boolean;
  readonly value: number | null;
  /** What stood against it, for people. */
  readonly detail: string;
}

/**
 * Reads a point until it shows what was asked for, or the time is over; at least once.
 *
 * @param withinMs  0 to look once.
 */
export async function waitUntilShown(
  point: PolledPoint,
  expected: { readonly isAsAsked: (reading: Reading) => boolean; readonly withinMs: number },
  io: PointIo,
  signal: AbortSignal,
): Promise<Shown> {
  const deadlineMs = io.clock.monotonicMs() + expected.withinMs;
  for (;;) {
    let shown: Shown;
    try {
      const reading = await io.read(point, signal);
      const value = goodValue(reading);
      if (expected.isAsAsked(reading)) return { isAsAsked: true, value, detail: "" };
      const says = reading.quality === "good" ? `is ${reading.value}` : `is bad: ${reading.reason}`;
      shown = { isAsAsked: false, value, detail: `${point.point.id} ${says}` };
    } catch (error) {
      shown = { isAsAsked: false, value: null, detail: `${point.point.id}: ${asError(error).message}` };
    }
    if (io.clock.monotonicMs() >= deadlineMs || signal.aborted) return shown;
    // An abort while waiting ends the next read, which is then the last.
    await io.clock.sleep(FEEDBACK_EVERY_MS, signal).catch(() => undefined);
  }
}
