import type { PanelEvent } from "./panel-event.ts";
import { readableText } from "./readable-text.ts";

const DATA = /^\s*([0-9ER])\s*([0-9A-F]{3})(?:\s*([0-9A-F]{2})\s*([0-9A-F]{3,4}))?(?![0-9A-Z])(.*)$/is;

/**
 * Reads `Q EEE GG CCC`: qualifier, event code, group, and zone or user. Blanks may be missing.
 *
 * @returns undefined where it is something else.
 * @see ANSI/SIA DC-05
 */
export function parseContactId(data: string): PanelEvent | undefined {
  const match = DATA.exec(data);
  if (match === null) return undefined;
  const [, q = "", code = "", group, zone = "", text = ""] = match;
  return {
    format: "contact-id",
    code: code.toUpperCase(),
    qualifier: qualifierOf(q),
    zone: /^\d+$/.test(zone) ? Number(zone) : undefined,
    partition: group,
    text: readableText(text),
    modifiers: {},
  };
}

function qualifierOf(q: string): PanelEvent["qualifier"] {
  if (q === "1" || q.toUpperCase() === "E") return "new";
  return q === "3" || q.toUpperCase() === "R" ? "restore" : "status";
}
