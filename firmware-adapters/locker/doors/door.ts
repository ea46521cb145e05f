import { unreachable } from "@outpost/kernel/never.ts";

/** A board says within this time after a pulse whether the door moved, or the opening failed. */
export const FEEDBACK_MS = 2_000;
/** A door that jammed may still spring open when somebody pulls it: that is the command's doing, not a burglar's. */
export const LATE_OPEN_MS = 10_000;

/** Who had a door opened, and by what. `reference` is a code's short mark, never the code. */
export interface Order {
  readonly actor: string;
  readonly reference: string;
}

/**
 * One door's life. Times are monotonic. `hasFailed`: the last opening had no effect. `isOld` of an opening: the board
 * was not seen since, so that a door found shut proves nothing.
 */
export type Door =
  | { readonly phase: "unknown" }
  | {
      readonly phase: "shut";
      readonly hasFailed: boolean;
      readonly lastOrder?: Order;
      readonly lastOrderUntilMs?: number;
    }
  | {
      readonly phase: "opening";
      readonly order: Order;
      readonly untilMs: number;
      readonly hasFailed: boolean;
      readonly isOld: boolean;
    }
  | {
      readonly phase: "open";
      readonly cause: "command" | "force" | "unknown";
      readonly order?: Order;
      readonly sinceMs: number;
      readonly isLeftOpen: boolean;
    };

export type DoorInput =
  /** A pulse is about to be sent. */
  | { readonly kind: "ordered"; readonly order: Order }
  /** It has been sent: the time for its effect counts from now. */
  | { readonly kind: "pulsed" }
  /** It was not sent after all, or the board said that it could not. */
  | { readonly kind: "withdrawn" }
  | { readonly kind: "seen"; readonly isOpen: boolean }
  /** Nobody can see the door any more. */
  | { readonly kind: "lost" };

/** What is worth telling. */
export type Happening =
  | { readonly name: "opened-by-command"; readonly order: Order }
  | { readonly name: "opened-without-command" }
  | { readonly name: "failed-to-open"; readonly order: Order }
  | { readonly name: "left-open"; readonly openMs: number }
  | { readonly name: "closed"; readonly openMs: number };

export interface DoorTime {
  readonly nowMs: number;
  readonly leftOpenAfterMs: number;
}

export const UNKNOWN: Door = { phase: "unknown" };
const SHUT: Door = { phase: "shut", hasFailed: false };

/** One step of a door's life. */
export function stepDoor(door: Door, input: DoorInput, time: DoorTime): readonly [Door, readonly Happening[]] {
  switch (input.kind) {
    case "ordered":
      return [ordered(door, input.order, time), []];
    case "pulsed":
      return [door.phase === "opening" ? { ...door, untilMs: time.nowMs + FEEDBACK_MS } : door, []];
    case "withdrawn":
      return [door.phase === "opening" ? { phase: "shut", hasFailed: door.hasFailed } : door, []];
    case "lost":
      return [door.phase === "opening" ? { ...door, isOld: true } : door, []];
    case "seen":
      return input.isOpen ? seenOpen(door, time) : seenShut(door, time);
    default:
      return unreachable(input);
  }
}

/** What a door's points show; `isOpen` is undefined while nobody knows. */
export function doorPoints(door: Door): {
  readonly isOpen: boolean | undefined;
  readonly isForced: boolean;
  readonly isLeftOpen: boolean;
  readonly hasFailed: boolean;
} {
  const isOpen = door.phase === "unknown" ? undefined : door.phase === "open";
  const isForced = door.phase === "open" && door.cause === "force";
  const isLeftOpen = door.phase === "open" && door.isLeftOpen;
  const hasFailed = (door.phase === "shut" || door.phase === "opening") && door.hasFailed;
  return { isOpen, isForced, isLeftOpen, hasFailed };
}

/** Whether a pulse is under way: its effect may still show. */
export function isOpening(door: Door, nowMs: number): boolean {
  return door.phase === "opening" && nowMs < door.untilMs;
}

function ordered(door: Door, order: Order, { nowMs }: DoorTime): Door {
  // An open door stays open, however it came to be.
  if (door.phase === "open") return door;
  const hasFailed = door.phase !== "unknown" && door.hasFailed;
  return { phase: "opening", order, untilMs: nowMs + FEEDBACK_MS, hasFailed, isOld: false };
}

function seenOpen(door: Door, { nowMs, leftOpenAfterMs }: DoorTime): readonly [Door, readonly Happening[]] {
  const opened = { phase: "open", sinceMs: nowMs, isLeftOpen: false } as const;
  switch (door.phase) {
    case "unknown":
      // It was open when we came: nobody can tell why.
      return [{ ...opened, cause: "unknown" }, []];
    case "opening":
      return byCommand(door.order, nowMs);
    case "shut":
      if (door.lastOrder !== undefined && nowMs < (door.lastOrderUntilMs ?? 0)) return byCommand(door.lastOrder, nowMs);
      return [{ ...opened, cause: "force" }, [{ name: "opened-without-command" }]];
    case "open": {
      const openMs = nowMs - door.sinceMs;
      if (door.isLeftOpen || openMs < leftOpenAfterMs) return [door, []];
      return [{ ...door, isLeftOpen: true }, [{ name: "left-open", openMs }]];
    }
  }
}

function byCommand(order: Order, nowMs: number): readonly [Door, readonly Happening[]] {
  const door: Door = { phase: "open", cause: "command", order, sinceMs: nowMs, isLeftOpen: false };
  return [door, [{ name: "opened-by-command", order }]];
}

function seenShut(door: Door, { nowMs }: DoorTime): readonly [Door, readonly Happening[]] {
  switch (door.phase) {
    case "unknown":
      return [SHUT, []];
    case "shut":
      return [door, []];
    case "open":
      return [SHUT, [{ name: "closed", openMs: nowMs - door.sinceMs }]];
    case "opening": {
      if (nowMs < door.untilMs) return [door, []];
      const { order } = door;
      const late = { lastOrder: order, lastOrderUntilMs: nowMs + LATE_OPEN_MS };
      if (door.isOld) return [{ phase: "shut", hasFailed: door.hasFailed, ...late }, []];
      return [{ phase: "shut", hasFailed: true, ...late }, [{ name: "failed-to-open", order }]];
    }
  }
}
