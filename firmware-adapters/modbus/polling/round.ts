import type { Clock } from "@outpost/kernel/clock.ts";

import type { Session } from "../session/session.ts";
import { readBlock } from "./block-reader.ts";
import type { RoundResult } from "./health.ts";
import type { Block, Planner } from "./planner.ts";
import type { PointReports } from "./point-reports.ts";

export interface RoundDeps {
  readonly clock: Clock;
  readonly session: Session;
  readonly planner: Planner;
  readonly reports: PointReports;
}

/** A block is asked twice before its points count as unanswered; a probe of a silent unit once. */
const TRIES = 2;
const PROBE_TRIES = 1;

/**
 * Reads the blocks of a plan, reporting each as it comes.
 *
 * Two unanswered blocks in a row, or nothing but one, mean that the unit is gone: the round ends there, so that a
 * silent unit does not keep the line from the others.
 *
 * @returns undefined where nothing can be said of the device: nothing was due, or the line had no room for us.
 * @throws LinkError `link/closed`, or the signal's reason.
 */
export async function readRound(
  plan: readonly Block[],
  isProbe: boolean,
  deps: RoundDeps,
  signal: AbortSignal,
): Promise<RoundResult | undefined> {
  const { clock, planner, reports } = deps;
  const waiting = plan.toReversed();
  const unanswered: Block[] = [];
  let result: RoundResult | undefined;
  let silentInARow = 0;
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    const outcome = await readBlock(block, isProbe ? PROBE_TRIES : TRIES, deps, signal);
    silentInARow = outcome.kind === "unanswered" ? silentInARow + 1 : 0;
    switch (outcome.kind) {
      case "words":
        planner.answered(block);
        reports.blockRead(block, outcome.words);
        result = { kind: "answered" };
        break;
      case "not-so": {
        const pieces = planner.splitRefused(block, clock.monotonicMs());
        if (pieces.length === 0) reports.bad(block.points, "device-refused", outcome.detail);
        waiting.push(...pieces.toReversed());
        result ??= { kind: "refused", detail: outcome.detail };
        break;
      }
      case "refused":
        reports.bad(block.points, "device-refused", outcome.detail);
        result ??= { kind: "refused", detail: outcome.detail };
        break;
      case "unanswered":
        if (silentInARow > 1 || (result === undefined && waiting.length === 0)) return { ...outcome, kind: "gone" };
        reports.bad(block.points, outcome.reason, outcome.detail);
        unanswered.push(block);
        break;
      case "unreachable":
        return { ...outcome, kind: "gone" };
      case "no-room":
        return result;
    }
  }
  for (const block of unanswered) planner.leaveOut(block, clock.monotonicMs());
  return result;
}
