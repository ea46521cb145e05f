import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Journal, JournalStatus } from "../journal/journal.ts";
import type { Recorder } from "../recording/recorder.ts";
import { SYSTEM } from "../rules/system-alarms.ts";
import type { LoopDelayMonitor } from "./loop-delay.ts";

const LOOK_EVERY_MS = 1_000;
const STATUS_TIMEOUT_MS = 5_000;
/** Above this the alarm path is no longer prompt; the target is ten milliseconds at the 99.9th percentile. */
const SLOW_LOOP_MS = 100;
/** A file put aside is an event, not a state: the alarm clears by itself and stays until somebody has seen it. */
const QUARANTINE_SHOWN_MS = 60_000;

export interface SelfCheckDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly loopDelay: LoopDelayMonitor;
  readonly recorder: Pick<Recorder, "lost">;
  /** Undefined until what it held before the restart has been read. */
  journal(): Pick<Journal, "status"> | undefined;
  /** Whether alarms come faster than people can answer. */
  isFlooded(): boolean;
  /** How the gateway stands with its fleet. */
  identity(): { readonly isRefused: boolean; readonly isEnding: boolean };
  setFact(ruleId: string, isSo: boolean): void;
}

/** Looks every second at what the gateway must know about itself, until `signal` aborts. */
export async function runSelfChecks(deps: SelfCheckDeps, signal: AbortSignal): Promise<void> {
  const { clock } = deps;
  let lost = deps.recorder.lost;
  const shown = { path: "", sinceMs: 0 };
  while (!signal.aborted) {
    deps.setFact(SYSTEM.clockDoubtful, clock.now().confidence === "doubtful");
    deps.setFact(SYSTEM.eventsLost, deps.recorder.lost > lost);
    lost = deps.recorder.lost;
    deps.setFact(SYSTEM.loopDelay, deps.loopDelay.read().p99Ms > SLOW_LOOP_MS);
    deps.setFact(SYSTEM.alarmFlood, deps.isFlooded());
    const { isRefused, isEnding } = deps.identity();
    deps.setFact(SYSTEM.fleetRefuses, isRefused);
    deps.setFact(SYSTEM.certificateEnds, isEnding);
    const status = await statusOf(deps, signal);
    deps.setFact(SYSTEM.journalNotWritten, status === undefined || status.writeFault !== undefined);
    if (status !== undefined) {
      deps.setFact(SYSTEM.diskLadder, status.ladder !== "normal");
      const path = status.quarantined?.path ?? "";
      if (path !== shown.path) Object.assign(shown, { path, sinceMs: clock.monotonicMs() });
    }
    const isFresh = shown.path !== "" && clock.monotonicMs() - shown.sinceMs < QUARANTINE_SHOWN_MS;
    deps.setFact(SYSTEM.journalQuarantined, isFresh);
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}

async function statusOf(deps: SelfCheckDeps, signal: AbortSignal): Promise<JournalStatus | undefined> {
  const answered = new AbortController();
  try {
    // A worker that hangs on its disk answers late or never; the other checks must not wait for it.
    const over = AbortSignal.any([signal, answered.signal]);
    const late = deps.clock.sleep(STATUS_TIMEOUT_MS, over).then(() => undefined);
    late.catch(() => {});
    return await Promise.race([deps.journal()?.status(), late]);
  } catch (error) {
    deps.log.debug("the journal gives no status", { reason: asError(error).message });
    return undefined;
  } finally {
    answered.abort();
  }
}
