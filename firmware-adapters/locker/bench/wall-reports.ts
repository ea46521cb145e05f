import { z } from "zod";

/** What the bench has the wall do: shut a door by hand. */
export const benchOrder = z.strictObject({ kind: z.literal("close"), lock: z.int() });
export type BenchOrder = z.infer<typeof benchOrder>;

/** What the wall tells the bench. `atMs` is the machine's monotonic clock, the same on every thread. */
export type WallReport =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "pulse"; readonly atMs: number }
  | { readonly kind: "closed" };
