import { z } from "zod";

import type { DemoSimulator } from "../../../api/schemas.ts";

/** What a simulated pump station says of itself, as far as its picture needs it. */
const station = z.object({
  levelM: z.number(),
  inflowLps: z.number(),
  stormLeftMs: z.number(),
  isOverflowing: z.boolean(),
  isDoorOpen: z.boolean(),
  siren: z.object({ isOn: z.boolean() }),
  pumps: z.array(z.object({ isRunning: z.boolean(), isTripped: z.boolean() })).max(8),
});
export type StationState = z.infer<typeof station>;

/** A simulated device as it really stands. `other`: running, but this page has no picture of it. */
export type SiteState = { readonly kind: "station"; readonly station: StationState } | { readonly kind: "other" };

/** Reads what a simulator says of itself. @returns undefined where it says nothing. */
export function siteStateOf({ state }: DemoSimulator): SiteState | undefined {
  if (state === null) return undefined;
  const asStation = station.safeParse(state);
  if (asStation.success) return { kind: "station", station: asStation.data };
  return { kind: "other" };
}
