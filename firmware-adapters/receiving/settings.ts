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

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // How Intl says that it does not know the name.
    return false;
  }
}
