import { describe, expect, it } from "vitest";

import {
  doorPoints,
  FEEDBACK_MS,
  isOpening,
  LATE_OPEN_MS,
  stepDoor,
  UNKNOWN,
  type Door,
  type DoorInput,
  type Happening,
} from "./door.ts";

const NOW = 100_000;
const order = { actor: "ann", reference: "command" };
const other = { actor: "bob", reference: "command" };
const time = { nowMs: NOW, leftOpenAfterMs: 60_000 };

const shut: Door = { phase: "shut", hasFailed: false };
const failed: Door = { phase: "shut", hasFailed: true };
const lateWindow: Door = { phase: "shut", hasFailed: true, lastOrder: order, lastOrderUntilMs: NOW + 1 };
const lateOver: Door = { phase: "shut", hasFailed: true, lastOrder: order, lastOrderUntilMs: NOW };
const opening: Door = { phase: "opening", order, untilMs: NOW + 1, hasFailed: false, isOld: false };
const overdue: Door = { phase: "opening", order, untilMs: NOW, hasFailed: false, isOld: false };
const overdueUnseen: Door = { ...overdue, isOld: true };
const open: Door = { phase: "open", cause: "command", order, sinceMs: NOW - 1_000, isLeftOpen: false };
const openLong: Door = { ...open, sinceMs: NOW - 60_000 };
const leftOpen: Door = { ...openLong, isLeftOpen: true };
const forced: Door = { phase: "open", cause: "force", sinceMs: NOW - 1_000, isLeftOpen: false };

const seenOpen: DoorInput = { kind: "seen", isOpen: true };
const seenShut: DoorInput = { kind: "seen", isOpen: false };
const ordered: DoorInput = { kind: "ordered", order: other };
const pulsed: DoorInput = { kind: "pulsed" };
const withdrawn: DoorInput = { kind: "withdrawn" };
const lost: DoorInput = { kind: "lost" };

const begun = (hasFailed = false): Door => ({
  phase: "opening",
  order: other,
  untilMs: NOW + FEEDBACK_MS,
  hasFailed,
  isOld: false,
});
const opened = (cause: "command" | "force" | "unknown", by?: typeof order): Door => ({
  phase: "open",
  cause,
  sinceMs: NOW,
  isLeftOpen: false,
  ...(by === undefined ? {} : { order: by }),
});
const afterFailure = (hasFailed: boolean): Door => ({
  phase: "shut",
  hasFailed,
  lastOrder: order,
  lastOrderUntilMs: NOW + LATE_OPEN_MS,
});
const byCommand: Happening = { name: "opened-by-command", order };

describe("a door", () => {
  it.each<[string, Door, DoorInput, Door, readonly Happening[]]>([
    ["unknown, seen open: nobody can tell why", UNKNOWN, seenOpen, opened("unknown"), []],
    ["unknown, seen shut", UNKNOWN, seenShut, shut, []],
    ["unknown, ordered", UNKNOWN, ordered, begun(), []],
    ["unknown, pulsed", UNKNOWN, pulsed, UNKNOWN, []],
    ["unknown, withdrawn", UNKNOWN, withdrawn, UNKNOWN, []],
    ["unknown, lost", UNKNOWN, lost, UNKNOWN, []],
    ["shut, seen open: forced", shut, seenOpen, opened("force"), [{ name: "opened-without-command" }]],
    ["shut, seen shut", shut, seenShut, shut, []],
    ["shut, ordered", shut, ordered, begun(), []],
    ["shut, pulsed", shut, pulsed, shut, []],
    ["shut, withdrawn", shut, withdrawn, shut, []],
    ["shut, lost", shut, lost, shut, []],
    ["failed, seen shut: still failed", failed, seenShut, failed, []],
    ["failed, seen open: forced", failed, seenOpen, opened("force"), [{ name: "opened-without-command" }]],
    ["failed, ordered: failed until the next success", failed, ordered, begun(true), []],
    [
      "failed a moment ago, seen open: the command's doing",
      lateWindow,
      seenOpen,
      opened("command", order),
      [byCommand],
    ],
    ["failed long ago, seen open: forced", lateOver, seenOpen, opened("force"), [{ name: "opened-without-command" }]],
    ["opening, seen open", opening, seenOpen, opened("command", order), [byCommand]],
    ["opening, seen shut: it has time", opening, seenShut, opening, []],
    ["opening, pulsed: the time counts from now", opening, pulsed, { ...opening, untilMs: NOW + FEEDBACK_MS }, []],
    ["opening, ordered again", opening, ordered, begun(), []],
    ["opening, withdrawn", opening, withdrawn, shut, []],
    ["opening, lost", opening, lost, { ...opening, isOld: true }, []],
    ["overdue, seen open", overdue, seenOpen, opened("command", order), [byCommand]],
    ["overdue, seen shut: failed", overdue, seenShut, afterFailure(true), [{ name: "failed-to-open", order }]],
    ["overdue after a loss, seen shut: proves nothing", overdueUnseen, seenShut, afterFailure(false), []],
    ["overdue after a loss, seen open", overdueUnseen, seenOpen, opened("command", order), [byCommand]],
    ["open, seen open", open, seenOpen, open, []],
    ["open, seen shut", open, seenShut, shut, [{ name: "closed", openMs: 1_000 }]],
    ["open, ordered: stays open", open, ordered, open, []],
    ["open, pulsed", open, pulsed, open, []],
    ["open, withdrawn", open, withdrawn, open, []],
    ["open, lost", open, lost, open, []],
    ["open too long, seen open", openLong, seenOpen, leftOpen, [{ name: "left-open", openMs: 60_000 }]],
    ["left open, seen open: said once", leftOpen, seenOpen, leftOpen, []],
    ["left open, seen shut", leftOpen, seenShut, shut, [{ name: "closed", openMs: 60_000 }]],
    ["forced, seen open", forced, seenOpen, forced, []],
    ["forced, ordered: stays forced", forced, ordered, forced, []],
    ["forced, lost: stays forced", forced, lost, forced, []],
    ["forced, seen shut", forced, seenShut, shut, [{ name: "closed", openMs: 1_000 }]],
  ])("%s", (_, before, input, after, happenings) => {
    expect(stepDoor(before, input, time)).toEqual([after, happenings]);
  });

  it.each<[string, Door, object]>([
    ["unknown", UNKNOWN, { isOpen: undefined, isForced: false, isLeftOpen: false, hasFailed: false }],
    ["shut", shut, { isOpen: false, isForced: false, isLeftOpen: false, hasFailed: false }],
    ["failed", failed, { isOpen: false, isForced: false, isLeftOpen: false, hasFailed: true }],
    [
      "opening again after a failure",
      begun(true),
      { isOpen: false, isForced: false, isLeftOpen: false, hasFailed: true },
    ],
    ["open", open, { isOpen: true, isForced: false, isLeftOpen: false, hasFailed: false }],
    ["left open", leftOpen, { isOpen: true, isForced: false, isLeftOpen: true, hasFailed: false }],
    ["forced", forced, { isOpen: true, isForced: true, isLeftOpen: false, hasFailed: false }],
  ])("%s shows so", (_, door, points) => {
    expect(doorPoints(door)).toEqual(points);
  });

  it("is being opened until its time is over", () => {
    expect([isOpening(opening, NOW), isOpening(overdue, NOW), isOpening(open, NOW)]).toEqual([true, false, false]);
  });
});
