import { z } from "zod";

/** The journal's streams, most important first. The order is the order of sending. */
export const STREAMS = ["alarm", "result", "occurrence", "measurement", "evidence"] as const;
export const stream = z.enum(STREAMS);
export type Stream = z.infer<typeof stream>;

/** What a power cut may cost. `each`: synced to disk before it is reported durable. `grouped`: at most the last second. */
export const DURABILITY: Readonly<Record<Stream, "each" | "grouped">> = {
  alarm: "each",
  result: "each",
  occurrence: "each",
  measurement: "grouped",
  evidence: "grouped",
};
