import type { z } from "zod";

import type { LiveEventName, LiveEvents } from "../../../api/schemas.ts";
import { liveEvents } from "../../../api/schemas.ts";

/** One event of `/api/live`, understood. */
export type LiveMessage = {
  [Name in LiveEventName]: { readonly name: Name; readonly value: LiveEvents[Name] };
}[LiveEventName];

export const LIVE_EVENT_NAMES = [
  "gateway",
  "device",
  "points",
  "alarm",
  "command",
  "resync",
] as const satisfies readonly LiveEventName[];

/**
 * Reads one server-sent event.
 *
 * @param data  what came after `data:`.
 * @returns undefined where it is not of the shape this page knows.
 */
export function parseLiveMessage(name: LiveEventName, data: unknown): LiveMessage | undefined {
  const value = parseJson(data);
  switch (name) {
    case "gateway":
      return check(name, liveEvents[name], value);
    case "device":
      return check(name, liveEvents[name], value);
    case "points":
      return check(name, liveEvents[name], value);
    case "alarm":
      return check(name, liveEvents[name], value);
    case "command":
      return check(name, liveEvents[name], value);
    case "resync":
      return check(name, liveEvents[name], value);
  }
}

function check<Name extends LiveEventName>(
  name: Name,
  schema: z.ZodType<LiveEvents[Name]>,
  value: unknown,
): { readonly name: Name; readonly value: LiveEvents[Name] } | undefined {
  const result = schema.safeParse(value);
  return result.success ? { name, value: result.data } : undefined;
}

function parseJson(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}
