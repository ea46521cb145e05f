import type { Contact, Points, Shown } from "../live/shown.ts";
import { contact, shown } from "../live/shown.ts";

/** What is wrong, or being tried, at a call point; in the order of concern. */
export const TROUBLES = [
  "inactivity",
  "fire",
  "gas",
  "water",
  "temperature",
  "burglary",
  "otherAlarm",
  "tamper",
  "cutWire",
  "stuck",
  "batteryLow",
  "mainsLost",
  "supervisionLoss",
  "communicationFault",
  "fault",
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Asked for so often that they are told also while all is well. */
export const ALWAYS_TOLD: readonly Trouble[] = ["tamper", "cutWire", "stuck", "batteryLow", "mainsLost"];

/** How far the call is, as the light at the button shows it to the person who pressed. */
export const INDICATIONS = ["off", "raised", "delivered", "acknowledged"] as const;
export type Indication = (typeof INDICATIONS)[number];

/** An emergency button, a call post, a pendant: somebody presses and waits. */
export interface CallPoint {
  /** The point that calls: `pressed`, or a pendant's `emergency`. */
  readonly callId: string;
  readonly call: Contact;
  /** In test mode a press tries the button and calls nobody. */
  readonly isTesting: Contact;
  readonly testPressed: Contact;
  readonly troubles: readonly { readonly kind: Trouble; readonly state: Contact }[];
  readonly battery: Shown;
  /** Absent where the device has no light. */
  readonly indication: Indication | "unknown" | "absent";
}

const CALL_IDS = ["pressed", "emergency"] as const;

/** Reads a device's points as a call point. @returns undefined where none of them calls. */
export function callPointOf(points: Points): CallPoint | undefined {
  const callId = CALL_IDS.find((id) => points.has(id));
  if (callId === undefined) return undefined;
  return {
    callId,
    call: contact(points, callId),
    isTesting: contact(points, "test"),
    testPressed: contact(points, "testPressed"),
    troubles: TROUBLES.map((kind) => ({ kind, state: contact(points, kind) })).filter(
      ({ state }) => state !== "absent",
    ),
    battery: shown(points, "battery"),
    indication: indicationOf(shown(points, "indicator")),
  };
}

function indicationOf(indicator: Shown): CallPoint["indication"] {
  if (indicator.kind === "absent") return "absent";
  if (indicator.kind === "bad") return "unknown";
  return INDICATIONS[indicator.value] ?? "unknown";
}
