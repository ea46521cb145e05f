import { z } from "zod";

import { defineFamily } from "../family.ts";
import { ITEM_IDS } from "./items/items.ts";

const DEFAULT_ITEMS = ["energy", "power", "voltage.a", "current.a", "powerFactor"] as const;
const MIN_TIMEOUT_MS = 100;

/** The address that all meters listen to and none answers. */
const BROADCAST_ADDRESS = "999999999999";

/** One electricity meter on a serial bus, as the site file writes it. */
export const dlt645Settings = z
  .strictObject({
    /** The twelve digits on the meter's plate, as printed; fewer printed digits are filled up with zeros in front. */
    address: z
      .string()
      .regex(/^\d{12}$/, "twelve digits")
      .refine((address) => address !== BROADCAST_ADDRESS, "is the broadcast address, which no meter answers"),
    /** What is read of it, each a point of this name. */
    items: z
      .array(z.enum(ITEM_IDS))
      .min(1)
      .max(ITEM_IDS.length)
      .refine((items) => new Set(items).size === items.length, "an item stands here twice")
      .default([...DEFAULT_ITEMS]),
    /** How often powers, currents and voltages are read. */
    fastEveryMs: z.int().min(200).max(3_600_000).default(10_000),
    /** How often energies and demands are read. */
    slowEveryMs: z.int().min(200).max(86_400_000).default(60_000),
    /** How long to wait for an answer to begin: the standard gives a meter 500 ms, bridges and radio need more. */
    timeoutMs: z.int().min(MIN_TIMEOUT_MS).max(10_000).default(1_000),
    /** How many FE go before a request. */
    wakeUpBytes: z.int().min(0).max(4).default(4),
  })
  .refine(({ fastEveryMs, slowEveryMs }) => fastEveryMs <= slowEveryMs, {
    path: ["slowEveryMs"],
    message: "is not to be shorter than fastEveryMs",
  });
export type Dlt645Settings = z.infer<typeof dlt645Settings>;

export const dlt645Family = defineFamily({
  settings: dlt645Settings,
  links: () => ["serial", "serial-server"],
});
