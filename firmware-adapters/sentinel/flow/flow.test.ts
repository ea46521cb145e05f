import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  FEVER_AGAIN_MS,
  IDLE,
  VERIFY_WITHIN_MS,
  stepFlow,
  type FlowEffect,
  type FlowInput,
  type FlowRules,
} from "./flow.ts";

const rules: FlowRules = {
  wantsTemperature: false,
  feverAtC: 37.3,
  bodyFromC: 34,
  measureWithinMs: 8_000,
  repeatMs: 3_000,
  maxCodesPerMinute: 3,
};
const measuring: FlowRules = { ...rules, wantsTemperature: true };

/** At a time, something comes in. */
type At = readonly [number, FlowInput];

const code = (name: string): FlowInput => ({ kind: "code", code: name });
const good = (scan: number): FlowInput => ({
  kind: "verified",
  scan,
  verdict: { kind: "admit", by: "list", isUnverified: false },
});
const bad = (scan: number): FlowInput => ({ kind: "verified", scan, verdict: { kind: "refuse", reason: "expired" } });
const temperature = (celsius: number): FlowInput => ({ kind: "temperature", celsius });
const tick: FlowInput = { kind: "tick" };

function effectsOf(inputs: readonly At[], by: FlowRules): readonly FlowEffect[] {
  let state = IDLE;
  return inputs.flatMap(([nowMs, input]) => {
    const [next, effects] = stepFlow(state, input, by, nowMs);
    state = next;
    return effects;
  });
}

/** Each effect in a word or two. */
function words(effects: readonly FlowEffect[]): string {
  return effects
    .map((effect) => {
      switch (effect.kind) {
        case "verify":
          return `verify ${effect.scan}`;
        case "measure":
          return "measure";
        case "admit":
          return `admit ${effect.code}${effect.celsius === undefined ? "" : ` at ${effect.celsius}`}`;
        case "refuse":
          return `refuse ${effect.code}: ${effect.reason}`;
        case "fever":
          return `fever ${effect.celsius}${effect.code === undefined ? "" : ` of ${effect.code}`}`;
      }
    })
    .join(", ");
}

describe("a doorway", () => {
  it.each<[string, FlowRules, readonly At[], string]>([
    [
      "lets in who is verified",
      rules,
      [
        [0, code("a")],
        [10, good(1)],
      ],
      "verify 1, admit a",
    ],
    [
      "refuses who is not",
      rules,
      [
        [0, code("a")],
        [10, bad(1)],
      ],
      "verify 1, refuse a: expired",
    ],
    [
      "takes a code held before the scanner for one",
      rules,
      [
        [0, code("a")],
        [9, code("a")],
        [10, good(1)],
        [500, code("a")],
        [3_000, code("a")],
        [5_900, code("a")],
      ],
      "verify 1, admit a",
    ],
    [
      "takes it for another once it was away",
      rules,
      [
        [0, code("a")],
        [10, good(1)],
        [3_001, code("a")],
      ],
      "verify 1, admit a, verify 2",
    ],
    [
      "does not begin twice with a code that is under way for long",
      rules,
      [
        [0, code("a")],
        [4_000, code("a")],
        [8_000, good(1)],
      ],
      "verify 1, admit a",
    ],
    [
      "serves one person at a time",
      rules,
      [
        [0, code("a")],
        [5, code("b")],
        [10, good(1)],
      ],
      "verify 1, refuse b: busy, admit a",
    ],
    [
      "does not heed a verdict on a scan that is over",
      rules,
      [
        [0, code("a")],
        [10, good(7)],
        [20, good(1)],
        [30, good(1)],
      ],
      "verify 1, admit a",
    ],
    [
      "does not wait for ever for a verdict",
      rules,
      [
        [0, code("a")],
        [VERIFY_WITHIN_MS - 1, tick],
        [VERIFY_WITHIN_MS, tick],
        [VERIFY_WITHIN_MS + 1, good(1)],
      ],
      "verify 1, refuse a: verifier-down",
    ],
    [
      "refuses more codes than a minute may have, and says so once",
      rules,
      [
        [0, code("a")],
        [1, bad(1)],
        [2, code("b")],
        [3, bad(2)],
        [4, code("c")],
        [5, bad(3)],
        [6, code("d")],
        [7, code("e")],
        [60_001, code("f")],
      ],
      "verify 1, refuse a: expired, verify 2, refuse b: expired, verify 3, refuse c: expired, refuse d: too-many-codes, verify 4",
    ],
    [
      "forgets who stood there when the terminal is lost",
      rules,
      [
        [0, code("a")],
        [5, { kind: "lost" }],
        [10, good(1)],
      ],
      "verify 1",
    ],
    [
      "says who has a fever without a code",
      rules,
      [
        [0, temperature(38)],
        [100, temperature(38.2)],
        [FEVER_AGAIN_MS, temperature(38)],
      ],
      "fever 38, fever 38",
    ],
    [
      "does not measure where nobody wants it",
      rules,
      [
        [0, code("a")],
        [5, temperature(36.5)],
        [10, good(1)],
      ],
      "verify 1, admit a at 36.5",
    ],
  ])("%s", (_, by, inputs, expected) => {
    expect(words(effectsOf(inputs, by))).toBe(expected);
  });

  it.each<[string, readonly At[], string]>([
    [
      "measures after the code",
      [
        [0, code("a")],
        [10, good(1)],
        [900, temperature(36.5)],
      ],
      "verify 1, measure, admit a at 36.5",
    ],
    [
      "takes a measurement made while the code was verified",
      [
        [0, code("a")],
        [5, temperature(36.4)],
        [10, good(1)],
      ],
      "verify 1, admit a at 36.4",
    ],
    [
      "takes none from before the code",
      [
        [0, temperature(36.4)],
        [5, code("a")],
        [10, good(1)],
        [8_010, tick],
      ],
      "verify 1, measure, refuse a: not-measured",
    ],
    [
      "passes over what is no body",
      [
        [0, code("a")],
        [10, good(1)],
        [20, temperature(24)],
        [30, temperature(33.9)],
        [40, temperature(34)],
      ],
      "verify 1, measure, admit a at 34",
    ],
    [
      "refuses who has a fever",
      [
        [0, code("a")],
        [10, good(1)],
        [20, temperature(37.3)],
      ],
      "verify 1, measure, fever 37.3 of a, refuse a: fever",
    ],
    [
      "refuses who had a fever while the code was verified, though cooler then",
      [
        [0, code("a")],
        [5, temperature(38)],
        [6, temperature(36)],
        [10, good(1)],
      ],
      "verify 1, fever 38 of a, refuse a: fever",
    ],
    [
      "refuses a fever that has just been said of the person before",
      [
        [0, temperature(38)],
        [1, code("a")],
        [2, good(1)],
        [3, temperature(38.5)],
      ],
      "fever 38, verify 1, measure, refuse a: fever",
    ],
    [
      "does not wait for ever",
      [
        [0, code("a")],
        [10, good(1)],
        [8_009, tick],
        [8_010, tick],
        [8_011, temperature(36.5)],
      ],
      "verify 1, measure, refuse a: not-measured",
    ],
    [
      "does not measure who is refused",
      [
        [0, code("a")],
        [10, bad(1)],
        [20, temperature(36.5)],
      ],
      "verify 1, refuse a: expired",
    ],
    [
      "tells another that somebody stands there",
      [
        [0, code("a")],
        [10, good(1)],
        [20, code("b")],
        [30, temperature(36.5)],
      ],
      "verify 1, measure, refuse b: busy, admit a at 36.5",
    ],
  ])("that wants temperatures %s", (_, inputs, expected) => {
    expect(words(effectsOf(inputs, measuring))).toBe(expected);
  });

  it("never lets anybody in who was not verified since the code, or has a fever", () => {
    const input = fc.oneof(
      fc.constantFrom("a", "b", "c").map(code),
      fc.integer({ min: 1, max: 6 }).map(good),
      fc.integer({ min: 1, max: 6 }).map(bad),
      fc.double({ min: 20, max: 42, noNaN: true }).map(temperature),
      fc.constant(tick),
      fc.constant<FlowInput>({ kind: "lost" }),
    );
    const inputs = fc.array(fc.tuple(fc.nat(5_000), input), { maxLength: 40 });
    fc.assert(
      fc.property(inputs, fc.boolean(), (steps, wantsTemperature) => {
        let state = IDLE;
        let nowMs = 0;
        const open = new Set<number>();
        for (const [afterMs, one] of steps) {
          nowMs += afterMs;
          const before = state.at;
          const [next, effects] = stepFlow(state, one, { ...rules, wantsTemperature }, nowMs);
          state = next;
          for (const effect of effects) {
            if (effect.kind === "verify") open.add(effect.scan);
            if (effect.kind !== "admit") continue;
            // Exactly one admission a scan, and only of a scan that was asked about.
            expect(before.phase !== "idle" && open.delete(before.scan)).toBe(true);
            expect(effect.celsius ?? (wantsTemperature ? Infinity : 36)).toBeLessThan(wantsTemperature ? 37.3 : 50);
          }
          expect(state.codesAtMs.length).toBeLessThanOrEqual(rules.maxCodesPerMinute);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
