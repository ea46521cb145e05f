import { describe, expect, it } from "vitest";

import { sayCommand, selectionLife } from "./command-text.ts";

describe("what became of an order, in words", () => {
  it.each([
    ["refused", "interlocked: the pump is isolated", "网关拒绝：联锁未满足（the pump is isolated）"],
    ["refused", "needs-select: ", "网关拒绝：须先选中，再执行"],
    ["refused", "200 commands wait already", "网关拒绝：200 commands wait already"],
    ["refused", "eaten-by-fish: yes", "网关拒绝：eaten-by-fish: yes"],
    ["refused", "toString: x", "网关拒绝：toString: x"],
    ["unconfirmed", null, "未能核实：—"],
  ] as const)("%s with %j", (state, detail, sentence) => {
    expect(sayCommand("zh", { state, detail })).toBe(sentence);
  });

  it("says what a called method had to say", () => {
    expect(sayCommand("en", { state: "done", detail: "door 4 is open" })).toBe("Done by the gateway: door 4 is open");
    expect(sayCommand("en", { state: "done", detail: "" })).toBe("Done by the gateway");
  });

  it("knows how long a selection stays armed", () => {
    expect(selectionLife({ state: "selected", detail: "operate within 30000 ms" })).toBe(30_000);
    expect(selectionLife({ state: "selected", detail: "soon" })).toBeUndefined();
    expect(selectionLife({ state: "done", detail: "operate within 30000 ms" })).toBeUndefined();
  });
});
