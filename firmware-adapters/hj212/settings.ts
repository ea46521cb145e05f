import { z } from "zod";

import { defineFamily } from "../family.ts";
import { calling, quantitySettings } from "../receiving/settings.ts";

/** As the station writes it, of either edition: `w01018`, `011`. */
const code = z.string().regex(/^[A-Za-z0-9]{1,20}$/, "letters and digits, at most 20");

/** One station that calls us, as the site file writes it. */
export const hj212Settings = z.strictObject({
  /** The station's own number, 14 (2005) to 24 (2017) characters. */
  mn: z.string().regex(/^[A-Za-z0-9_.-]{1,48}$/, "letters, digits, '_', '.' or '-', at most 48"),
  /** Checked where it is set; 6 characters by the standard. */
  password: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,32}$/, "letters, digits, '_', '.' or '-', at most 32")
    .optional(),
  factors: z.array(quantitySettings(code)).min(1).max(200),
  /** Which record moves the points: the real-time one (CN 2011, Rtd) or, for stations without, the minute's (CN 2051, Avg). */
  source: z.enum(["realtime", "minute"]).default("realtime"),
  ...calling,
  /** The station, and each factor, must be heard within this time. */
  supervisionMs: z.int().min(1_000).max(172_800_000).default(900_000),
  /** How long the station may be hung up. */
  hangUpGraceMs: z.int().min(100).max(172_800_000).default(120_000),
});
export type Hj212Settings = z.infer<typeof hj212Settings>;

export const hj212Family = defineFamily({
  settings: hj212Settings,
  links: () => ["listener"],
});
