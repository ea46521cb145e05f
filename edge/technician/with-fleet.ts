import type { Stream } from "@outpost/wire/streams.ts";

import type { Snapshot } from "./snapshot.ts";

/**
 * Whether the fleet has said that it holds every record of a stream. What waits in memory because the disk takes nothing
 * is not counted as waiting, and is at no fleet either.
 */
export function isAllWithFleet({ uplink, journal }: Pick<Snapshot, "uplink" | "journal">, stream: Stream): boolean {
  return (
    uplink?.phase === "live" &&
    journal !== undefined &&
    journal.writeFault === undefined &&
    journal.waiting[stream] === 0
  );
}
