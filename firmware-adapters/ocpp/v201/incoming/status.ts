import type { ConnectorStatus } from "../../words.ts";

/** What is known of a connector beside the message that has come. */
export interface Standing {
  /** The status it had; undefined where it has told none since its boot. */
  readonly before: ConnectorStatus | undefined;
  /** The transaction that runs on it, and what state it says it is in. */
  readonly running: { readonly chargingState: string | undefined } | undefined;
}

/** States of a connector in which a car has been charging: what follows is the end of it, not the beginning. */
const AFTER_CHARGING: ReadonlySet<ConnectorStatus | undefined> = new Set([
  "charging",
  "suspended-ev",
  "suspended-evse",
  "finishing",
] as const);
const IN_USE: ReadonlySet<ConnectorStatus | undefined> = new Set([...AFTER_CHARGING, "preparing"] as const);
/** What the connector says of itself stands, whatever its transaction says. */
const OWN_WORD: ReadonlySet<ConnectorStatus | undefined> = new Set(["faulted", "unavailable"] as const);

/**
 * What a StatusNotification means in the nine words of 1.6: `Occupied` is filled up from what the transaction says.
 *
 * @returns undefined for a status that 2.0.1 does not have.
 * @see OCPP 2.0.1 part 2, G01
 */
export function statusOf(said: string, { before, running }: Standing): ConnectorStatus | undefined {
  switch (said.toLowerCase()) {
    case "available":
      // Let in before the plug is in.
      return running !== undefined && isWaiting(running.chargingState) ? "preparing" : "available";
    case "occupied":
      if (running === undefined) return AFTER_CHARGING.has(before) ? "finishing" : "preparing";
      return statusOfState(running.chargingState, before);
    case "reserved":
      return "reserved";
    case "unavailable":
      return "unavailable";
    case "faulted":
      return "faulted";
    default:
      return undefined;
  }
}

/** The status after a message of the connector's transaction; undefined where it stays. @see OCPP 2.0.1 part 2, E02 */
export function statusAfter(
  kind: "started" | "updated" | "ended",
  { before, running }: Standing,
): ConnectorStatus | undefined {
  if (OWN_WORD.has(before)) return undefined;
  // Where the plug was pulled first, the connector has said so, or will.
  if (running === undefined) return kind === "ended" && IN_USE.has(before) ? "finishing" : undefined;
  if (running.chargingState === undefined) return undefined;
  return statusOfState(running.chargingState, kind === "started" ? undefined : before);
}

const OF_STATE: ReadonlyMap<string, ConnectorStatus> = new Map([
  ["Charging", "charging"],
  ["SuspendedEV", "suspended-ev"],
  ["SuspendedEVSE", "suspended-evse"],
] as const);

/** EVConnected, Idle, or nothing: it waits for its beginning or, having charged, for the plug to be pulled. */
function statusOfState(chargingState = "", before: ConnectorStatus | undefined): ConnectorStatus {
  return OF_STATE.get(chargingState) ?? (AFTER_CHARGING.has(before) ? "finishing" : "preparing");
}

function isWaiting(chargingState: string | undefined): boolean {
  return chargingState === undefined || chargingState === "Idle" || chargingState === "EVConnected";
}
