import { z } from "zod";

import type { DemoSimulator } from "../../../api/schemas.ts";
import type { Indication } from "../kinds/call-point.ts";
import { INDICATIONS } from "../kinds/call-point.ts";
import { SUPPLY_PHASES, type Share } from "../kinds/load-sharing.ts";
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

const perPhase = z.object({ L1: z.number(), L2: z.number(), L3: z.number() });

/** Simulated charge points on one fuse. */
const chargers = z.object({
  supply: z.object({
    limitA: z.number(),
    highestA: perPhase,
    wiring: z.record(z.string(), z.array(z.enum(SUPPLY_PHASES)).max(3)),
  }),
  stations: z
    .array(
      z.object({
        identity: z.string().max(48),
        isAccepted: z.boolean(),
        queueLength: z.int(),
        lastSwipe: z.string().nullable(),
        connectors: z
          .array(z.object({ connector: z.int(), limitA: z.number(), drawsA: z.array(z.number()).max(3) }))
          .max(32),
      }),
    )
    .max(32),
});

/** Charge points that share a fuse, as an electrician beside it sees them. */
export interface ChargersState {
  readonly limitA: number;
  /** The highest current of any phase since the simulator started. */
  readonly highestA: number;
  /** Each connector with the limit that is in force at its station now. */
  readonly connectors: readonly (Omit<Share, "name"> & { readonly identity: string; readonly number: number })[];
  /** Messages of transactions that wait in the stations for the gateway. */
  readonly waitingCount: number;
  readonly wasCardRefused: boolean;
}

/** A simulated fire panel. */
const firePanel = z.object({ panels: z.array(z.object({ fires: z.array(z.int()) })).min(1) });

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
  | { readonly kind: "chargers"; readonly chargers: ChargersState }
  | { readonly kind: "fire-panel"; readonly isBurning: boolean }
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
  chargers: (state) => {
    const { data } = chargers.safeParse(state);
    return data === undefined ? undefined : { kind: "chargers", chargers: chargersState(data) };
  },
  "fire-panel": (state) => {
    const [one] = firePanel.safeParse(state).data?.panels ?? [];
    return one === undefined ? undefined : { kind: "fire-panel", isBurning: one.fires.length > 0 };
  },
  sign: (state) => {
    const { data } = panel.safeParse(state);
    if (data === undefined) return undefined;
    return { kind: "sign", lines: data.lines, isEmergency: data.priority === "emergency", isAway: data.isAway };
  },
};

function chargersState({ supply, stations }: z.infer<typeof chargers>): ChargersState {
  const connectors = stations.flatMap(({ identity, isAccepted, connectors: own }) =>
    own.map(({ connector, limitA, drawsA }) => ({
      id: `${identity}/${connector}`,
      identity,
      number: connector,
      grantA: limitA,
      drawsA,
      wiring: supply.wiring[identity] ?? [],
      isAway: !isAccepted,
    })),
  );
  return {
    limitA: supply.limitA,
    highestA: Math.max(supply.highestA.L1, supply.highestA.L2, supply.highestA.L3),
    connectors,
    waitingCount: stations.reduce((sum, { queueLength }) => sum + queueLength, 0),
    wasCardRefused: stations.some(({ lastSwipe }) => lastSwipe === "refused"),
  };
}
