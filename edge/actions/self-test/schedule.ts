import type { Instant } from "@outpost/kernel/clock.ts";
import type { SelfTestSettings } from "@outpost/wire/site-alarms.ts";

const DAY_MS = 86_400_000;
/** A gateway that was off at the time of day tests a little later, not in the middle of the night. */
const WITHIN_MINUTES = 60;

/**
 * Whether the chains are to be tested now. Pure. Nothing is tested by a clock that nobody trusts: sirens at night are
 * what makes people switch them off.
 *
 * @param lastMs  wall time of the last test, undefined where there was none.
 */
export function isTestDue(
  { at, everyDays }: Pick<SelfTestSettings, "at" | "everyDays">,
  timeZone: string,
  lastMs: number | undefined,
  now: Pick<Instant, "wallMs" | "confidence">,
): boolean {
  if (now.confidence === "doubtful") return false;
  const late = (minuteOfDay(localTime(now.wallMs, timeZone)) - minuteOfDay(at) + 1_440) % 1_440;
  if (late >= WITHIN_MINUTES) return false;
  // Half a day short, so that a test that ran late one week does not put off the next; a clock set back tests again.
  return lastMs === undefined || lastMs > now.wallMs || now.wallMs - lastMs >= everyDays * DAY_MS - DAY_MS / 2;
}

function localTime(wallMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(wallMs);
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
