import { describe, expect, it } from "vitest";

import { SELECTION_MS, stepSelection } from "./selection.ts";
import type { Selection, SelectionEffect, SelectionInput } from "./selection.ts";

const A = { selectionId: "a", pointId: "pump1.start", value: 1, actor: "ann" };
const B = { selectionId: "b", pointId: "pump2.start", value: 1, actor: "bob" };
const NOW = 100_000;

const idle: Selection = { phase: "idle" };
const selected: Selection = { phase: "selected", ...A, expiresAtMs: NOW + 1 };
const expired: Selection = { phase: "selected", ...A, expiresAtMs: NOW };
const operating: Selection = { phase: "operating", ...A };
const armed = (what: typeof A): Selection => ({ phase: "selected", ...what, expiresAtMs: NOW + SELECTION_MS });

const inputs = {
  "the same actor selects": { kind: "select", ...A, selectionId: "a2" },
  "another actor selects": { kind: "select", ...B },
  "the actor operates": { kind: "operate", selectionId: "a", actor: "ann" },
  "another actor operates": { kind: "operate", selectionId: "a", actor: "bob" },
  "an unknown id is operated": { kind: "operate", selectionId: "z", actor: "ann" },
  "the actor cancels": { kind: "cancel", selectionId: "a", actor: "ann" },
  "another actor cancels": { kind: "cancel", selectionId: "a", actor: "bob" },
  "the write ends": { kind: "finished" },
} as const satisfies Record<string, SelectionInput>;
type InputName = keyof typeof inputs;

const isSelected = (selectionId: string) => ({ kind: "selected", selectionId, expiresInMs: SELECTION_MS });
const refused = (reason: string) => ({ kind: "refused", reason });
const CARRY_OUT = "carry out";
const NOTHING = "nothing";

// Every phase by every input: what state follows, and what is answered.
const TABLE: Record<string, [Selection, Record<InputName, [Selection, unknown]>]> = {
  idle: [
    idle,
    {
      "the same actor selects": [armed({ ...A, selectionId: "a2" }), isSelected("a2")],
      "another actor selects": [armed(B), isSelected("b")],
      "the actor operates": [idle, refused("no-such-selection")],
      "another actor operates": [idle, refused("no-such-selection")],
      "an unknown id is operated": [idle, refused("no-such-selection")],
      "the actor cancels": [idle, refused("no-such-selection")],
      "another actor cancels": [idle, refused("no-such-selection")],
      "the write ends": [idle, NOTHING],
    },
  ],
  selected: [
    selected,
    {
      "the same actor selects": [armed({ ...A, selectionId: "a2" }), isSelected("a2")],
      "another actor selects": [selected, refused("other-selection-active")],
      "the actor operates": [operating, CARRY_OUT],
      "another actor operates": [selected, refused("no-such-selection")],
      "an unknown id is operated": [selected, refused("no-such-selection")],
      "the actor cancels": [idle, { kind: "cancelled" }],
      "another actor cancels": [selected, refused("no-such-selection")],
      "the write ends": [selected, NOTHING],
    },
  ],
  expired: [
    expired,
    {
      "the same actor selects": [armed({ ...A, selectionId: "a2" }), isSelected("a2")],
      "another actor selects": [armed(B), isSelected("b")],
      "the actor operates": [idle, refused("selection-expired")],
      "another actor operates": [expired, refused("no-such-selection")],
      "an unknown id is operated": [expired, refused("no-such-selection")],
      "the actor cancels": [idle, { kind: "cancelled" }],
      "another actor cancels": [expired, refused("no-such-selection")],
      "the write ends": [expired, NOTHING],
    },
  ],
  operating: [
    operating,
    {
      "the same actor selects": [operating, refused("other-selection-active")],
      "another actor selects": [operating, refused("other-selection-active")],
      "the actor operates": [operating, refused("no-such-selection")],
      "another actor operates": [operating, refused("no-such-selection")],
      "an unknown id is operated": [operating, refused("no-such-selection")],
      "the actor cancels": [operating, refused("no-such-selection")],
      "another actor cancels": [operating, refused("no-such-selection")],
      "the write ends": [idle, NOTHING],
    },
  ],
};

const rows = Object.entries(TABLE).flatMap(([phase, [state, reactions]]) =>
  Object.entries(inputs).map(([name, input]) => ({ phase, name, state, input, expected: reactionTo(reactions, name) })),
);

function reactionTo(reactions: Record<string, [Selection, unknown]>, name: string): [Selection, unknown] {
  const found = reactions[name];
  if (found === undefined) throw new Error(`no reaction to ${name}`);
  return found;
}

function told(effect: SelectionEffect): unknown {
  if (effect.kind === "none") return NOTHING;
  if (effect.kind === "carry-out") return CARRY_OUT;
  const { outcome } = effect;
  return outcome.kind === "refused" ? { kind: outcome.kind, reason: outcome.reason } : outcome;
}

describe("select before operate", () => {
  it.each(rows)("$phase, when $name", ({ state, input, expected }) => {
    const [next, effect] = stepSelection(state, input, NOW);
    expect([next, told(effect)]).toEqual(expected);
  });

  it("carries out what was selected, not what is named later", () => {
    expect(stepSelection(selected, inputs["the actor operates"], NOW)[1]).toEqual({
      kind: "carry-out",
      pointId: "pump1.start",
      value: 1,
    });
  });
});
