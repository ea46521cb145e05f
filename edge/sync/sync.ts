import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { runFleetSession } from "./fleet-session.ts";
import type { SyncDeps } from "./sync-deps.ts";

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/**
 * Keeps the fleet supplied from the journal until `signal` aborts. Nothing that the broker or the fleet does ends it:
 * every fault leads to another try, after a delay that grows and is drawn by lot.
 */
export async function runSync(deps: SyncDeps, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  while (!signal.aborted) {
    try {
      await runFleetSession(deps, () => backoff.reset(), signal);
    } catch (error) {
      if (signal.aborted) break;
      const reason = asError(error).message;
      deps.log.warn("uplink lost", { reason, tries: backoff.tries });
      deps.onState({ phase: "offline", reason });
    }
    await deps.clock.sleep(backoff.nextMs(), signal).catch(() => {});
  }
  deps.onState({ phase: "offline", reason: "stopped" });
}
