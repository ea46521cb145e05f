import { useEffect, useState } from "react";

import type { Stretch, TimeView } from "./view.ts";

/** A stretch that people are still dragging is asked for only once they pause. */
const SETTLE_MS = 250;

/**
 * The stretch whose history is worth asking for now.
 *
 * A live chart moves every second, but live readings continue it: its history is asked for anew only after a twentieth
 * of its span (one to ten minutes), so that coarse buckets take the place of single readings.
 */
export function useAskedStretch(view: TimeView, nowMs: number): Stretch {
  const wanted = askedStretch(view, nowMs);
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled({ fromMs: wanted.fromMs, toMs: wanted.toMs }), SETTLE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [wanted.fromMs, wanted.toMs]);
  return settled;
}

/** The pure part: steps in which a live chart's history moves. */
export function askedStretch(view: TimeView, nowMs: number): Stretch {
  if (view.kind === "fixed") return { fromMs: view.fromMs, toMs: view.toMs };
  const stepMs = Math.min(600_000, Math.max(60_000, view.spanMs / 20));
  const toMs = Math.ceil(nowMs / stepMs) * stepMs;
  return { fromMs: toMs - view.spanMs - stepMs, toMs };
}
