import { z } from "zod";

/** The zone a station writes its local times in: an IANA name. */
export const timeZone = z
  .string()
  .min(1)
  .max(64)
  .refine(isTimeZone, "a time zone such as Asia/Shanghai")
  .default("Asia/Shanghai");

/** What all stations that call us by themselves have in common. */
export const calling = {
  timeZone,
  /** A record older than this, by the station's own time, does not move a point: it is recorded as history. */
  liveWithinMs: z.int().min(60_000).max(86_400_000).default(1_800_000),
  /** How long to wait for the station's answer to a command. */
  answerTimeoutMs: z.int().min(100).max(120_000).default(10_000),
};

const pointId = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]{0,39}(\.[a-z0-9][a-zA-Z0-9]{0,39}){0,2}$/, "a point id such as cod");
const bothNames = z.strictObject({ zh: z.string().min(1).max(64), en: z.string().min(1).max(64) });

/** One quantity that becomes a point. Of what stands in the standard's tables only the code is needed. */
export function quantitySettings<Code extends z.ZodType<string>>(code: Code) {
  return z.strictObject({
    code,
    id: pointId.optional(),
    unit: z.string().max(16).optional(),
    name: bothNames.optional(),
    /** A change up to this is not worth keeping. */
    deadband: z.number().min(0).max(1e9).default(0),
    /** What the instrument can measure: anything outside is bad. */
    min: z.number().min(-1e12).max(1e12).optional(),
    max: z.number().min(-1e12).max(1e12).optional(),
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // How Intl says that it does not know the name.
    return false;
  }
}
