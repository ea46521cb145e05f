import { ButtonError } from "../errors.ts";
import type { Bit, LineDriver, LineWatcher, Outputs, WatchedLines } from "../gpio/lines.ts";

/** Lines that a test moves by hand. */
export class FakeDriver implements LineDriver {
  readonly name = "fake";
  /** What the driven lines were set to, in turn. */
  readonly driven: (readonly Bit[])[] = [];
  levels: readonly Bit[];
  watched: WatchedLines | undefined;
  #watcher: LineWatcher | undefined;
  #lost = Promise.withResolvers<never>();

  constructor(levels: readonly Bit[]) {
    this.levels = levels;
  }

  get isWatched(): boolean {
    return this.#watcher !== undefined;
  }

  async watch(lines: WatchedLines, watcher: LineWatcher, signal: AbortSignal): Promise<never> {
    this.watched = lines;
    this.#lost = Promise.withResolvers<never>();
    const onAbort = (): void => this.#lost.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    watcher.onLevels(this.levels);
    watcher.onWatching();
    this.#watcher = watcher;
    try {
      return await this.#lost.promise;
    } finally {
      this.#watcher = undefined;
    }
  }

  openOutputs(): Outputs {
    return {
      set: async (levels) => {
        this.driven.push(levels);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  /** Moves lines, by their indexes, all within one reading. */
  move(...edges: readonly (readonly [index: number, level: Bit])[]): void {
    const levels = [...this.levels];
    for (const [index, level] of edges) levels[index] = level;
    this.levels = levels;
    this.#watcher?.onEdges(edges.map(([index, level]) => ({ index, level })));
  }

  lose(): void {
    this.#lost.reject(new ButtonError("button/tool-failed", "the fake was told to fail"));
  }
}
