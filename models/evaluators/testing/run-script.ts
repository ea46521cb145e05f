import assert from "node:assert";

import { parametersOf } from "../../algorithm.ts";
import { readAlgorithms } from "../../read-algorithms.ts";
import { DEFAULT_TRACKER, EMPTY_TRACKER, stepTracker } from "../../tracking/byte-tracker.ts";
import { watch, type Walker } from "../../tracking/testing/scripted-world.ts";
import type { Evaluation, Happening, Parameters, Scope } from "../evaluator.ts";
import { RULE_KINDS } from "../rule-kinds.ts";

interface Script {
  readonly walkers: readonly Walker[];
  readonly scope: Scope;
  readonly untilS: number;
  readonly fps: number;
  readonly seed: number;
  readonly parameters?: Parameters;
}

/** What a shipped algorithm said of a script: its happenings in order, and its readings frame by frame. */
export interface Told {
  readonly happenings: readonly (Happening & { readonly atS: number })[];
  readonly readings: readonly (Evaluation["readings"] & { readonly atS: number })[];
}

/** Runs a shipped algorithm on a script, through the real tracker. */
export function runScript(algorithmId: string, script: Script): Told {
  const algorithm = readAlgorithms().get(algorithmId);
  assert(algorithm !== undefined, `no algorithm ${algorithmId}`);
  let tracker = EMPTY_TRACKER;
  let evaluator = RULE_KINDS[algorithm.rule.kind].begin(script.scope, parametersOf(algorithm, script.parameters ?? {}));
  const happenings: Told["happenings"][number][] = [];
  const readings: Told["readings"][number][] = [];
  for (const { atS, detections } of watch(script.walkers, script)) {
    const stepped = stepTracker(tracker, detections, atS, DEFAULT_TRACKER);
    assert(stepped.kind === "stepped", "time goes on");
    tracker = stepped.state;
    const objects = tracker.tracks.map(({ id, phase, classIndex, box, score }) => {
      return { trackId: id, phase, classIndex, box, score };
    });
    const { next, evaluation } = evaluator.step({ atS, objects });
    evaluator = next;
    happenings.push(...evaluation.happenings.map((one) => ({ ...one, atS })));
    readings.push({ ...evaluation.readings, atS });
  }
  return { happenings, readings };
}

/** The reading of an output at the last frame before `atS`. */
export function readingAt(told: Told, output: string, atS: number): number | undefined {
  const frame = told.readings.findLast((one) => one.atS <= atS);
  return frame?.[output];
}
