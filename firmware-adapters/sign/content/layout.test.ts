import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { layOut, width } from "./layout.ts";

const at = (columns: number, rows: number) => ({ columns, rows });

describe("the layout of a text", () => {
  it.each([
    ["a short text", { zh: "注意安全", en: "" }, at(8, 1), ["注意安全"]],
    ["both languages", { zh: "地道积水", en: "Underpass flooded" }, at(20, 2), ["地道积水", "Underpass flooded"]],
    ["wide characters that do not fit half", { zh: "地道积水", en: "" }, at(7, 2), ["地道积", "水"]],
    ["words kept whole", { zh: "", en: "the underpass is flooded" }, at(14, 2), ["the underpass", "is flooded"]],
    ["a word wider than a line", { zh: "", en: "abcdefghij" }, at(4, 3), ["abcd", "efgh", "ij"]],
    ["a line break of its own", { zh: "一\n二", en: "" }, at(8, 2), ["一", "二"]],
    ["an empty line between", { zh: "一\n\n二", en: "" }, at(8, 3), ["一", "", "二"]],
    ["a mixture", { zh: "G2 出口关闭", en: "" }, at(8, 2), ["G2 出口", "关闭"]],
    ["an emoji", { zh: "🚌到站", en: "" }, at(6, 1), ["🚌到站"]],
  ] as const)("breaks %s", (_, text, panel, lines) => {
    expect(layOut(text, panel)).toEqual({ kind: "fits", lines });
  });

  it("says how many lines a text would need that does not fit", () => {
    expect(layOut({ zh: "地道积水，禁止通行", en: "" }, at(6, 2))).toEqual({ kind: "too-long", rows: 3 });
  });

  it("loses nothing but spaces and never goes beyond the panel's width", () => {
    const text = fc.stringMatching(/^[ a-z地道积水，。!\n]{0,80}$/);
    const property = fc.property(text, text, fc.integer({ min: 4, max: 30 }), (zh, en, columns) => {
      const layout = layOut({ zh, en }, at(columns, 1_000));
      expect(layout.kind).toBe("fits");
      if (layout.kind !== "fits") return;
      expect(layout.lines.filter((line) => width(line) > columns)).toEqual([]);
      expect(layout.lines.join("").replaceAll(" ", "")).toBe(`${zh}${en}`.replaceAll(/\s/g, ""));
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
