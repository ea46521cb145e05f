import { z } from "zod";

import { STREAMS } from "./streams.ts";

/** Names people give: gateways, devices, links, rules, actions. Safe in topics, file names and addresses of pages. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "lower-case letters, digits, '.', '_' or '-', at most 63");

/** Random 128-bit ids as 32 hex digits: epochs, occurrences, sessions, commands. */
export const hex128 = z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits");

/** Unix time in milliseconds; 1970 is allowed because gateways without a battery start there. */
export const wallTimeMs = z.number().min(0).max(8_640_000_000_000_000);

export const stream = z.enum(STREAMS);

export const clockConfidence = z.enum(["confirmed", "plausible", "doubtful"]);

/** A sequence number inside one stream of one epoch: 1, 2, 3 … */
export const sequence = z.int().min(1);

/** Closed intervals of sequence numbers, ascending, not touching. */
export const intervals = z.array(z.tuple([sequence, sequence])).max(10_000);
export type Intervals = readonly (readonly [number, number])[];

/** A sentence for people in both languages. */
export const text = z.object({ zh: z.string().min(1).max(500), en: z.string().min(1).max(500) });
export type Text = z.infer<typeof text>;
