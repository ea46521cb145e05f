import { z } from "zod";

import type { DemoSimulator, DemoSite } from "../../api/schemas.ts";
import type { Courier } from "./courier.ts";
import { plateOf } from "./doors.ts";

const wall = z.object({
  doors: z.array(
    z.object({
      lock: z.int(),
      isOpen: z.boolean(),
      isJammed: z.boolean(),
      isOccupied: z.boolean(),
      pulses: z.int(),
    }),
  ),
});

/** A code for the first parcel that lies behind a shut door: what its receiver would have been sent. */
export function pickUpCode(
  simulators: readonly DemoSimulator[],
  courier: Courier,
  nowMs: number,
): DemoSite["pickUpCode"] {
  for (const { id, kind, state } of simulators) {
    if (kind !== "locker") continue;
    const doors = wall.safeParse(state).data?.doors ?? [];
    const door = doors.find((one) => one.isOccupied && !one.isOpen && !one.isJammed);
    if (door === undefined) continue;
    // Every pulse may have been for a code that is used up now.
    const code = courier.codeFor(plateOf(door.lock), door.pulses, nowMs);
    return { deviceId: id, door: door.lock, code };
  }
  return null;
}
