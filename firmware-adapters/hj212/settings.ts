import { z } from "zod";

import { defineFamily } from "../family.ts";
import { calling } from "../receiving/settings.ts";

const pointId = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]{0,39}(\.[a-z0-9][a-zA-Z0-9]{0,39}){0,2}$/, "a point id such as cod");
const name = z.strictObject({ zh: z.string().min(1).max(64), en: z.string().min(1).max(64) });

/** One factor that becomes a point. Of a factor of the standard's tables only the code is needed. */
const factorSettings = z.strictObject({
  /** As the station writes it, of either edition: `w01018`, `011`. */
  code: z.string().regex(/^[A-Za-z0-9]{1,20}$/, "letters and digits, at most 20"),
  id: pointId.optional(),
  unit: z.string().max(16).optional(),
  name: name.optional(),
  /** A change up to this is not worth keeping. */
  deadband: z.number().min(0).max(1e9).default(0),
  /** What the instrument can measure: anything outside is bad. */
  min: z.number().min(-1e12).max(1e12).optional(),
  max: z.number().min(-1e12).max(1e12).optional(),
});

/** One station that calls us, as the site file writes it. */
export const hj212Settings = z.strictObject({
  /** The station's own number, 14 (2005) to 24 (2017) characters. */
  mn: z.string().regex(/^[A-Za-z0-9_.-]{1,48}$/, "letters, digits, '_', '.' or '-', at most 48"),
  /** Checked where it is set; 6 characters by the standard. */
  password: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,32}$/, "letters, digits, '_', '.' or '-', at most 32")
    .optional(),
  factors: z.array(factorSettings).min(1).max(200),
  /** Which record moves the points: the real-time one (CN 2011, Rtd) or, for stations without, the minute's (CN 2051, Avg). */
  source: z.enum(["realtime", "minute"]).default("realtime"),
  ...calling,
  /** The station, and each factor, must be heard within this time. */
  supervisionMs: z.int().min(1_000).max(172_800_000).default(900_000),
  /** How long the station may be hung up. */
  hangUpGraceMs: z.int().min(100).max(172_800_000).default(120_000),
});
export type Hj212Settings = z.infer<typeof hj212Settings>;
export type FactorSettings = z.infer<typeof factorSettings>;

export const hj212Family = defineFamily({
  settings: hj212Settings,
  links: () => ["listener"],
});
