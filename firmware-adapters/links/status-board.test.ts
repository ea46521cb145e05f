import { describe, expect, it } from "vitest";

import { StatusBoard } from "./status-board.ts";

describe("a status board", () => {
  it("tells news only, and nothing to those who have gone", () => {
    const board = new StatusBoard();
    const told: string[] = [];
    const watching = board.onStatus((status) => told.push(status.kind === "up" ? "up" : status.reason));
    expect(board.turn({ kind: "down", reason: "taken" })).toBe(true);
    expect(board.turn({ kind: "down", reason: "taken" })).toBe(false);
    expect(board.turn({ kind: "up" })).toBe(true);
    expect(board.turn({ kind: "up" })).toBe(false);
    watching[Symbol.dispose]();
    board.turn({ kind: "down", reason: "closed" });
    expect(told).toEqual(["not opened yet", "taken", "up"]);
    expect(board.status).toEqual({ kind: "down", reason: "closed" });
  });
});
