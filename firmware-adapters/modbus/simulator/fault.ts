import { z } from "zod";

const pump = z.union([z.literal(1), z.literal(2)]);
const isActive = z.boolean().default(true);

/** What breaks at the station, or is put right again with `isActive: false`. */
export const stationFault = z.discriminatedUnion("kind", [
  /** The motor protection trips once; it stays so until somebody resets it. */
  z.strictObject({ kind: z.literal("pump-trip"), pump }),
  /** Taken out for repair. */
  z.strictObject({ kind: z.literal("pump-isolated"), pump, isActive }),
  /** The level reads as "not available"; the float keeps the station going. */
  z.strictObject({ kind: z.literal("level-sensor"), isActive }),
  z.strictObject({ kind: z.literal("mains"), isActive }),
  /** The selector at the panel stands on local: remote commands do nothing. */
  z.strictObject({ kind: z.literal("local"), isActive }),
  z.strictObject({ kind: z.literal("door-open"), isActive }),
]);
export type StationFault = z.infer<typeof stationFault>;
