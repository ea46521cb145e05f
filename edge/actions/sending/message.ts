import { createHash } from "node:crypto";

import type { Text } from "@outpost/wire/identifiers.ts";
import { alarmRecord, type AlarmRecord } from "@outpost/wire/records.ts";
import { z } from "zod";

/** The journal's state rows of messages begin so; the reference follows. */
export const SEND_STATE_PREFIX = "send/";

const message = z.object({
  /** The message's own mark, in it and in every record of it; 8 hex digits. */
  reference: z.string().regex(/^[0-9A-F]{8}$/),
  actionId: z.string(),
  contactId: z.string().optional(),
  /** What it says of the alarm: that it calls, or that it no longer does. */
  says: z.enum(["calls", "ends"]),
  /** Sent because a chain asks somebody: not sent any more once somebody has answered. */
  isOfChain: z.boolean(),
  alarm: alarmRecord,
});
/** One message to one receiver, as it is written down. */
export type Message = z.infer<typeof message>;

const row = z.object({
  v: z.literal(1),
  message,
  phase: z.enum(["noting", "trying", "waiting", "sent", "given-up"]),
  attempts: z.int().min(0),
  uncertain: z.int().min(0),
});
export type MessageRow = z.infer<typeof row>;

export function encodeMessageRow(kept: Omit<MessageRow, "v">): string {
  return JSON.stringify({ v: 1, ...kept });
}

/** @returns undefined where the row is not one of ours. */
export function parseMessageRow(text: string): MessageRow | undefined {
  try {
    return row.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The mark of a message: the same for the same occurrence, action, receiver and reason, whenever and however often it is
 * made, so that what is repeated is seen to be the same.
 */
export function referenceOf(of: {
  readonly occurrenceId: string;
  readonly actionId: string;
  readonly contactId?: string | undefined;
  readonly reason: string;
}): string {
  const parts = [of.occurrenceId, of.actionId, of.contactId ?? "", of.reason];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 8).toUpperCase();
}

const PRIORITY: Readonly<Record<AlarmRecord["priority"], Text>> = {
  critical: { zh: "危急", en: "CRITICAL" },
  high: { zh: "高", en: "HIGH" },
  medium: { zh: "中", en: "MEDIUM" },
  low: { zh: "低", en: "LOW" },
};

/** The words of a short message. A doubtful clock says nothing of when. */
export function smsText(
  { alarm, reference, says }: Message,
  site: { readonly name: Text; readonly timeZone: string },
  language: "zh" | "en",
): string {
  const { priority, message: words, value, raisedAtMs, clockConfidence } = alarm;
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: site.timeZone }).format(raisedAtMs);
  const when = clockConfidence === "doubtful" ? "" : ` ${time}`;
  const shown = value === null ? "" : ` ${Number(value.toFixed(2))}`;
  if (language === "zh") {
    const state = says === "calls" ? "告警" : "告警解除";
    return `【前哨】${site.name.zh} ${PRIORITY[priority].zh}${state}：${words.zh}${shown}${when} 编号${reference}`;
  }
  const state = says === "calls" ? "alarm" : "alarm over";
  return `Outpost ${site.name.en} ${PRIORITY[priority].en} ${state}: ${words.en}${shown}${when} ref ${reference}`;
}
