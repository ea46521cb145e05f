import { expect, test } from "vitest";

import { Leavers } from "./leavers.ts";

test("all who wait by a signal leave when it aborts, once, and those who have left before do not", () => {
  const leavers = new Leavers();
  const signal = new AbortController();
  const other = new AbortController();
  const left: string[] = [];
  leavers.add(signal.signal, () => left.push("first"));
  const end = leavers.add(signal.signal, () => left.push("second"));
  leavers.add(signal.signal, () => left.push("third"));
  leavers.add(other.signal, () => left.push("of another"));
  end();
  signal.abort();
  expect(left).toEqual(["first", "third"]);
});
