import { describe, expect, it } from "vitest";

import { isSamePresence, presenceOf, type RadioFacts } from "./presence.ts";

const well: RadioFacts = {
  link: { kind: "up" },
  isBridgeOnline: undefined,
  isAvailable: undefined,
  hasLeft: false,
  misunderstood: undefined,
  hasBeenHeard: true,
  isOverdue: false,
};
const down = { link: { kind: "down", reason: "no broker" } } as const;

describe("how a radio button stands", () => {
  it.each([
    ["online when it has been heard", {}, "online"],
    ["online when all say so", { isBridgeOnline: true, isAvailable: true }, "online"],
    ["offline without a broker, whatever else", { ...down, hasLeft: true }, "offline link-down"],
    ["offline with its bridge", { isBridgeOnline: false, isAvailable: true }, "offline link-down"],
    ["offline when it left", { hasLeft: true, isOverdue: true }, "offline not-available"],
    ["offline when its bridge gave it up", { isAvailable: false }, "offline timeout"],
    ["offline before it was ever heard", { hasBeenHeard: false }, "offline not-yet-read"],
    ["offline when it is silent for too long", { isOverdue: true }, "offline timeout"],
    ["at fault when it cannot be understood", { misunderstood: "no codec" }, "fault bad-frame"],
  ] as const)("%s", (_, facts, expected) => {
    const presence = presenceOf({ ...well, ...facts });
    expect(presence.kind === "online" ? "online" : `${presence.state} ${presence.reason}`).toBe(expected);
  });

  it("is news when anything of it changes", () => {
    const lost = presenceOf({ ...well, isOverdue: true });
    expect(isSamePresence(undefined, lost)).toBe(false);
    expect(isSamePresence(lost, presenceOf({ ...well, isOverdue: true }))).toBe(true);
    expect(isSamePresence(lost, presenceOf({ ...well, isAvailable: false }))).toBe(false);
    expect(isSamePresence(presenceOf(well), presenceOf({ ...well, isAvailable: true }))).toBe(true);
    expect(isSamePresence(presenceOf(well), lost)).toBe(false);
  });
});
