import { z } from "zod";

import { hex128, intervals, name, sequence, stream, wallTimeMs } from "./identifiers.ts";

/** Answers `hello`: what the fleet already holds of the epochs the gateway named. */
export const welcome = z.object({
  v: z.literal(1),
  session: hex128,
  serverMs: wallTimeMs,
  held: z.array(z.object({ epoch: hex128, stream, intervals })).max(320),
});
export type Welcome = z.infer<typeof welcome>;

/** These sequence numbers are committed at the fleet: the gateway may forget them. */
export const received = z.object({
  v: z.literal(1),
  epoch: hex128,
  stream,
  intervals,
  /**
   * Held already, but with another recorded time: the gateway's journal was restored from an old image and used the
   * numbers twice. It writes these records anew in a new epoch.
   */
  conflicts: z.array(sequence).max(2_000),
});
export type Received = z.infer<typeof received>;

/** The fleet is overloaded: send no batch for this long. */
export const busy = z.object({ v: z.literal(1), retryAfterMs: z.int().min(0).max(600_000) });
export type Busy = z.infer<typeof busy>;

const order = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("write"), deviceId: name, pointId: z.string().max(128), value: z.number() }),
  z.object({ kind: z.literal("select"), deviceId: name, pointId: z.string().max(128), value: z.number() }),
  z.object({ kind: z.literal("operate"), deviceId: name, selectionId: hex128 }),
  z.object({ kind: z.literal("cancel"), deviceId: name, selectionId: hex128 }),
  /** Calls one of the device's methods; which it has, and what they take, stands in `reported`. */
  z.object({
    kind: z.literal("call"),
    deviceId: name,
    methodId: z.string().min(1).max(64),
    arguments: z
      .record(z.string().min(1).max(64), z.union([z.string().max(2_000), z.number(), z.boolean()]))
      .refine((given) => Object.keys(given).length <= 16, "at most 16 arguments"),
  }),
  z.object({
    kind: z.literal("acknowledge"),
    occurrenceId: hex128,
    expectedVersion: z.int().min(1),
    note: z.string().max(500).optional(),
  }),
  z.object({
    kind: z.literal("shelve"),
    occurrenceId: hex128,
    expectedVersion: z.int().min(1),
    /** Never without end. */
    forMs: z
      .int()
      .min(1_000)
      .max(30 * 86_400_000),
    reason: z.string().min(1).max(500),
  }),
  z.object({ kind: z.literal("unshelve"), occurrenceId: hex128, expectedVersion: z.int().min(1) }),
  /** Shelves a rule for planned work, whether or not its alarm stands; never without end. Takes the place of a plan. */
  z.object({
    kind: z.literal("shelve-rule"),
    ruleId: z.string().min(1).max(128),
    startInMs: z
      .int()
      .min(0)
      .max(30 * 86_400_000),
    forMs: z
      .int()
      .min(1_000)
      .max(30 * 86_400_000),
    reason: z.string().min(1).max(500),
  }),
  /** Ends a rule's shelf, and the plan of one. */
  z.object({ kind: z.literal("unshelve-rule"), ruleId: z.string().min(1).max(128) }),
]);

/** One order from the desk. Valid only inside `session` and for `ttlMs` from its arrival, on the monotonic clock. */
export const command = z.object({
  v: z.literal(1),
  id: hex128,
  session: hex128,
  actor: z.string().min(1).max(120),
  ttlMs: z.int().min(100).max(300_000),
  order,
});
export type Command = z.infer<typeof command>;
export type Order = Command["order"];
