import { describe, expect, it } from "vitest";

import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { BookKeeper } from "./book-keeper.ts";
import { MAX_ROW_CHARS, rules16 } from "./book-rules.ts";
import { MAX_OPEN, type BookInput } from "./book.ts";

const never = new AbortController().signal;
/** The longest tag that is taken, of letters that JSON writes with six. */
const LONG_TAG = "\u0001".repeat(64);
const LONG_NUMBER = 1.234_567_890_123_456e-300;

function keeperOn(deps: FakeDeps) {
  const keeper = new BookKeeper(rules16, deps);
  let messages = 0;
  return {
    keeper,
    enter: (input: BookInput) => keeper.enter({ input, key: String((messages += 1)), events: () => [] }, never),
  };
}

function start(connectorId: number, idTag = LONG_TAG): BookInput {
  const meterStartWh = LONG_NUMBER;
  return {
    kind: "start",
    connectorId,
    idTag,
    startedAtMs: 1_795_626_461_792 + connectorId,
    meterStartWh,
    isAccepted: true,
  };
}

function stop(transactionId: number, idTag = LONG_TAG): BookInput {
  return { kind: "stop", transactionId, stoppedAtMs: 1_895_626_461_792, meterStopWh: 5_000.123_456_789, idTag };
}

describe("the rows of a book of 1.6", () => {
  it("are never longer than the memory takes, and no open transaction is lost by it", async () => {
    const deps = fakeDeps();
    const { keeper, enter } = keeperOn(deps);
    for (let connector = 1; connector <= MAX_OPEN; connector += 1) {
      await enter(start(connector));
      for (let alias = 1; alias <= 8; alias += 1) {
        const transactionId = -alias * 100_000_000_000 - connector;
        await enter({ kind: "meter", connectorId: connector, transactionId, meterWh: LONG_NUMBER });
      }
    }
    for (let number = 1; number <= 100; number += 1) await enter(stop(-number * 1_000_003, "NOBODY"));
    const longest = Math.max(...[...deps.memory.rows.values()].map((row) => row.length));
    expect(longest).toBeLessThanOrEqual(MAX_ROW_CHARS);

    const after = new BookKeeper(rules16, deps.restarted()).book;
    expect(after.open).toEqual(keeper.book.open);
    expect(after.open).toHaveLength(MAX_OPEN);
    expect(after.nextId).toBe(keeper.book.nextId);
    // The latest are known again when they are told again.
    expect(after.stops.at(-1)).toEqual(keeper.book.stops.at(-1));
  });

  it("are one row again when there is less, and what had ended is not open after a restart", async () => {
    const deps = fakeDeps();
    const { keeper, enter } = keeperOn(deps);
    for (let connector = 1; connector <= MAX_OPEN; connector += 1) await enter(start(connector));
    expect(deps.memory.rows.size).toBeGreaterThan(1);
    const open = keeper.book.open.map(({ id }) => id);
    for (const id of open) await enter(stop(id));
    for (let connector = 1; connector <= 200; connector += 1) {
      await enter(start((connector % 4) + 100, `TAG${connector}`));
      await enter(stop(-connector, "NOBODY"));
    }
    expect([...deps.memory.rows.keys()]).toEqual(["book"]);
    expect(new BookKeeper(rules16, deps.restarted()).book).toEqual(keeper.book);
  });

  it("are read as they were written before they could be several", () => {
    const open = { id: 3, connectorId: 1, idTag: "A", startedAtMs: 1, meterStartWh: 2, lastMeterWh: 2, aliases: [-1] };
    const row = JSON.stringify({ nextId: 4, open: [open], starts: [{ key: "k", transactionId: 3 }], stops: [] });
    const memory = { rows: new Map([["book", row]]), isRestored: true, save: async () => {} };
    expect(rules16.read(memory, 0)).toEqual(JSON.parse(row));
  });
});
