import { z } from "zod";

import { defineFamily } from "../family.ts";
import { calling, quantitySettings } from "../receiving/settings.ts";

/** An element's identifier: `39`, or `FF38` of a maker's own. */
const code = z.string().regex(/^(?:[0-9A-F]{2}|FF[0-9A-F]{2})$/, "two capital hexadecimal digits, or FF and two");

/** Bits of the station's state word that become points; a bit the station does not use may stand at either value. */
const states = z.enum([
  "acLost",
  "batteryLow",
  "levelAlarm",
  "flowAlarm",
  "qualityAlarm",
  "flowMeterFault",
  "levelMeterFault",
  "boxOpen",
  "memoryFault",
  "pumpRunning",
  "waterUsedUp",
]);

/** One station that calls us, as the site file writes it. */
export const sl651Settings = z.strictObject({
  /** The station's address; of eight digits are the last eight of ten. */
  station: z.string().regex(/^(?:[0-9A-F]{8}|[0-9A-F]{10})$/, "8 or 10 capital hexadecimal digits"),
  /** Our address as the centre; any where absent. */
  centre: z.int().min(1).max(255).optional(),
  /** Checked where it is set. */
  password: z
    .string()
    .regex(/^[0-9A-F]{4}$/, "4 capital hexadecimal digits")
    .optional(),
  elements: z.array(quantitySettings(code)).min(1).max(100),
  states: z.array(states).max(11).default(["acLost", "batteryLow", "levelAlarm", "levelMeterFault"]),
  /** Whether the station waits for an answer to its reports (mode M2); without it sends and is gone (M1). */
  isAnswered: z.boolean().default(true),
  /** Whether the station stays connected after a report (answered with ESC) or leaves (EOT). */
  staysOnline: z.boolean().default(false),
  ...calling,
  /** The station, and each element, must be heard within this time. */
  supervisionMs: z.int().min(1_000).max(172_800_000).default(7_500_000),
});
export type Sl651Settings = z.infer<typeof sl651Settings>;

export const sl651Family = defineFamily({
  settings: sl651Settings,
  links: () => ["listener"],
});
