import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { ELEMENTS, knownElement } from "../elements/elements.ts";
import { STATES } from "../elements/states.ts";
import { stationPoints } from "../points.ts";
import { sl651Settings } from "../settings.ts";
import { decodeNumber, decodeTime, encodeNumber, encodeTime } from "./bcd.ts";
import { parseBody } from "./body.ts";
import { FN } from "./functions.ts";
import { encodeReport } from "./write.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const runs = { numRuns: 10_000, seed: testSeed() };
console.log(`SL 651 texts from seed ${runs.seed}`);

const HEAD = "0003 591011155111 F1F1 0012345678 48 F0F0 5910111545";
const timed = (elements: string) => parseBody(hex(`${HEAD} ${elements}`), FN.timed);
const observedAt = { year: 2059, month: 10, day: 11, hour: 15, minute: 45, second: 0 };

describe("BCD", () => {
  it.each([
    ["000005", 1, 0.5],
    ["00000127", 3, 0.127],
    ["1115", 2, 11.15],
    ["FF0127", 1, -12.7],
    ["FFFFFF", 1, undefined],
    ["FF", 0, undefined],
    ["00000A", 1, undefined],
    ["AAAAAA", 1, undefined],
    ["FF000000", 3, 0],
    ["", 0, undefined],
    ["99999999999999999999", 0, undefined],
  ])("%s with %i decimals", (bytes, decimals, value) => {
    expect(decodeNumber(hex(bytes), decimals)).toBe(value);
  });

  it("is read as it was written", () => {
    const numbers = fc.tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(numbers, ([whole, decimals]) => {
        const value = whole / 10 ** decimals;
        expect(decodeNumber(encodeNumber(value, 4, decimals), decimals)).toBe(value === 0 ? 0 : value);
      }),
      runs,
    );
    expect(encodeNumber(undefined, 3, 1).toString("hex")).toBe("ffffff");
  });

  it("has times to the second and to the minute", () => {
    const second = { year: 2059, month: 10, day: 11, hour: 15, minute: 51, second: 11 };
    expect(decodeTime(hex("591011155111"))).toEqual(second);
    expect(decodeTime(hex("5910111545"))).toEqual(observedAt);
    expect(encodeTime(second).toString("hex")).toBe("591011155111");
    expect(decodeTime(hex("5910"))).toBeUndefined();
    expect(decodeTime(hex("59101115AA"))).toBeUndefined();
  });
});

describe("a report's text", () => {
  it("has the published elements", () => {
    const body = timed("20 19 000005 26 19 001234 39 23 00000127 38 12 1115");
    expect(body).toMatchObject({ serial: 3, sentAtDigits: "591011155111", isUnderstood: true });
    expect(body?.groups).toEqual([
      {
        observedAt,
        elements: [
          { kind: "number", code: "20", value: 0.5 },
          { kind: "number", code: "26", value: 123.4 },
          { kind: "number", code: "39", value: 0.127 },
          { kind: "number", code: "38", value: 11.15 },
        ],
      },
    ]);
  });

  it("has missing and negative values, state words and elements of a maker's own", () => {
    const body = timed("39 23 FFFFFFFF 03 19 FF0052 45 20 00000006 FF38 12 1260");
    expect(body?.isUnderstood).toBe(true);
    expect(body?.groups[0]?.elements).toEqual([
      { kind: "number", code: "39", value: undefined },
      { kind: "number", code: "03", value: -5.2 },
      { kind: "states", bits: 6 },
      { kind: "number", code: "FF38", value: 12.6 },
    ]);
  });

  it("has the hour's series: rain in one byte each, levels in two", () => {
    const body = timed("F4 60 00050AFF00000000000000FE F5 C0 00FA00FB FFFF 00FC 00FC00FC00FC00FC00FC00FC00FC00FD");
    expect(body?.isUnderstood).toBe(true);
    expect(body?.groups[0]?.elements).toEqual([
      { kind: "series", code: "F4", values: [0, 0.5, 1, undefined, 0, 0, 0, 0, 0, 0, 0, 25.4] },
      {
        kind: "series",
        code: "F5",
        values: [2.5, 2.51, undefined, 2.52, 2.52, 2.52, 2.52, 2.52, 2.52, 2.52, 2.52, 2.53],
      },
    ]);
  });

  it("has even intervals: a step, one element, its values", () => {
    const body = parseBody(hex(`${HEAD} 04 18 000005 22 19 000001 000002 FFFFFF`), FN.interval);
    expect(body?.isUnderstood).toBe(true);
    expect(body?.groups[0]?.elements).toEqual([
      { kind: "number", code: "04", value: 5 },
      { kind: "series", code: "22", values: [0.1, 0.2, undefined] },
    ]);
  });

  it("has a text entered by hand, and groups of other times", () => {
    const text = Buffer.concat([hex("0003591011155111F2F2"), Buffer.from("60012345 TT\u0007 B")]);
    expect(parseBody(text, FN.manual)?.groups[0]?.elements).toEqual([{ kind: "text", text: "60012345 TT? B" }]);
    const two = timed("39 23 00001000 F0F0 5910111550 39 23 00002000");
    expect(two?.groups.map(({ observedAt: at, elements }) => [at?.minute, elements])).toEqual([
      [45, [{ kind: "number", code: "39", value: 1 }]],
      [50, [{ kind: "number", code: "39", value: 2 }]],
    ]);
  });

  it("is an answer without the station's class", () => {
    const body = parseBody(hex("0003591011155111 F1F1 0012345678 38 12 1115"), 0x46);
    expect(body).toMatchObject({ isUnderstood: true, groups: [{ elements: [{ code: "38", value: 11.15 }] }] });
    expect(parseBody(hex("0003591011155111"), FN.keepAlive)).toMatchObject({ isUnderstood: true, groups: [] });
  });

  it.each([
    ["an element cut short", "39 23 000001"],
    ["an identifier at the end", "39"],
    ["a maker's identifier at the end", "FF"],
    ["a picture among values", "F3F3 0102"],
    ["half a time of observation", "F0F0 5910"],
    ["a time of observation of other digits", "F0F0 59101115AA"],
    ["a marker that is not doubled", "F0F1 5910111545"],
  ])("is not understood with %s", (_, elements) => {
    expect(timed(elements)?.isUnderstood).toBe(false);
  });

  it("never throws, whatever it holds, and never invents digits", () => {
    const anything = fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 255 }), fc.boolean());
    fc.assert(
      fc.property(anything, ([bytes, code, hasHead]) => {
        const body = parseBody(Buffer.concat([hasHead ? hex(HEAD) : Buffer.alloc(0), bytes]), code);
        const values = (body?.groups ?? []).flatMap(({ elements }) =>
          elements.flatMap((element) => (element.kind === "number" ? [element.value ?? 0] : [])),
        );
        expect(values.every((value) => Number.isFinite(value))).toBe(true);
      }),
      runs,
    );
  });

  it("is read as it was written", () => {
    const element = fc.record({
      code: fc.constantFrom(0x39, 0x26, 0x38, 0x03),
      value: fc.option(
        fc.integer({ min: -99_999, max: 99_999 }).map((whole) => whole / 10),
        { nil: undefined },
      ),
      bytes: fc.constant(4),
      decimals: fc.constant(1),
    });
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 8 }),
        fc.option(fc.nat(0xfff), { nil: undefined }),
        (elements, states) => {
          const report = {
            serial: 7,
            sentAt: observedAt,
            station: "0012345678",
            stationClass: "H",
            observedAt,
            elements,
          };
          const body = parseBody(encodeReport(states === undefined ? report : { ...report, states }), FN.timed);
          expect(body?.isUnderstood).toBe(true);
          const read = body?.groups[0]?.elements ?? [];
          const numbers = read.flatMap((one) => (one.kind === "number" ? [one.value] : []));
          expect(numbers).toEqual(elements.map(({ value }) => (value === 0 ? 0 : value)));
          expect(read.some((one) => one.kind === "states" && one.bits === states)).toBe(states !== undefined);
        },
      ),
      { ...runs, numRuns: 2_000 },
    );
  });
});

describe("elements and states", () => {
  it("have names in both languages, and each code and point once", () => {
    expect(ELEMENTS.length).toBeGreaterThanOrEqual(60);
    for (const list of [ELEMENTS.map(({ code }) => code), ELEMENTS.map(({ id }) => id)]) {
      expect(new Set(list).size).toBe(list.length);
    }
    for (const { code, id, name } of ELEMENTS) {
      expect(code).toMatch(/^[0-9A-F]{2}$/);
      expect(id).toMatch(/^[a-z][a-zA-Z0-9]*$/);
      expect([name.zh, name.en]).not.toContain("");
    }
    expect(knownElement("3F")?.id).toBe("outletLevel4");
    expect(knownElement("2F")?.id).toBe("outletFlow8");
  });

  it("are those that the settings know", () => {
    const all = sl651Settings.parse({ station: "12345678", elements: [{ code: "39" }], states: Object.keys(STATES) });
    expect(stationPoints(all).states.map(({ id }) => id)).toEqual([...Object.keys(STATES), "clockWrong"]);
    expect(new Set(Object.values(STATES).map(({ bit }) => bit)).size).toBe(Object.keys(STATES).length);
  });

  it.each([
    ["a maker's element without a name", [{ code: "FF38" }], "settings.elements[0]: code FF38"],
    ["a state's name", [{ code: "39", id: "batteryLow" }], "two points are called batteryLow"],
  ])("are refused with %s", (_, elements, message) => {
    expect(() => stationPoints(sl651Settings.parse({ station: "12345678", elements }))).toThrow(message);
  });
});
