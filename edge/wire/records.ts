import { z } from "zod";

import { clockConfidence, hex128, name, text, wallTimeMs } from "./identifiers.ts";
import { VOID_REASONS, type Stream } from "./streams.ts";

const occurred = { occurredAtMs: wallTimeMs, clockConfidence };
/** One predicate, not a schema of schemas: occurrences come by the thousand, and this is most of checking one. */
const details = z.custom<Record<string, string | number | boolean>>(isDetails, "names to strings, numbers or booleans");
const shortText = z.string().max(500);

export const measurementRecord = z.object({
  kind: z.literal("measurement"),
  deviceId: name,
  pointId: z.string().min(1).max(128),
  unit: z.string().max(16),
  /** `null` exactly where the quality is bad. */
  value: z.number().nullable(),
  /** Why there is no value; absent where the quality is good. */
  badReason: z.string().max(64).optional(),
  ...occurred,
});

export const occurrenceRecord = z.object({
  kind: z.literal("occurrence"),
  deviceId: name,
  name: z.string().min(1).max(128),
  details,
  ...occurred,
});

export const statusRecord = z.object({
  kind: z.literal("status"),
  deviceId: name,
  state: z.enum(["online", "offline", "fault"]),
  reason: shortText,
  ...occurred,
});

/** ISA-18.2 states of one occurrence of an alarm. */
export const alarmState = z.enum(["active-unacknowledged", "active-acknowledged", "cleared-unacknowledged", "normal"]);
export type AlarmState = z.infer<typeof alarmState>;
export const alarmPriority = z.enum(["critical", "high", "medium", "low"]);
export type AlarmPriority = z.infer<typeof alarmPriority>;

/** Apart from the life cycle: why an alarm is not shown or not sounded. */
export const suppression = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("shelved"), by: shortText, reason: shortText, untilMs: wallTimeMs }),
  z.object({ kind: z.literal("suppressed-by-design"), by: shortText }),
  z.object({ kind: z.literal("out-of-service"), by: shortText, reason: shortText }),
]);
export type Suppression = z.infer<typeof suppression>;

/** One step in an alarm's life. `version` counts the steps of an occurrence from 1; the highest is how it stands. */
export const alarmRecord = z.object({
  kind: z.literal("alarm"),
  occurrenceId: hex128,
  version: z.int().min(1),
  ruleId: z.string().min(1).max(128),
  /** Absent for alarms about the gateway itself. */
  deviceId: name.optional(),
  pointId: z.string().max(128).optional(),
  priority: alarmPriority,
  state: alarmState,
  suppression,
  change: z.enum(["raised", "re-raised", "acknowledged", "cleared", "shelved", "unshelved", "suppressed", "returned"]),
  message: text,
  /** The value that raised or cleared it. */
  value: z.number().nullable(),
  /** Who acknowledged or shelved. */
  actor: shortText.optional(),
  note: shortText.optional(),
  /** Alarms of one cause: a group of the site file. */
  group: name.optional(),
  /** It came before every other of its group that stood. */
  isFirstOut: z.boolean().optional(),
  /** More alarms of this device or group came than a person can answer: shown together, never where it is critical. */
  flood: z.string().max(128).optional(),
  /** Raised by a self-test: nobody is in danger. */
  isTest: z.boolean().optional(),
  raisedAtMs: wallTimeMs,
  ...occurred,
});
export type AlarmRecord = z.infer<typeof alarmRecord>;

/**
 * Who was told of an occurrence, and who must answer next. Beside the alarm's life: it never changes a version, so that an
 * escalation does not make an acknowledgement stale.
 */
export const notificationRecord = z.object({
  kind: z.literal("notification"),
  occurrenceId: hex128,
  /** The alarm's version when it was told. */
  version: z.int().min(1),
  ruleId: z.string().min(1).max(128),
  /**
   * `asked`: a step of the chain began, `who` must answer until `answerByMs`. `sent`, `not-sent`: what became of one
   * message. `ended`: somebody answered, or there is nothing to answer any more. `unanswered`: the chain is at its end.
   */
  change: z.enum(["asked", "sent", "not-sent", "ended", "unanswered"]),
  /** Step of the chain, and which time round, from 1. */
  step: z.int().min(1).optional(),
  round: z.int().min(1).optional(),
  /** Names, never numbers: a number stays at the site. */
  who: z.array(text).max(16).optional(),
  answerByMs: wallTimeMs.optional(),
  /** The action that sends, its own mark on the message, and how often it was tried under that mark. */
  actionId: name.optional(),
  reference: z.string().max(64).optional(),
  attempts: z.int().min(1).optional(),
  note: shortText.optional(),
  ...occurred,
});
export type NotificationRecord = z.infer<typeof notificationRecord>;

/** How a command ended, written once per command id. */
export const resultRecord = z.object({
  kind: z.literal("result"),
  commandId: hex128,
  actor: shortText,
  outcome: z.enum(["done", "selected", "cancelled", "refused", "unconfirmed", "stale", "expired"]),
  detail: shortText,
  selectionId: hex128.optional(),
  before: z.number().nullable().optional(),
  after: z.number().nullable().optional(),
  ...occurred,
});

/** Stands for sequence numbers that will never come: thinned out or dropped, with the reason and how many there were. */
export const voidRecord = z.object({
  kind: z.literal("void"),
  throughSequence: z.int().min(1),
  count: z.int().min(1),
  reason: z.enum(VOID_REASONS),
});

export const wireRecord = z.discriminatedUnion("kind", [
  measurementRecord,
  occurrenceRecord,
  statusRecord,
  alarmRecord,
  notificationRecord,
  resultRecord,
  voidRecord,
]);
/** What a journal row says, as it goes up the wire. */
export type WireRecord = z.infer<typeof wireRecord>;

/** The stream a record belongs to; a void record stands in whatever stream it thins. */
export function streamOf(record: Exclude<WireRecord, { kind: "void" }>): Stream {
  switch (record.kind) {
    case "measurement":
      return "measurement";
    case "occurrence":
    case "status":
      return "occurrence";
    case "alarm":
    case "notification":
      return "alarm";
    case "result":
      return "result";
  }
}

function isDetails(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([key, one]: [string, unknown]) => {
    if (key.length > 64) return false;
    if (typeof one === "string") return one.length <= 8_192;
    return typeof one === "number" || typeof one === "boolean";
  });
}
