/** The journal's streams, most important first. The order is the order of sending. */
export const STREAMS = ["alarm", "result", "occurrence", "measurement", "evidence"] as const;
export type Stream = (typeof STREAMS)[number];

/** What a power cut may cost. `each`: synced to disk before it is reported durable. `grouped`: at most the last second. */
export const DURABILITY: Readonly<Record<Stream, "each" | "grouped">> = {
  alarm: "each",
  result: "each",
  occurrence: "each",
  measurement: "grouped",
  evidence: "grouped",
};

/** Why sequence numbers of a stream will never come. */
export const VOID_REASONS = ["thinned", "dropped-disk-full", "expired", "unreadable"] as const;
export type VoidReason = (typeof VOID_REASONS)[number];
