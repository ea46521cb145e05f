import { z } from "zod";

import { forRequests } from "../../simulation/misbehaviours.ts";

/** How answers go wrong, for the next `requests` requests. */
export const misbehaviour = z
  .discriminatedUnion("kind", [
    /** The right answer, as it is when it is sent, too late. */
    z.strictObject({ kind: z.literal("late"), delayMs: z.int().min(1).max(60_000) }),
    /** As many bytes as the answer has, all wrong. */
    z.strictObject({ kind: z.literal("garbage") }),
    /** Other bytes in the place of the answer. */
    z.strictObject({
      kind: z.literal("bytes"),
      hex: z
        .string()
        .regex(/^([0-9a-f]{2})+$/i)
        .max(2_000),
    }),
    /** The right answer under another meter's address. */
    z.strictObject({ kind: z.literal("wrong-meter") }),
    /** The right answer under another identifier. */
    z.strictObject({ kind: z.literal("wrong-item") }),
    z.strictObject({ kind: z.literal("broken-check") }),
    z.strictObject({ kind: z.literal("refused"), errorWord: z.int().min(0).max(255).default(2) }),
    /** The data field is filled with FF. */
    z.strictObject({ kind: z.literal("not-available") }),
    /** The item comes in pieces, one frame each, the rest to be asked for. */
    z.strictObject({ kind: z.literal("more-frames") }),
    /** The answer trickles in, byte by byte. */
    z.strictObject({ kind: z.literal("in-pieces") }),
    z.strictObject({ kind: z.literal("half-frame") }),
    /** The connection is reset in the middle of the request; on a serial line the same as silence. */
    z.strictObject({ kind: z.literal("reset") }),
    z.strictObject({ kind: z.literal("silence") }),
  ])
  .and(forRequests);
export type Misbehaviour = z.infer<typeof misbehaviour>;
