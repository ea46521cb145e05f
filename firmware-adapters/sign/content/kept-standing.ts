import type { Instant } from "@outpost/kernel/clock.ts";
import { z } from "zod";

import { printable } from "../settings.ts";
import type { Content } from "./content.ts";
import { numberOfMessage, type Fixed, type Standing } from "./standing.ts";

/** The row of the device's memory in which what stands survives a restart. */
export const STANDING_ROW = "standing";

const id = z.string().min(1).max(64);
const keptContent = z.strictObject({
  id,
  text: z.strictObject({ zh: printable.max(500), en: printable.max(500) }),
  lines: z.array(printable.max(500)).max(50),
  expiresAtMs: z.number().nullable(),
  /** How long it still had to stand when this was written. */
  leftMs: z.number().min(0),
});
const keptStanding = z.strictObject({
  version: z.literal(1),
  writtenAtMs: z.number(),
  writtenMonotonicMs: z.number(),
  isTimeTrusted: z.boolean(),
  /** By id, so that a message which the settings no longer have is not taken for another. */
  canned: id.nullable(),
  emergency: keptContent.nullable(),
  normal: keptContent.nullable(),
});
type KeptContent = z.infer<typeof keptContent>;

/** Writes down what stands. */
export function keepStanding(standing: Standing, fixed: Fixed, now: Instant): string {
  const kept = (content: Content | undefined): KeptContent | null =>
    content?.endsAtMs === undefined
      ? null
      : {
          id: content.id,
          text: { zh: content.text.zh, en: content.text.en },
          lines: [...content.lines],
          expiresAtMs: content.expiresAtMs ?? null,
          leftMs: Math.max(0, content.endsAtMs - now.monotonicMs),
        };
  const row: z.infer<typeof keptStanding> = {
    version: 1,
    writtenAtMs: now.wallMs,
    writtenMonotonicMs: now.monotonicMs,
    isTimeTrusted: now.confidence !== "doubtful",
    canned: fixed.messages[standing.canned - 1]?.id ?? null,
    emergency: kept(standing.emergency),
    normal: kept(standing.normal),
  };
  return JSON.stringify(row);
}

/** @returns undefined where the row is not one of ours. */
export function restoreStanding(row: string, fixed: Fixed, now: Instant): Standing | undefined {
  const kept = parse(row);
  if (kept === undefined) return undefined;
  const passedMs = passed(kept, now);
  const restored = (content: KeptContent | null, priority: Content["priority"]): Content | undefined =>
    content === null
      ? undefined
      : {
          id: content.id,
          text: content.text,
          lines: content.lines,
          priority,
          endsAtMs: now.monotonicMs + Math.max(0, content.leftMs - passedMs),
          expiresAtMs: content.expiresAtMs ?? undefined,
        };
  return {
    canned: numberOfMessage(kept.canned ?? undefined, fixed),
    emergency: restored(kept.emergency, "emergency"),
    normal: restored(kept.normal, "normal"),
  };
}

/**
 * How much time has gone by since the row was written: by the wall clock where it can be trusted then and now, else by
 * the monotonic clock, which says too little after a reboot. Then a text stands rather too long than too short.
 */
function passed(kept: z.infer<typeof keptStanding>, now: Instant): number {
  const byWallMs = now.wallMs - kept.writtenAtMs;
  if (kept.isTimeTrusted && now.confidence !== "doubtful" && byWallMs >= 0) return byWallMs;
  return Math.max(0, now.monotonicMs - kept.writtenMonotonicMs);
}

function parse(row: string): z.infer<typeof keptStanding> | undefined {
  try {
    return keptStanding.safeParse(JSON.parse(row)).data;
  } catch {
    // Not JSON: written by nobody we know.
    return undefined;
  }
}
