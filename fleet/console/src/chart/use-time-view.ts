import { useState } from "react";

import { useDesk } from "../app/desk-context.tsx";
import { useNowMs } from "../app/use-now.ts";
import { useAskedStretch } from "./data/use-asked-stretch.ts";
import type { Stretch, TimeView } from "./data/view.ts";
import { stretchOf } from "./data/view.ts";

export const SPANS = {
  "15m": 900_000,
  "1h": 3_600_000,
  "6h": 21_600_000,
  "1d": 86_400_000,
  "7d": 604_800_000,
} as const;

/** What a chart shows of time, and what of it is asked for. */
export interface TimeWindow {
  readonly view: TimeView;
  readonly setView: (view: TimeView) => void;
  readonly nowMs: number;
  /** On screen. */
  readonly stretch: Stretch;
  /** The stretch whose history is read, and a round that reads it anew. */
  readonly asked: { readonly stretch: Stretch; readonly round: number };
  readonly askAgain: () => void;
}

/** The last minutes live, until somebody zooms or moves. */
export function useTimeWindow(): TimeWindow {
  const [view, setView] = useState<TimeView>({ kind: "live", spanMs: SPANS["15m"] });
  const [again, setAgain] = useState(0);
  const nowMs = useNowMs(1_000);
  const { connection } = useDesk();
  // After each gap in the live stream the history is read again, to fill it.
  const round = again + (connection.kind === "live" ? connection.sinceMs : 0);
  const asked = { stretch: useAskedStretch(view, nowMs), round };
  return { view, setView, nowMs, stretch: stretchOf(view, nowMs), asked, askAgain: () => setAgain(again + 1) };
}
