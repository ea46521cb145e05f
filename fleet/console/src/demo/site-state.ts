import { z } from "zod";

import type { DemoSimulator } from "../../../api/schemas.ts";
import type { Indication } from "../kinds/call-point.ts";
import { INDICATIONS } from "../kinds/call-point.ts";
import type { Compartment } from "../kinds/locker.ts";

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

/** A simulated locker wall. */
const wall = z.object({
  doors: z
    .array(z.object({ lock: z.int(), isOpen: z.boolean(), isJammed: z.boolean(), isOccupied: z.boolean() }))
    .min(1)
    .max(100),
});

/** A simulated sign: the lines that a passenger reads. */
const panel = z.object({
  lines: z.array(z.string().max(500)).max(50),
  priority: z.string(),
  isAway: z.boolean(),
});

/** A simulated Zigbee button, the only one behind its broker. */
const button = z.object({
  buttons: z
    .array(
      z.object({
        battery: z.number(),
        isSilent: z.boolean(),
        sees: z.object({ led: z.enum(INDICATIONS) }),
      }),
    )
    .min(1),
});

/** A simulated alarm panel with a pendant. */
const pendant = z.object({
  panels: z
    .array(
      z.object({
        isSilent: z.boolean(),
        counts: z.object({ acknowledged: z.int() }),
        waiting: z.array(z.unknown()),
      }),
    )
    .min(1),
});

/** A simulated device as it really stands. `other`: running, but this page has no picture of it. */
export type SiteState =
  | { readonly kind: "station"; readonly station: StationState }
  | { readonly kind: "locker"; readonly compartments: readonly Compartment[] }
  | {
      readonly kind: "sign";
      readonly lines: readonly string[];
      readonly isEmergency: boolean;
      readonly isAway: boolean;
    }
  | { readonly kind: "button"; readonly led: Indication; readonly battery: number; readonly isSilent: boolean }
  | {
      readonly kind: "pendant";
      /** Messages that the gateway has acknowledged, and those that it has not yet. */
      readonly takenCount: number;
      readonly waitingCount: number;
      readonly isSilent: boolean;
    }
  | { readonly kind: "other" };

/** Reads what a simulator says of itself. @returns undefined where it says nothing. */
export function siteStateOf({ kind, state }: DemoSimulator): SiteState | undefined {
  if (state === null) return undefined;
  const read = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  return read?.(state) ?? { kind: "other" };
}

type Reader = (state: unknown) => SiteState | undefined;

/** By kind of simulator. A state of another shape gives no picture. */
const READERS: Readonly<Record<string, Reader>> = {
  "pump-station": (state) => {
    const { data } = station.safeParse(state);
    return data === undefined ? undefined : { kind: "station", station: data };
  },
  locker: (state) => {
    const { data } = wall.safeParse(state);
    if (data === undefined) return undefined;
    return {
      kind: "locker",
      compartments: data.doors.map(({ lock, isOpen, isJammed, isOccupied }) => ({
        number: lock,
        state: isOpen ? "open" : isJammed ? "failed" : "closed",
        occupied: isOccupied ? "on" : "off",
        canOpen: true,
      })),
    };
  },
  button: (state) => {
    const [one] = button.safeParse(state).data?.buttons ?? [];
    if (one === undefined) return undefined;
    return { kind: "button", led: one.sees.led, battery: one.battery, isSilent: one.isSilent };
  },
  pendant: (state) => {
    const [one] = pendant.safeParse(state).data?.panels ?? [];
    if (one === undefined) return undefined;
    const { counts, waiting, isSilent } = one;
    return { kind: "pendant", takenCount: counts.acknowledged, waitingCount: waiting.length, isSilent };
  },
  sign: (state) => {
    const { data } = panel.safeParse(state);
    if (data === undefined) return undefined;
    return { kind: "sign", lines: data.lines, isEmergency: data.priority === "emergency", isAway: data.isAway };
  },
};
