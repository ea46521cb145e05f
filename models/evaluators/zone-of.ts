import assert from "node:assert";

import type { Polygon } from "../zones/polygon.ts";
import type { Scope } from "./evaluator.ts";

/** The zone of a rule that takes zones only. */
export function zoneOf(scope: Scope): Polygon {
  assert(scope.kind === "zone", "the rule takes zones only");
  return scope.polygon;
}
