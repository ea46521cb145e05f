/** What span of time a chart shows: the last so much, moving with the clock, or a fixed stretch. */
export type TimeView =
  | { readonly kind: "live"; readonly spanMs: number }
  | { readonly kind: "fixed"; readonly fromMs: number; readonly toMs: number };

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export const MIN_SPAN_MS = 60_000;
export const MAX_SPAN_MS = 400 * 86_400_000;

/** The stretch on screen at `nowMs`. */
export function stretchOf(view: TimeView, nowMs: number): Stretch {
  if (view.kind === "live") return { fromMs: nowMs - view.spanMs, toMs: nowMs };
  return { fromMs: view.fromMs, toMs: view.toMs };
}

/**
 * Zooms around an instant.
 *
 * @param factor  below 1 shows less and finer, above 1 shows more. Spans stay within a minute and 400 days.
 * @returns a fixed view, or a live one where the right edge was and stays now.
 */
export function zoom(view: TimeView, factor: number, anchorMs: number, nowMs: number): TimeView {
  const { fromMs, toMs } = stretchOf(view, nowMs);
  const spanMs = clamp((toMs - fromMs) * factor, MIN_SPAN_MS, MAX_SPAN_MS);
  // Beside the right edge of a live chart people mean "less of the past", not "stop following".
  if (view.kind === "live" && toMs - anchorMs < (toMs - fromMs) * 0.15) return { kind: "live", spanMs };
  const share = (clamp(anchorMs, fromMs, toMs) - fromMs) / (toMs - fromMs);
  return endingBy(nowMs, anchorMs - share * spanMs, spanMs);
}

/** Moves the stretch by `deltaMs` (negative: into the past); it never passes now. */
export function pan(view: TimeView, deltaMs: number, nowMs: number): TimeView {
  const { fromMs, toMs } = stretchOf(view, nowMs);
  return endingBy(nowMs, fromMs + deltaMs, toMs - fromMs);
}

function endingBy(nowMs: number, fromMs: number, spanMs: number): TimeView {
  const from = Math.max(0, Math.min(fromMs, nowMs - spanMs));
  return { kind: "fixed", fromMs: from, toMs: from + spanMs };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
