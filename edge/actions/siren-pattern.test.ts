import { expect, it } from "vitest";

import { isInSounding, untilNextEdgeMs } from "./siren-pattern.ts";

const PATTERN = { onMs: 500, offMs: 300 };

it.each([
  [0, true, 500],
  [499, true, 1],
  [500, false, 300],
  [799, false, 1],
  [800, true, 500],
  [2_150, false, 250],
])("after %d ms: sounds %s, changes in %d ms", (afterMs, sounds, untilMs) => {
  expect(isInSounding(PATTERN, afterMs)).toBe(sounds);
  expect(untilNextEdgeMs(PATTERN, afterMs)).toBe(untilMs);
});
