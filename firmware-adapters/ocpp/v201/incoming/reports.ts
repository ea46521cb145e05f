import { known, type Facts } from "../../protocol/facts.ts";
import type { StationHost } from "../../station/station-host.ts";
import { isoTime } from "../../station/transaction-events.ts";
import { variableName } from "../variable-name.ts";
import { notifyEvent, notifyReport, type ReportedVariable } from "./messages.ts";
import { tellStatus } from "./tell-status.ts";

/** So many variables go into one record. */
const VARIABLES_PER_RECORD = 50;
/** As long as a detail's name may be. */
const MAX_NAME = 64;

/** A part of a report that somebody asked for: its variables go into the record as they are, by their names. */
export function onReport(host: StationHost, payload: unknown): object {
  const { requestId, seqNo, reportData } = notifyReport.parse(payload);
  const facts = known({ requestId, seqNo });
  for (let from = 0; from === 0 || from < reportData.length; from += VARIABLES_PER_RECORD) {
    const part = reportData.slice(from, from + VARIABLES_PER_RECORD).flatMap(valuesOf);
    host.note("report", { ...facts, ...Object.fromEntries(part) });
  }
  return {};
}

/** What a station's monitors say. Of a connector's availability it may tell so instead of by a StatusNotification. */
export function onEvents(host: StationHost, payload: unknown): object {
  for (const event of notifyEvent.parse(payload).eventData) {
    const { component, variable, actualValue } = event;
    const isStatus = component.name === "Connector" && variable.name === "AvailabilityState";
    const evseId = component.evse?.id;
    if (isStatus && evseId !== undefined) {
      tellStatus(host, { evseId, connectorId: component.evse?.connectorId ?? 1, said: actualValue ?? "" });
      continue;
    }
    host.note("station-event", eventFacts(event));
  }
  return {};
}

function eventFacts(event: ReturnType<typeof notifyEvent.parse>["eventData"][number]): Facts {
  const { component, variable, actualValue, timestamp, trigger, techCode, techInfo, cleared, transactionId } = event;
  return known({
    variable: variableName(component, variable).slice(0, MAX_NAME),
    value: actualValue,
    at: timestamp === undefined ? undefined : isoTime(timestamp),
    trigger,
    techCode,
    techInfo,
    isCleared: cleared,
    transaction: transactionId,
    eventId: event.eventId,
  });
}

/** The actual value; a variable that says nothing but its limits is left out. */
function valuesOf({ component, variable, variableAttribute }: ReportedVariable): (readonly [string, string])[] {
  const actual = variableAttribute.find(({ type = "Actual" }) => type === "Actual");
  if (actual?.value === undefined) return [];
  return [[variableName(component, variable).slice(0, MAX_NAME), actual.value]];
}
