import type { DrillView, LiveView, ReadingView, ScanView } from "../../../server/views.ts";

export type LiveState = Extract<LiveView, { kind: "state" }>;

/** What the page knows of the site at this moment. */
export interface Live {
  readonly state: LiveState | undefined;
  /** By device and point. */
  readonly readings: ReadonlyMap<string, ReadonlyMap<string, ReadingView>>;
  readonly drill: DrillView | null;
  readonly scan: ScanView;
  readonly isLost: boolean;
}

export const NOTHING_YET: Live = {
  state: undefined,
  readings: new Map(),
  drill: null,
  scan: { state: "idle", findings: [], notes: [] },
  isLost: false,
};

/** One message of the stream. Pure. */
export function takeLive(live: Live, view: LiveView): Live {
  switch (view.kind) {
    case "state":
      return { ...live, state: view, isLost: false };
    case "readings": {
      const before = live.readings.get(view.deviceId) ?? new Map<string, ReadingView>();
      const points = new Map([...before, ...view.readings.map((one) => [one.pointId, one] as const)]);
      return { ...live, readings: new Map([...live.readings, [view.deviceId, points]]) };
    }
    case "drill":
      return { ...live, drill: view.drill };
    case "scan":
      return { ...live, scan: view.scan };
  }
}

/** Keeps the stream open and tells whoever draws, at most once a frame. */
export class LiveStore {
  readonly #listeners = new Set<() => void>();
  #live = NOTHING_YET;
  #isDue = false;

  get live(): Live {
    return this.#live;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns what closes it. */
  open(onSignedOut: () => void): () => void {
    const source = new EventSource("/api/live");
    source.addEventListener("message", ({ data }: MessageEvent<string>) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway that serves this page answers from the same build
      this.#set(takeLive(this.#live, JSON.parse(data) as LiveView));
    });
    source.addEventListener("error", () => {
      this.#set({ ...this.#live, isLost: true });
      // A stream that is refused is closed for good: the session has ended, or too many listen.
      if (source.readyState === EventSource.CLOSED) onSignedOut();
    });
    return () => source.close();
  }

  #set(live: Live): void {
    this.#live = live;
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
