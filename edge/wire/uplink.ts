import { z } from "zod";

import { clockConfidence, hex128, name, stream, text, wallTimeMs } from "./identifiers.ts";
import { alarmRecord } from "./records.ts";
import { reportedSite } from "./site-exchange.ts";

/** Opens a session: sent on every connection and again when the fleet stops answering. Answered by `welcome`. */
export const hello = z.object({
  v: z.literal(1),
  /** Random; the fleet's answer and every command of this session carry it. */
  session: hex128,
  bootId: z.string().min(1).max(64),
  agentVersion: z.string().min(1).max(64),
  wallMs: wallTimeMs,
  clockConfidence,
  /** The epochs the journal still holds records of, the current one last. */
  epochs: z
    .array(z.object({ epoch: hex128, nextSequences: z.partialRecord(stream, z.int().min(1)) }))
    .min(1)
    .max(64),
});
export type Hello = z.infer<typeof hello>;

/** An alarm's newest step, sent at once and before its commit; the fleet keeps the highest version per occurrence. */
export const notice = z.object({ v: z.literal(1), alarm: alarmRecord });
export type Notice = z.infer<typeof notice>;

/** The broker's last will says `offline` for a gateway that vanished. */
export const presence = z.object({ v: z.literal(1), session: hex128, state: z.enum(["online", "offline"]) });
export type Presence = z.infer<typeof presence>;

/** Something a device can be asked to do by an order of kind `call`. */
export const reportedMethod = z.object({
  id: z.string().min(1).max(64),
  name: text,
  parameters: z
    .array(
      z.object({
        id: z.string().min(1).max(64),
        name: text,
        type: z.enum(["text", "number", "boolean"]),
        isOptional: z.boolean().optional(),
      }),
    )
    .max(16),
});

/** What really runs, sent after `welcome`, on change and every minute. */
export const reported = z.object({
  v: z.literal(1),
  agentVersion: z.string().max(64),
  startedAtMs: wallTimeMs,
  site: z.object({ id: name, name: text, timeZone: z.string().max(64) }),
  clock: z.object({ wallMs: wallTimeMs, confidence: clockConfidence }),
  devices: z
    .array(
      z.object({
        id: name,
        adapter: z.string().max(32),
        name: text,
        profile: z.string().max(64).optional(),
        state: z.enum(["starting", "online", "offline", "fault"]),
        reason: z.string().max(500),
        points: z
          .array(
            z.object({
              id: z.string().max(128),
              name: text,
              unit: z.string().max(16),
              writable: z.object({ min: z.number(), max: z.number(), isHazardous: z.boolean() }).optional(),
            }),
          )
          .max(2_000),
        methods: z.array(reportedMethod).max(64).optional(),
      }),
    )
    .max(1_000),
  journal: z.object({
    waiting: z.partialRecord(stream, z.int().min(0)),
    bytesUsed: z.number().min(0),
    bytesAllowed: z.number().min(0),
    ladder: z.enum(["normal", "no-evidence", "thin-measurements", "no-measurements", "no-occurrences"]),
  }),
  /** Rules that are shelved, or shall be from `fromMs` on, and those taken out of service at the site. */
  suppressed: z
    .array(
      z.object({
        ruleId: z.string().min(1).max(128),
        kind: z.enum(["shelved", "planned", "out-of-service"]),
        by: z.string().max(500),
        reason: z.string().max(500),
        fromMs: wallTimeMs.optional(),
        untilMs: wallTimeMs.optional(),
      }),
    )
    .max(1_000)
    .optional(),
  memoryRssBytes: z.number().min(0),
  loopDelayP999Ms: z.number().min(0),
  /** Absent where the gateway is older than desired state: it is sent none. */
  document: reportedSite.optional(),
});
export type Reported = z.infer<typeof reported>;

/** First line of a batch; the records follow, one a line. See batch.ts. */
export const batchHeader = z.object({
  v: z.literal(1),
  session: hex128,
  epoch: hex128,
  stream,
  /** True for what was recorded before this session: old values never overwrite live ones. */
  isReplay: z.boolean(),
  count: z.int().min(1).max(2_000),
});
export type BatchHeader = z.infer<typeof batchHeader>;
