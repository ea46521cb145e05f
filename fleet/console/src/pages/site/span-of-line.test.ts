import { expect, it } from "vitest";

import { spanOfLine } from "./span-of-line.ts";

it.each([
  [1, "one"],
  [2, ""],
  [3, "three"],
  [4, ""],
  [9, ""],
])("line %i is %j", (line, expected) => {
  const text = "one\n\nthree";
  const [from, to] = spanOfLine(text, line);
  expect(text.slice(from, to)).toBe(expected);
});
