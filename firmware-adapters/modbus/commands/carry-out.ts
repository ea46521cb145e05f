import assert from "node:assert/strict";

import type { CommandOutcome, Reading } from "../../event.ts";
import { ModbusError } from "../errors.ts";
import type { PolledPoint } from "../polling/point-reports.ts";
import { encodeValue } from "../values/encode-value.ts";
import { refused } from "./permission.ts";
import { goodValue } from "./point-io.ts";
import type { PointIo } from "./point-io.ts";
import { pressButton } from "./press-button.ts";
import { waitUntilShown, writeOnce } from "./write-once.ts";
import type { Sent } from "./write-once.ts";

/** A write that was checked and permitted. */
export interface PermittedWrite {
  readonly point: PolledPoint;
  readonly value: number;
  /** Takes note that a button may still be pressed, because nobody could see it released. */
  onHeld(point: PolledPoint): void;
}

/**
 * Carries one write out: writes once, then reads back what the device shows: the point itself, or its feedback point.
 * A write is never repeated; where its answer is lost, what the device shows decides.
 *
 * @returns `done`, `unconfirmed`, or `refused` where the device turned it down.
 * @throws as `Session.read` while nothing has been written yet.
 */
export async function carryOut(write: PermittedWrite, io: PointIo, signal: AbortSignal): Promise<CommandOutcome> {
  const { point, value } = write;
  const rule = point.point.writable;
  assert(rule !== undefined, "only writable points are permitted");
  const words = wordsFor(point, value);
  if (words === undefined) return refused("out-of-limits", `${value} does not fit into the point's registers`);
  const watched = rule.feedback === undefined ? point : io.point(rule.feedback.pointId);
  assert(watched !== undefined, "the profile's schema checks feedback points");
  // An alarm's actuator does not wait for a look at what was there before.
  const isUrgent = io.priority === "alarm";
  const before = goodValue(isUrgent ? io.latest(watched) : await io.read(watched, signal));

  let sent: Sent;
  let wasSeen = false;
  if (rule.pulseMs === undefined) {
    sent = await writeOnce(point, words, io, signal);
  } else {
    const press = await pressButton(point, rule.pulseMs, io, signal);
    if (press.isHeld) write.onHeld(point);
    ({ sent, wasSeen } = press);
  }
  if (sent.kind === "turned-down") return sent.refusal;
  if (wasSeen && rule.feedback === undefined) return { kind: "done", before, after: value };

  const expected = {
    isAsAsked: rule.feedback === undefined ? holds(point, words) : shows(rule.feedback.value),
    withinMs: rule.feedback?.withinMs ?? 0,
  };
  const shown = await waitUntilShown(watched, expected, io, signal);
  if (shown.isAsAsked) return { kind: "done", before, after: shown.value };
  const lost = sent.kind === "doubtful" ? `${sent.detail}; ` : "";
  return { kind: "unconfirmed", detail: `${lost}${shown.detail}`, before };
}

/** Whether a reading is what these words read as: what the device keeps may be rounder than what was asked. */
function holds(point: PolledPoint, words: readonly number[]): (reading: Reading) => boolean {
  return (reading) => {
    const kept = reading.quality === "good" ? wordsFor(point, reading.value) : undefined;
    return kept !== undefined && kept.length === words.length && kept.every((word, index) => word === words[index]);
  };
}

function shows(value: number): (reading: Reading) => boolean {
  return (reading) => reading.quality === "good" && reading.value === value;
}

/** @returns undefined where the registers cannot hold the value. */
function wordsFor(point: PolledPoint, value: number): readonly number[] | undefined {
  try {
    return encodeValue(point.point, value);
  } catch (error) {
    if (error instanceof ModbusError && error.code === "modbus/bad-value") return undefined;
    throw error;
  }
}
