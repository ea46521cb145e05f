import type { Command } from "../../../api/schemas.ts";
import type { Contact, Points, Shown } from "../live/shown.ts";
import { contact, shown } from "../live/shown.ts";

/** A sign at a bus stop or a road, as far as its points tell. */
export interface Sign {
  /** On: it shows what it should. */
  readonly isRight: Contact;
  /** The number of the canned text that stands, 0 for none; absent where the sign has none. */
  readonly message: Shown;
  /** How many canned texts it has. */
  readonly messageCount: number;
  readonly fault: Contact;
  readonly brightness: Shown;
  readonly temperature: Shown;
}

/** Reads a device's points as a sign. @returns undefined where none says whether it shows what it should. */
export function signOf(points: Points): Sign | undefined {
  if (!points.has("showing")) return undefined;
  return {
    isRight: contact(points, "showing"),
    message: shown(points, "message"),
    messageCount: points.get("message")?.writable?.max ?? 0,
    fault: contact(points, "fault"),
    brightness: shown(points, "brightness"),
    temperature: shown(points, "temperature"),
  };
}

/** A text that this desk has put on a sign, while it stands. */
export interface PushedText {
  readonly text: string;
  readonly priority: "normal" | "emergency";
  readonly untilMs: number;
}

/**
 * The last text that the desk's own orders put on a sign: the sign's points have no words.
 *
 * @param commands  orders as the page heard of them, in any order.
 */
export function pushedText(commands: Iterable<Command>, deviceId: string, nowMs: number): PushedText | undefined {
  const standing = new Map<string, PushedText | undefined>();
  for (const { order, state, sentAtMs } of [...commands].toSorted((a, b) => a.sentAtMs - b.sentAtMs)) {
    if (order.kind !== "call" || order.deviceId !== deviceId || state !== "done") continue;
    const { text, forMs, priority } = order.arguments;
    const level = priority === "emergency" ? "emergency" : "normal";
    if (order.methodId === "clear") standing.set(level, undefined);
    if (order.methodId !== "show" || typeof text !== "string" || typeof forMs !== "number") continue;
    standing.set(level, { text, priority: level, untilMs: sentAtMs + forMs });
  }
  return [standing.get("emergency"), standing.get("normal")].find((one) => one !== undefined && one.untilMs > nowMs);
}
