import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Session } from "../session/session.ts";

export interface HeartbeatDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly session: Session;
  isOnline(): boolean;
}

/** Counts a register up until the signal aborts, so that the station sees within `everyMs` that the gateway has died. */
export async function runHeartbeat(
  heartbeat: { readonly address: number; readonly everyMs: number },
  deps: HeartbeatDeps,
  signal: AbortSignal,
): Promise<never> {
  const { clock, log, session } = deps;
  let isFailing = false;
  for (let beat = 1; ; beat = (beat + 1) % 0x1_0000) {
    await clock.sleep(heartbeat.everyMs, signal);
    if (!deps.isOnline()) continue;
    try {
      // A beat may be lost or doubled without harm: the station looks for change, not for the number.
      await session.write({ kind: "registers", address: heartbeat.address, words: [beat] }, "command", signal);
      isFailing = false;
    } catch (error) {
      signal.throwIfAborted();
      if (!isFailing) log.warn("heartbeat not taken", { address: heartbeat.address, reason: asError(error).message });
      isFailing = true;
    }
  }
}
