import type { AlarmRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { judge, type Round } from "./judgement.ts";

const A = "a".repeat(32);

function step(
  version: number,
  change: AlarmRecord["change"],
  state: AlarmRecord["state"],
  occurrenceId = A,
): AlarmRecord {
  return {
    kind: "alarm",
    occurrenceId,
    version,
    ruleId: "pump1-fault",
    priority: "critical",
    state,
    suppression: { kind: "none" },
    change,
    message: { zh: "一号泵故障", en: "Pump 1 has a fault" },
    value: 1,
    raisedAtMs: 1,
    occurredAtMs: 1,
    clockConfidence: "plausible",
  };
}
const round: Round = {
  name: "kill",
  trippedAtMs: 0,
  promised: { mustAsk: true, mustSound: true, acknowledged: undefined },
  sounded: true,
  asked: true,
  ended: true,
};
const WHOLE = [
  step(1, "raised", "active-unacknowledged"),
  step(2, "acknowledged", "active-acknowledged"),
  step(3, "cleared", "normal"),
];
const CLEAN = { lost: 0, stuck: 0, disordered: 0, repeated: 0, repeatedReferences: {}, unmarked: 0 };

describe("the judge of the alarm rounds", () => {
  it("finds nothing where everything came", () => {
    expect(judge([round], WHOLE, ["0000000A"])).toEqual(CLEAN);
  });

  it.each<[string, Round, AlarmRecord[], string[], object]>([
    ["an alarm that is not there", round, [], [], { lost: 1 }],
    [
      "an acknowledgement that is not there",
      { ...round, promised: { mustAsk: false, mustSound: true, acknowledged: { occurrenceId: A, version: 1 } } },
      [step(1, "raised", "active-unacknowledged"), step(2, "cleared", "normal")],
      [],
      { lost: 1 },
    ],
    ["a siren that was omitted", { ...round, sounded: false }, WHOLE, [], { stuck: 1 }],
    ["somebody who was not asked", { ...round, asked: false }, WHOLE, [], { stuck: 1 }],
    ["a step that is missing between", round, WHOLE.filter(({ version }) => version !== 2), [], { disordered: 1 }],
    ["an alarm without its end", round, WHOLE.slice(0, 2), [], { disordered: 1 }],
    [
      "messages that went out again, with their references",
      round,
      WHOLE,
      ["0000000A", "0000000B", "0000000A", "0000000A"],
      { repeated: 2, repeatedReferences: { "0000000A": 3 } },
    ],
    ["a message without a mark", round, WHOLE, [""], { unmarked: 1 }],
  ])("finds %s", (_, one, steps, sent, found) => {
    expect(judge([one], steps, sent)).toEqual({ ...CLEAN, ...found });
  });
});
