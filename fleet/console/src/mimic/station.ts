import type { Contact, Points, Shown } from "../live/shown.ts";
import { contact, shown } from "../live/shown.ts";

export interface Pump {
  /** Point ids begin with it: "pump1". */
  readonly id: string;
  readonly number: number;
  readonly state: "running" | "stopped" | "fault" | "unavailable" | "unknown";
  readonly current: Shown;
  readonly power: Shown;
  readonly hours: Shown;
  readonly starts: Shown;
  readonly startsLastHour: Shown;
}

/** A level at which something happens, lowest first in `Station.marks`. */
export interface Mark {
  readonly kind: "stop" | "start" | "assist" | "high";
  readonly levelM: number;
}

/** A pump station as the mimic draws it, whatever profile it is read with. */
export interface Station {
  readonly level: Shown;
  readonly inflow: Shown;
  readonly outflow: Shown;
  readonly marks: readonly Mark[];
  readonly pumps: readonly Pump[];
  readonly siren: Contact;
  readonly float: Contact;
  readonly mainsFail: Contact;
  readonly overflow: Contact;
  readonly remoteMode: Contact;
  readonly doorOpen: Contact;
  readonly gatewayLost: Contact;
}

/** Two pumps and their pipes fill the drawing; further pumps are in the table of points. */
const MAX_PUMPS = 2;

/**
 * Reads a device's points as a pump station.
 *
 * @returns undefined where it is none: no level, or no pump that says whether it runs.
 */
export function stationOf(points: Points): Station | undefined {
  const pumps = pumpNumbers(points).map((number) => pumpOf(points, number));
  if (!points.has("level") || pumps.length === 0) return undefined;
  return {
    level: shown(points, "level"),
    inflow: shown(points, "inflow"),
    outflow: shown(points, "outflow"),
    marks: marksOf(points),
    pumps,
    siren: contact(points, "siren"),
    float: contact(points, "highLevelFloat"),
    mainsFail: contact(points, "mainsFail"),
    overflow: contact(points, "overflow"),
    remoteMode: contact(points, "remoteMode"),
    doorOpen: contact(points, "doorOpen"),
    gatewayLost: contact(points, "gatewayLost"),
  };
}

function pumpNumbers(points: Points): readonly number[] {
  return [...points.keys()]
    .map((id) => /^pump([1-9])\.running$/.exec(id)?.[1])
    .filter((digit) => digit !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b)
    .slice(0, MAX_PUMPS);
}

function pumpOf(points: Points, number: number): Pump {
  const id = `pump${number}`;
  return {
    id,
    number,
    state: pumpState(
      contact(points, `${id}.running`),
      contact(points, `${id}.fault`),
      contact(points, `${id}.available`),
    ),
    current: shown(points, `${id}.current`),
    power: shown(points, `${id}.power`),
    hours: shown(points, `${id}.hours`),
    starts: shown(points, `${id}.starts`),
    startsLastHour: shown(points, `${id}.startsLastHour`),
  };
}

/** A fault outranks everything; a pump that is known to run is running even where its other contacts are not known. */
function pumpState(running: Contact, fault: Contact, available: Contact): Pump["state"] {
  if (fault === "on") return "fault";
  if (running === "on") return "running";
  if (running !== "off") return "unknown";
  return available === "off" ? "unavailable" : "stopped";
}

const MARK_POINTS = { stop: "stopLevel", start: "startLevel", assist: "assistLevel", high: "highLevel" } as const;

function marksOf(points: Points): readonly Mark[] {
  const kinds = ["stop", "start", "assist", "high"] as const;
  return kinds
    .flatMap((kind) => {
      const value = shown(points, MARK_POINTS[kind]);
      return value.kind === "good" ? [{ kind, levelM: value.value }] : [];
    })
    .toSorted((a, b) => a.levelM - b.levelM);
}
