import { z } from "zod";

import { defineFamily } from "../family.ts";
import { codesSettings } from "./codes/settings.ts";

/**
 * What each maker's protocol can carry. `ways`: how many locks its boards have, the usual one first; `maxBoard`: the
 * highest address its frames can name.
 */
export const PROTOCOLS = {
  xor: { minBoard: 1, maxBoard: 99, ways: [24, 16, 32], hasOccupancy: false },
  "kerong-cu16": { minBoard: 0, maxBoard: 9, ways: [16, 12], hasOccupancy: true },
  "kerong-cu48": { minBoard: 0, maxBoard: 15, ways: [48, 24], hasOccupancy: true },
  wkly: { minBoard: 0, maxBoard: 255, ways: [24, 8, 12, 16, 32, 48], hasOccupancy: false },
} as const;
export type Protocol = keyof typeof PROTOCOLS;
export const PROTOCOL_NAMES = ["xor", "kerong-cu16", "kerong-cu48", "wkly"] as const satisfies readonly Protocol[];

const MAX_WAYS = 48;

/** One door of the cabinet. */
const compartment = z.strictObject({
  /** The lock's number on the board, from 1. Its points are `door<number>.…`. */
  number: z.int().min(1).max(MAX_WAYS),
  /** What people call it: on its plate, in codes and in orders. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,15}$/, "a small letter, then small letters, digits or '-', at most 16"),
  size: z.enum(["small", "medium", "large", "extra-large"]).optional(),
  /** An infrared sensor is wired to the board and tells whether something lies in it. */
  hasOccupancySensor: z.boolean().default(false),
  /** The board's feedback line is wired to a contact on the door; otherwise it is the lock's own bolt contact. */
  hasDoorSensor: z.boolean().default(false),
});
export type Compartment = z.infer<typeof compartment>;

const fields = z.strictObject({
  protocol: z.enum(PROTOCOL_NAMES),
  /** The board's address, as its switches say. */
  board: z.int().min(0).max(255),
  /** How many locks the board has, fitted or not. Where absent, what most boards of the protocol have. */
  ways: z.int().min(8).max(MAX_WAYS).optional(),
  cabinet: z.enum(["parcel", "meal", "retail", "recycling"]),
  compartments: z.array(compartment).min(1).max(MAX_WAYS),
  /**
   * What the feedback bit means on this board. It depends on the locks and how they are wired, and must be learnt at
   * commissioning: see the method `learn-polarity`.
   */
  feedback: z.enum(["closed-is-1", "open-is-1"]).default("closed-is-1"),
  /** How long the board powers a lock. Protocol `xor` only can be told, and in whole seconds up to 9. */
  pulseMs: z.int().min(50).max(9_000).default(300),
  /** A second pulse where the first showed no effect. Never for a pick-up code. */
  maxPulses: z.int().min(1).max(2).default(2),
  pollIntervalMs: z.int().min(50).max(60_000).default(500),
  leftOpenAfterMs: z.int().min(1_000).max(86_400_000).default(120_000),
  /** How long to wait for an answer. Boards answer an open only after its pulse. */
  timeoutMs: z.int().min(50).max(10_000).default(1_000),
  /** Silence kept before each request; where the link's own is longer, that one counts. */
  gapMs: z.int().min(2).max(500).default(50),
  codes: codesSettings.optional(),
});
type Fields = z.infer<typeof fields>;

/** One lock board and the cabinet behind it, as the site file writes it. */
export const lockerSettings = fields.superRefine((settings, context) => {
  for (const { path, message } of misfits(settings)) context.addIssue({ code: "custom", path: [...path], message });
});
export type LockerSettings = z.infer<typeof lockerSettings>;

export const lockerFamily = defineFamily({
  settings: lockerSettings,
  links: () => ["serial", "serial-server"],
});

/** How many locks the board has. */
export function waysOf({ protocol, ways }: Pick<Fields, "protocol" | "ways">): number {
  return ways ?? PROTOCOLS[protocol].ways[0];
}

interface Misfit {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function misfits(settings: Fields): readonly Misfit[] {
  const { protocol, board, pulseMs, compartments } = settings;
  const { minBoard, maxBoard, ways, hasOccupancy } = PROTOCOLS[protocol];
  const found: Misfit[] = [];
  const say = (path: Misfit["path"], message: string): number => found.push({ path, message });
  if (board < minBoard || board > maxBoard) say(["board"], `${protocol} boards are ${minBoard} to ${maxBoard}`);
  const known: readonly number[] = ways;
  if (!known.includes(waysOf(settings))) say(["ways"], `${protocol} boards have ${known.join(", ")} locks`);
  const isTold = protocol === "xor" && pulseMs % 1_000 === 0;
  if (pulseMs >= 1_000 && !isTold) say(["pulseMs"], "a second or longer: protocol xor only, in whole seconds");
  const numbers = new Set<number>();
  const ids = new Set<string>();
  compartments.forEach(({ number, id, hasOccupancySensor }, index) => {
    const path = ["compartments", index];
    if (number > waysOf(settings)) say([...path, "number"], `the board has ${waysOf(settings)} locks`);
    if (numbers.has(number)) say([...path, "number"], `lock ${number} has a compartment already`);
    if (ids.has(id)) say([...path, "id"], `"${id}" is the name of another compartment`);
    if (hasOccupancySensor && !hasOccupancy) say([...path, "hasOccupancySensor"], `${protocol} carries no occupancy`);
    numbers.add(number);
    ids.add(id);
  });
  return found;
}
