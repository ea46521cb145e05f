import { crowd } from "./crowd.ts";
import { dwell } from "./dwell.ts";
import type { RuleKind } from "./evaluator.ts";
import { lineCount } from "./line-count.ts";
import { presence } from "./presence.ts";
import { queue } from "./queue.ts";
import { stationary } from "./stationary.ts";
import { traffic } from "./traffic.ts";

/** Every kind of event rule by its name in `algorithm.json`. A new kind is a line here. */
export const RULE_KINDS = {
  presence,
  dwell,
  "line-count": lineCount,
  crowd,
  queue,
  stationary,
  traffic,
} as const satisfies Record<string, RuleKind>;

export type RuleKindName = keyof typeof RULE_KINDS;
