import type { Contact, Points } from "../live/shown.ts";
import { contact } from "../live/shown.ts";

export type DoorState = "closed" | "open" | "left-open" | "forced" | "failed" | "unknown";

/** One compartment of a locker wall. */
export interface Compartment {
  readonly number: number;
  readonly state: DoorState;
  readonly occupied: Contact;
  /** Whether the desk may open it. */
  readonly canOpen: boolean;
}

/** A locker wall: parcels, meals, retail, recycling. */
export interface Locker {
  readonly compartments: readonly Compartment[];
  /** The point that opens all doors, where there is one. */
  readonly canOpenAll: boolean;
}

/** Reads a device's points as a locker wall. @returns undefined where no door says whether it is open. */
export function lockerOf(points: Points): Locker | undefined {
  const numbers = [...points.keys()]
    .map((id) => /^door([1-9]\d{0,2})\.open$/.exec(id)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
  if (numbers.length === 0) return undefined;
  return {
    compartments: numbers.map((number) => compartmentOf(points, number)),
    canOpenAll: (points.get("openAll")?.writable ?? null) !== null,
  };
}

function compartmentOf(points: Points, number: number): Compartment {
  const door = (part: string): Contact => contact(points, `door${number}.${part}`);
  return {
    number,
    state: doorState({
      open: door("open"),
      forced: door("forced"),
      leftOpen: door("leftOpen"),
      failed: door("failed"),
    }),
    occupied: door("occupied"),
    canOpen: (points.get(`door${number}.open`)?.writable ?? null) !== null,
  };
}

/** What a door's contacts say of it. */
export interface DoorContacts {
  readonly open: Contact;
  readonly forced: Contact;
  readonly leftOpen: Contact;
  readonly failed: Contact;
}

/** The worst that is known of a door; a door whose sensor says nothing is unknown, whatever was so before. */
export function doorState({ open, forced, leftOpen, failed }: DoorContacts): DoorState {
  if (forced === "on") return "forced";
  if (failed === "on") return "failed";
  if (open === "unknown" || open === "absent") return "unknown";
  if (leftOpen === "on") return "left-open";
  return open === "on" ? "open" : "closed";
}
