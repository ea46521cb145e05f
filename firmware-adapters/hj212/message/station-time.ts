import type { LocalTime, ZonedTime } from "../../receiving/time/zoned-time.ts";

const TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{3})?$/;

/** DataTime, SystemTime and QN as the standard writes them: yyyyMMddHHmmss[zzz], local. @returns Unix ms or undefined. */
export function parseTime(text: string | undefined, zone: ZonedTime): number | undefined {
  const match = TIME.exec(text ?? "");
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  return zone.instantOf({ year, month, day, hour, minute, second });
}

/** yyyyMMddHHmmss in the station's zone. */
export function formatTime(instantMs: number, zone: ZonedTime): string {
  const local: LocalTime = zone.localOf(instantMs);
  const date = `${String(local.year).padStart(4, "0")}${two(local.month)}${two(local.day)}`;
  return `${date}${two(local.hour)}${two(local.minute)}${two(local.second)}`;
}

/** A request's number: the local time to the millisecond. */
export function formatQn(instantMs: number, zone: ZonedTime): string {
  const thousandths = Math.floor(instantMs) % 1_000;
  return `${formatTime(instantMs, zone)}${String(thousandths).padStart(3, "0")}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
