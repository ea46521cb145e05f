import type { AlarmState } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import {
  isCalling,
  NEVER_RAISED,
  stepAlarm,
  suppressionOf,
  type AlarmInput,
  type AlarmLife,
  type AlarmStep,
} from "./alarm-life.ts";

const OCCURRENCE = "a".repeat(32);
const NEXT = "b".repeat(32);
const current = { occurrenceId: OCCURRENCE, expectedVersion: 5, actor: "desk" };

const INPUTS = {
  raise: { kind: "raise", occurrenceId: NEXT, wallMs: 77 },
  clear: { kind: "clear" },
  acknowledge: { kind: "acknowledge", ...current },
  shelve: { kind: "shelve", ...current, reason: "repair", untilMs: 9_000 },
  unshelve: { kind: "unshelve", ...current },
  "shelf-ended": { kind: "shelf-ended" },
  "plan-shelf": { kind: "plan-shelf", by: "desk", reason: "repair", fromMs: 5_000, untilMs: 9_000 },
  "plan-begins": { kind: "plan-begins" },
  "plan-lost": { kind: "plan-lost" },
  "end-shelf": { kind: "end-shelf", actor: "desk" },
  suppress: { kind: "suppress", by: "station local" },
  unsuppress: { kind: "unsuppress" },
  "take-out-of-service": { kind: "take-out-of-service", by: "Li", reason: "replaced" },
  "return-to-service": { kind: "return-to-service" },
  "take-out": { kind: "take-out", by: "Li", reason: "sensor is wet" },
  "put-back": { kind: "put-back", actor: "Li" },
  retire: { kind: "retire" },
} satisfies Record<AlarmInput["kind"], AlarmInput>;

function life(state: AlarmState, isConditionOn: boolean, more: Partial<AlarmLife> = {}): AlarmLife {
  return { ...NEVER_RAISED, state, isConditionOn, occurrenceId: OCCURRENCE, version: 5, raisedAtMs: 1, ...more };
}

/** The seven places an alarm can be in; latched ones may be active without their condition. */
const PLACES = {
  normal: life("normal", false),
  "active-unacknowledged": life("active-unacknowledged", true),
  "active-acknowledged": life("active-acknowledged", true),
  "cleared-unacknowledged": life("cleared-unacknowledged", false),
  "latched without condition": life("active-unacknowledged", false),
} as const;

/** What a step did: the state after it, and the change it reports; or the answer where it changed nothing. */
function summary(step: AlarmStep): string {
  if (step.answer.kind === "stale") return "stale";
  if (step.answer.kind === "refused") return "refused";
  const cause = step.life.isConditionOn ? "on" : "off";
  return `${step.life.state} ${cause}${step.report === undefined ? "" : ` (${step.report.change})`}`;
}

const ACTIVE = "active-unacknowledged on";
const CLEARED = "cleared-unacknowledged off";
const LATCHED = "active-unacknowledged off";
const ACKED = "active-acknowledged on";
const NORMAL = "normal off";

/** Rows: inputs. Columns: the places above, for an alarm that is not latched. */
const TABLE: Readonly<Record<AlarmInput["kind"], readonly [string, string, string, string]>> = {
  raise: [`${ACTIVE} (raised)`, ACTIVE, ACKED, `${ACTIVE} (re-raised)`],
  clear: [NORMAL, `${CLEARED} (cleared)`, `${NORMAL} (cleared)`, CLEARED],
  acknowledge: ["refused", `${ACKED} (acknowledged)`, "refused", `${NORMAL} (acknowledged)`],
  shelve: [`${NORMAL} (shelved)`, `${ACTIVE} (shelved)`, `${ACKED} (shelved)`, `${CLEARED} (shelved)`],
  unshelve: ["refused", "refused", "refused", "refused"],
  "shelf-ended": [NORMAL, ACTIVE, ACKED, CLEARED],
  "plan-shelf": [NORMAL, ACTIVE, ACKED, CLEARED],
  "plan-begins": [NORMAL, ACTIVE, ACKED, CLEARED],
  "plan-lost": [NORMAL, ACTIVE, ACKED, CLEARED],
  "end-shelf": ["refused", "refused", "refused", "refused"],
  suppress: [NORMAL, `${ACTIVE} (suppressed)`, `${ACKED} (suppressed)`, `${CLEARED} (suppressed)`],
  unsuppress: [NORMAL, ACTIVE, ACKED, CLEARED],
  "take-out-of-service": [NORMAL, `${ACTIVE} (suppressed)`, `${ACKED} (suppressed)`, `${CLEARED} (suppressed)`],
  "return-to-service": [NORMAL, ACTIVE, ACKED, CLEARED],
  "take-out": [NORMAL, `${ACTIVE} (suppressed)`, `${ACKED} (suppressed)`, `${CLEARED} (suppressed)`],
  "put-back": ["refused", "refused", "refused", "refused"],
  retire: [NORMAL, `${NORMAL} (cleared)`, `${NORMAL} (cleared)`, `${NORMAL} (cleared)`],
};

/** The same inputs where the latch makes a difference: active with its condition, and active without. */
const LATCHED_TABLE: Readonly<Record<AlarmInput["kind"], readonly [string, string]>> = {
  raise: [ACTIVE, `${ACTIVE} (re-raised)`],
  clear: [LATCHED, LATCHED],
  acknowledge: [`${ACKED} (acknowledged)`, `${NORMAL} (acknowledged)`],
  shelve: [`${ACTIVE} (shelved)`, `${LATCHED} (shelved)`],
  unshelve: ["refused", "refused"],
  "shelf-ended": [ACTIVE, LATCHED],
  "plan-shelf": [ACTIVE, LATCHED],
  "plan-begins": [ACTIVE, LATCHED],
  "plan-lost": [ACTIVE, LATCHED],
  "end-shelf": ["refused", "refused"],
  suppress: [`${ACTIVE} (suppressed)`, `${LATCHED} (suppressed)`],
  unsuppress: [ACTIVE, LATCHED],
  "take-out-of-service": [`${ACTIVE} (suppressed)`, `${LATCHED} (suppressed)`],
  "return-to-service": [ACTIVE, LATCHED],
  "take-out": [`${ACTIVE} (suppressed)`, `${LATCHED} (suppressed)`],
  "put-back": ["refused", "refused"],
  retire: [`${NORMAL} (cleared)`, `${NORMAL} (cleared)`],
};

describe("every state × every input", () => {
  const columns = ["normal", "active-unacknowledged", "active-acknowledged", "cleared-unacknowledged"] as const;
  const cases = Object.values(INPUTS).flatMap((input) =>
    columns.map((place, index) => [place, input.kind, TABLE[input.kind][index] ?? "", input] as const),
  );
  it.each(cases)("%s + %s → %s", (place, _, expected, input) => {
    expect(summary(stepAlarm(false, PLACES[place], input))).toBe(expected);
  });

  const latched = ["active-unacknowledged", "latched without condition"] as const;
  const latchedCases = Object.values(INPUTS).flatMap((input) =>
    latched.map((place, index) => [place, input.kind, LATCHED_TABLE[input.kind][index] ?? "", input] as const),
  );
  it.each(latchedCases)("latched: %s + %s → %s", (place, _, expected, input) => {
    expect(summary(stepAlarm(true, PLACES[place], input))).toBe(expected);
  });

  it("a version counts exactly the steps that are reported", () => {
    for (const place of Object.values(PLACES)) {
      for (const input of Object.values(INPUTS)) {
        const { life: after, report } = stepAlarm(false, place, input);
        const isNew = after.occurrenceId !== place.occurrenceId;
        expect(after.version).toBe(isNew ? 1 : place.version + (report === undefined ? 0 : 1));
      }
    }
  });
});

describe("occurrences", () => {
  it("begin with a fresh id and version 1 when a normal alarm is raised", () => {
    const { life: raised } = stepAlarm(false, PLACES.normal, INPUTS.raise);
    expect(raised).toMatchObject({ occurrenceId: NEXT, version: 1, raisedAtMs: 77 });
  });

  it("go on when a cleared alarm nobody acknowledged is raised again", () => {
    const { life: raised } = stepAlarm(false, PLACES["cleared-unacknowledged"], INPUTS.raise);
    expect(raised).toMatchObject({ occurrenceId: OCCURRENCE, version: 6, raisedAtMs: 1 });
  });
});

describe("orders that came too late", () => {
  const orders = [INPUTS.acknowledge, INPUTS.shelve, INPUTS.unshelve];

  it.each(orders)("$kind for another version changes nothing and says so", (order) => {
    for (const place of Object.values(PLACES)) {
      const step = stepAlarm(false, place, { ...order, expectedVersion: 4 });
      expect(step).toEqual({ life: place, report: undefined, answer: { kind: "stale", currentVersion: 5 } });
    }
  });

  it.each(orders)("$kind for another occurrence changes nothing and says so", (order) => {
    const place = PLACES["active-unacknowledged"];
    const step = stepAlarm(false, place, { ...order, occurrenceId: NEXT });
    expect(step).toEqual({ life: place, report: undefined, answer: { kind: "stale", currentVersion: 5 } });
  });
});

describe("suppression", () => {
  const shelf = { by: "desk", reason: "repair", untilMs: 9_000 };
  const design = { by: "station local" };
  const outOfService = { by: "Li", reason: "replaced" };

  it("calls for actions only while it is active and nothing suppresses it", () => {
    expect(Object.entries(PLACES).map(([place, one]) => [place, isCalling(one)])).toEqual([
      ["normal", false],
      ["active-unacknowledged", true],
      ["active-acknowledged", true],
      ["cleared-unacknowledged", false],
      ["latched without condition", true],
    ]);
    for (const more of [{ shelf }, { design }, { outOfService }]) {
      expect(isCalling(life("active-unacknowledged", true, more))).toBe(false);
    }
  });

  it("shows the strongest of several", () => {
    expect(suppressionOf(life("normal", false, { shelf })).kind).toBe("shelved");
    expect(suppressionOf(life("normal", false, { shelf, design })).kind).toBe("suppressed-by-design");
    expect(suppressionOf(life("normal", false, { shelf, design, outOfService })).kind).toBe("out-of-service");
    expect(suppressionOf(NEVER_RAISED)).toEqual({ kind: "none" });
  });

  it("records what is raised meanwhile, with what suppresses it", () => {
    const step = stepAlarm(false, life("normal", false, { shelf }), INPUTS.raise);
    expect(step.report?.change).toBe("raised");
    expect(suppressionOf(step.life)).toEqual({ kind: "shelved", ...shelf });
  });

  it("an active alarm that comes back into view must be acknowledged anew", () => {
    const hidden = life("active-acknowledged", true, { shelf });
    expect(summary(stepAlarm(false, hidden, INPUTS["shelf-ended"]))).toBe(`${ACTIVE} (unshelved)`);
    expect(summary(stepAlarm(false, hidden, INPUTS.unshelve))).toBe(`${ACTIVE} (unshelved)`);
    const local = life("active-acknowledged", true, { design });
    expect(summary(stepAlarm(false, local, INPUTS.unsuppress))).toBe(`${ACTIVE} (returned)`);
    const away = life("active-acknowledged", true, { outOfService });
    expect(summary(stepAlarm(false, away, INPUTS["return-to-service"]))).toBe(`${ACTIVE} (returned)`);
  });

  it("stays out of view while another suppression holds", () => {
    const both = life("active-acknowledged", true, { shelf, outOfService });
    expect(summary(stepAlarm(false, both, INPUTS["shelf-ended"]))).toBe(`${ACKED} (unshelved)`);
  });

  it("can be shelved anew with another end", () => {
    const step = stepAlarm(false, life("active-unacknowledged", true, { shelf }), {
      ...INPUTS.shelve,
      untilMs: 99_000,
    });
    expect(step.life.shelf?.untilMs).toBe(99_000);
  });
});

describe("a planned shelf", () => {
  const plan = { by: "desk", reason: "repair", fromMs: 5_000, untilMs: 9_000 };

  it.each([
    ["normal", "normal off", undefined],
    ["active-unacknowledged", `${ACTIVE} (shelved)`, "shelved"],
    ["active-acknowledged", `${ACKED} (shelved)`, "shelved"],
    ["cleared-unacknowledged", `${CLEARED} (shelved)`, "shelved"],
  ] as const)("begins whether or not the alarm stands: %s", (place, expected, change) => {
    const begun = stepAlarm(false, { ...PLACES[place], plan }, INPUTS["plan-begins"]);
    expect(summary(begun)).toBe(expected);
    expect(begun.report?.change).toBe(change);
    expect(suppressionOf(begun.life)).toEqual({ kind: "shelved", by: "desk", reason: "repair", untilMs: 9_000 });
    expect(begun.life.plan).toBeUndefined();
  });

  it("hides nothing before it begins, and is ended with the shelf", () => {
    const planned = stepAlarm(false, PLACES["active-unacknowledged"], INPUTS["plan-shelf"]).life;
    expect(isCalling(planned)).toBe(true);
    const ended = stepAlarm(false, planned, INPUTS["end-shelf"]);
    expect(ended).toMatchObject({ life: { plan: undefined, shelf: undefined }, answer: { kind: "done" } });
    const shelved = stepAlarm(false, planned, INPUTS["plan-begins"]).life;
    expect(summary(stepAlarm(false, shelved, INPUTS["end-shelf"]))).toBe(`${ACTIVE} (unshelved)`);
  });

  it("whose beginning nobody can tell any more is forgotten", () => {
    expect(stepAlarm(false, { ...PLACES.normal, plan }, INPUTS["plan-lost"]).life.plan).toBeUndefined();
  });
});

describe("taken out of service at the site", () => {
  it("is shown as out of service, and back in service must be acknowledged anew", () => {
    const out = stepAlarm(false, PLACES["active-acknowledged"], INPUTS["take-out"]).life;
    expect(suppressionOf(out)).toEqual({ kind: "out-of-service", by: "Li", reason: "sensor is wet" });
    expect(isCalling(out)).toBe(false);
    expect(summary(stepAlarm(false, out, INPUTS["put-back"]))).toBe(`${ACTIVE} (returned)`);
  });
});
