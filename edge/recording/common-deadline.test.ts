import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { CommonDeadline } from "./common-deadline.ts";

describe("a deadline that many share", () => {
  it("ends each wait that lasts too long, in their order, once", async () => {
    const clock = new ManualClock();
    const deadline = new CommonDeadline(clock, 1_000);
    const late: string[] = [];
    deadline.begin(() => late.push("a"));
    await clock.advance(400);
    deadline.begin(() => late.push("b"));
    await clock.advance(599);
    expect(late).toEqual([]);
    await clock.advance(1);
    expect(late).toEqual(["a"]);
    await clock.advance(10_000);
    expect(late).toEqual(["a", "b"]);
  });

  it("lets those alone that were over in time", async () => {
    const clock = new ManualClock();
    const deadline = new CommonDeadline(clock, 1_000);
    const late: string[] = [];
    const first = deadline.begin(() => late.push("a"));
    deadline.begin(() => late.push("b"));
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await clock.advance(1_000);
    expect(late).toEqual(["b"]);
  });

  it("begins anew after nobody has waited for a while", async () => {
    const clock = new ManualClock();
    const deadline = new CommonDeadline(clock, 1_000);
    const late: string[] = [];
    deadline.begin(() => late.push("a"))[Symbol.dispose]();
    await clock.advance(5_000);
    deadline.begin(() => late.push("b"));
    await clock.advance(999);
    expect(late).toEqual([]);
    await clock.advance(1);
    expect(late).toEqual(["b"]);
  });
});
