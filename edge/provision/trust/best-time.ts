import type { Clock } from "@outpost/kernel/clock.ts";

/** What certificates are judged by. */
export interface TimeView {
  /** The time, as well as it is known. */
  readonly bestMs: number;
  /** It is not earlier than this, whatever the clock says. */
  readonly floorMs: number;
  /** A time source of this boot agrees with the clock. */
  readonly isConfirmed: boolean;
}

/** The part of the gateway's clock that knows how far to trust it. */
export interface FlooredClock extends Pick<Clock, "now"> {
  status(): { readonly floorMs: number; readonly certainFloorMs: number };
}

/** A clock that says 1970 is not believed; the floor is the best that is known then. */
export function viewTime(clock: FlooredClock): TimeView {
  const { wallMs, confidence } = clock.now();
  const { floorMs, certainFloorMs } = clock.status();
  return {
    bestMs: confidence === "doubtful" ? floorMs : Math.max(wallMs, certainFloorMs),
    floorMs: certainFloorMs,
    isConfirmed: confidence === "confirmed",
  };
}
