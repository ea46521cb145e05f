import type { CodeMeaning } from "../points/points.ts";
import { parseContactId } from "./contact-id-data.ts";
import { CONTACT_ID_CODES } from "./contact-id.ts";
import type { PanelEvent } from "./panel-event.ts";
import { SIA_CODES } from "./sia-codes.ts";
import { parseSiaData } from "./sia-data.ts";

/**
 * Reads the data of an event message, its account taken off.
 *
 * @param id  "ADM-CID" or "SIA-DCS"; of others nothing is understood.
 * @returns undefined where it cannot be understood; empty where nothing was reported.
 */
export function parseEvents(id: string, data: string): readonly PanelEvent[] | undefined {
  if (id !== "ADM-CID" && id !== "SIA-DCS") return undefined;
  if (data.trim() === "") return [];
  if (id === "SIA-DCS") return parseSiaData(data);
  const event = parseContactId(data);
  return event && [event];
}

/** What the event's code stands for; undefined where the tables do not know it. */
export function meaningOf({ format, code, qualifier }: PanelEvent): CodeMeaning | undefined {
  if (format === "sia") return SIA_CODES.get(code);
  const meaning = CONTACT_ID_CODES.get(code);
  if (meaning === undefined) return undefined;
  const { name, raises, clears } = meaning;
  if (qualifier === "restore") return { name: `${name}-restored`, ...(clears === undefined ? {} : { clears }) };
  return { name, ...(raises === undefined ? {} : { raises }) };
}
