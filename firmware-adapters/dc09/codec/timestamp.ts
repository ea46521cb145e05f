const FORM = /^_(\d{2}):(\d{2}):(\d{2}),(\d{2})-(\d{2})-(\d{4})$/;

/** How far a sender's clock may be ahead of ours, and behind. ANSI/SIA DC-09, timestamps. */
const AHEAD_MS = 20_000;
const BEHIND_MS = 40_000;

/** `_HH:MM:SS,MM-DD-YYYY` in UTC as Unix milliseconds; undefined where it is no such time. */
export function parseTimestamp(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [hour = 0, minute = 0, second = 0, month = 0, day = 0, year = 0] = match.slice(1).map(Number);
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC carries the 31st of June over into July: what does not come back the same was no date.
  return encodeTimestamp(timeMs) === text ? timeMs : undefined;
}

/** The time as `_HH:MM:SS,MM-DD-YYYY` in UTC. */
export function encodeTimestamp(wallMs: number): string {
  const iso = new Date(Math.max(0, wallMs)).toISOString();
  return `_${iso.slice(11, 19)},${iso.slice(5, 7)}-${iso.slice(8, 10)}-${iso.slice(0, 4)}`;
}

/** Whether a sender's time is near enough to ours. */
export function isInWindow(sentAtMs: number, nowMs: number): boolean {
  // A timestamp says whole seconds, so the second that has begun counts for the sender.
  return sentAtMs - nowMs <= AHEAD_MS && nowMs - sentAtMs < BEHIND_MS + 1_000;
}
