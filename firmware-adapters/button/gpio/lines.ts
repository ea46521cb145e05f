import type { Clock } from "@outpost/kernel/clock.ts";

import type { GpioSettings, LineName } from "../settings.ts";

/** A line's level as it is read: 0 low, 1 high. */
export type Bit = 0 | 1;

/** The lines of one button on one chip. What comes is told by the index of the line in `lines`. */
export interface WatchedLines {
  readonly chip: string;
  readonly lines: readonly LineName[];
  readonly bias: GpioSettings["bias"];
  readonly gpiomonPath: string | undefined;
  readonly checkEveryMs: number;
}

export interface LineWatcher {
  /** What all lines read as the watching begins, or when they were looked at again. */
  onLevels(levels: readonly Bit[]): void;
  /** Lines that changed, in the order of their changing, those that came together in one call. */
  onEdges(edges: readonly { readonly index: number; readonly level: Bit }[]): void;
  /** The lines are really being watched, and are there still: said again every `checkEveryMs`. */
  onWatching(): void;
}

export interface LineDeps {
  readonly clock: Clock;
}

/** The lines that show the caller something, set together. */
export interface DrivenLines {
  readonly chip: string;
  readonly lines: readonly LineName[];
  readonly gpiomonPath: string | undefined;
}

/** A way to a chip's lines. */
export interface LineDriver {
  readonly name: string;
  /**
   * Watches lines until the signal aborts.
   *
   * @throws ButtonError when they cannot be watched or are lost; the signal's reason.
   */
  watch(lines: WatchedLines, watcher: LineWatcher, signal: AbortSignal): Promise<never>;
  /**
   * Sets lines and holds them so until `signal` aborts or the next call.
   *
   * @returns once they are set.
   */
  openOutputs(lines: DrivenLines): Outputs;
}

export interface Outputs extends AsyncDisposable {
  /** @throws ButtonError */
  set(levels: readonly Bit[], signal: AbortSignal): Promise<void>;
}
