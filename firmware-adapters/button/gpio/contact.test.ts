import { describe, expect, it } from "vitest";

import { SETTLE_MS, stepContact, unknownContact, type ContactInput } from "./contact.ts";

/** A story of inputs with their times, and what came of it. */
function play(story: readonly (readonly [number, ContactInput])[]): readonly string[] {
  let state = unknownContact;
  const told: string[] = [];
  for (const [atMs, input] of story) {
    const [next, effects] = stepContact(state, input, atMs);
    state = next;
    told.push(...effects.map((effect) => `${effect} at ${atMs}`));
  }
  return told;
}

const down: ContactInput = { kind: "edge", isPressed: true };
const up: ContactInput = { kind: "edge", isPressed: false };
const tick: ContactInput = { kind: "tick" };
const open: ContactInput = { kind: "level", isPressed: false };
const closed: ContactInput = { kind: "level", isPressed: true };

describe("a contact", () => {
  it.each([
    ["pressed already when it is first read: raises", [[0, closed]], ["press at 0"]],
    ["open when it is first read: nothing", [[0, open]], []],
    [
      "read twice the same: once",
      [
        [0, closed],
        [1, closed],
      ],
      ["press at 0"],
    ],
    [
      "let go while nobody looked",
      [
        [0, closed],
        [9_000, open],
      ],
      ["press at 0", "release at 9000"],
    ],
    [
      "raises with the first edge",
      [
        [0, open],
        [1_000, down],
      ],
      ["press at 1000"],
    ],
    [
      "ignores its bouncing",
      [
        [0, open],
        [1_000, down],
        [1_003, up],
        [1_004, down],
        [1_011, up],
        [1_012, down],
        [1_050, tick],
      ],
      ["press at 1000"],
    ],
    [
      "is released when it has been so for the settling time",
      [
        [0, open],
        [1_000, down],
        [1_050, tick],
        [2_000, up],
        [2_004, down],
        [2_006, up],
        [2_049, tick],
        [2_050, tick],
      ],
      ["press at 1000", "release at 2050"],
    ],
    [
      "a touch of ten milliseconds is a press and a release",
      [
        [0, open],
        [1_000, down],
        [1_010, up],
        [1_050, tick],
      ],
      ["press at 1000", "release at 1050"],
    ],
    [
      "that opens for a moment only is still held",
      [
        [0, open],
        [1_000, down],
        [1_050, tick],
        [2_000, up],
        [2_010, down],
        [2_050, tick],
      ],
      ["press at 1000"],
    ],
    [
      "an edge to released of a released contact: a press that nobody saw",
      [
        [0, open],
        [1_000, up],
        [1_050, tick],
      ],
      ["press at 1000", "release at 1050"],
    ],
    [
      "an edge that comes before the overdue look: release and press are two",
      [
        [0, open],
        [1_000, down],
        [1_010, up],
        [1_200, down],
      ],
      ["press at 1000", "release at 1200", "press at 1200"],
    ],
    [
      "an edge before any level",
      [
        [0, down],
        [50, tick],
      ],
      ["press at 0"],
    ],
    [
      "a tick without anything",
      [
        [0, tick],
        [50, tick],
      ],
      [],
    ],
  ] as const)("%s", (_, story, told) => {
    expect(play(story)).toEqual(told);
  });

  it("settles within twenty to fifty milliseconds", () => {
    expect(SETTLE_MS).toBeGreaterThanOrEqual(20);
    expect(SETTLE_MS).toBeLessThanOrEqual(50);
  });
});
