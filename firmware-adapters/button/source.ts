import type { Show } from "./commands.ts";

/** Where a button is heard from, and how its caller is shown how the call stands. */
export interface Source {
  /** Listens until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  readonly show: Show;
}
