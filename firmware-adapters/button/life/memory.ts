import { z } from "zod";

import type { DeviceMemory } from "../../adapter.ts";
import type { Heard } from "../radio/supervision.ts";
import { asIndicator, type ButtonState, type Indicator } from "./button-life.ts";

/** The rows of a button's memory. */
export const ROW = {
  /** When it was last heard, and what it said of itself. */
  heard: "heard",
  /** There from a press until it is no longer shown. */
  press: "press",
  receipts: "receipts",
  indicator: "indicator",
} as const;

type Reported = Pick<ButtonState, "batteryPercent" | "isBatteryLow" | "isTampered" | "linkQuality">;

const heardRow = z.object({
  wallMs: z.number(),
  isWallTrusted: z.boolean(),
  remainingMs: z.number(),
  batteryPercent: z.union([z.number(), z.literal("none")]).optional(),
  isBatteryLow: z.boolean().optional(),
  isTampered: z.boolean().optional(),
  linkQuality: z.number().optional(),
});

/** What an earlier life of a button left. */
export interface Remembered {
  readonly heard: Heard | undefined;
  readonly reported: Partial<Reported>;
  readonly isPressShown: boolean;
  readonly receipts: string;
  readonly indicator: Indicator;
}

export function heardRowOf(heard: Heard, state: ButtonState): string {
  const { batteryPercent, isBatteryLow, isTampered, linkQuality } = state;
  return JSON.stringify({ ...heard, batteryPercent, isBatteryLow, isTampered, linkQuality });
}

/** Reads the rows back; what does not fit is as good as not there. */
export function readMemory({ rows }: DeviceMemory): Remembered {
  const heard = heardRow.safeParse(parsedJson(rows.get(ROW.heard)));
  const { wallMs, isWallTrusted, remainingMs, ...reported } = heard.data ?? {};
  return {
    heard:
      wallMs === undefined || isWallTrusted === undefined || remainingMs === undefined
        ? undefined
        : { wallMs, isWallTrusted, remainingMs },
    reported: defined(reported),
    isPressShown: rows.has(ROW.press),
    receipts: rows.get(ROW.receipts) ?? "",
    indicator: asIndicator(Number(rows.get(ROW.indicator))) ?? 0,
  };
}

function parsedJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function defined(values: { readonly [Key in keyof Reported]?: Reported[Key] }): Partial<Reported> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
