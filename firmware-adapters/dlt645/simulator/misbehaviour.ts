import { z } from "zod";

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
  .and(z.object({ requests: z.int().min(1).max(100_000).default(1) }));
export type Misbehaviour = z.infer<typeof misbehaviour>;

const MAX_PLANNED = 100;

/** The misbehaviours to come, first planned, first done. */
export class Misbehaviours {
  #planned: Misbehaviour[] = [];

  /** How many requests will still be treated badly. */
  get left(): number {
    return this.#planned.reduce((sum, { requests }) => sum + requests, 0);
  }

  /** @returns whether there was room for one more. */
  plan(next: Misbehaviour): boolean {
    if (this.#planned.length >= MAX_PLANNED) return false;
    this.#planned.push(next);
    return true;
  }

  /** Behaves from now on. */
  clear(): void {
    this.#planned = [];
  }

  /** What to do to the request that has just come, if anything. */
  take(): Misbehaviour | undefined {
    const [first, ...others] = this.#planned;
    if (first === undefined) return undefined;
    this.#planned = first.requests > 1 ? [{ ...first, requests: first.requests - 1 }, ...others] : others;
    return first;
  }
}
