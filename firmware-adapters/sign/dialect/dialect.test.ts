import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { codecCases } from "../bench/codec-cases.ts";
import type { Content } from "../content/content.ts";
import { SignError } from "../errors.ts";
import { signDialect, type SignDialect } from "./settings.ts";
import { MAX_STATE_BYTES, parseState } from "./state.ts";
import { contentBody, filledPlace } from "./template.ts";

const content: Content = {
  id: "text-0a1b2c",
  text: { zh: "地道积水", en: "" },
  lines: ["地道积水", "请绕行"],
  priority: "emergency",
  endsAtMs: 5_000,
  expiresAtMs: Date.UTC(2026, 10, 25, 4, 30),
};
const own = signDialect.parse({});
/** A made-up maker's: everything called and counted otherwise. */
const foreign = signDialect.parse({
  content: {
    cmd: "text",
    msg: { no: "{id}", body: "{joined}", level: "{priority}", till: "{expiresAtMs}" },
    note: "by {id}: {zh}",
  },
  priorities: { normal: 1, emergency: 9 },
  state: { showing: "screen.current.no", brightness: { at: "screen.light", scale: 0.1 }, fault: "errors" },
});
const state = (json: unknown, dialect: SignDialect = own) => parseState(Buffer.from(JSON.stringify(json)), dialect);

describe("the body of a content", () => {
  it("is our own protocol's where the settings say nothing", () => {
    expect(JSON.parse(contentBody(content, own))).toEqual({
      id: "text-0a1b2c",
      text: { zh: "地道积水" },
      lines: ["地道积水", "请绕行"],
      priority: "emergency",
      expiresAt: "2026-11-25T04:30:00.000Z",
    });
  });

  it("has no end where the clock was doubtful or there is none", () => {
    expect(contentBody({ ...content, expiresAtMs: undefined }, own)).not.toContain("expiresAt");
  });

  it("is another maker's by its template", () => {
    expect(JSON.parse(contentBody(content, foreign))).toEqual({
      cmd: "text",
      msg: { no: "text-0a1b2c", body: "地道积水\n请绕行", level: 9, till: content.expiresAtMs },
      note: "by text-0a1b2c: 地道积水",
    });
  });

  it("lets no text reach into the JSON or into another placeholder", () => {
    const dialect = signDialect.parse({ content: { a: "x{zh}", b: "{en}", __proto__x: "{unknown}" } });
    const fuzz = fc.property(fc.string(), fc.string(), (zh, en) => {
      const body = JSON.parse(contentBody({ ...content, text: { zh, en } }, dialect));
      return body.a === `x${zh}` && body.b === en && body["__proto__x"] === "{unknown}";
    });
    fc.assert(fuzz, { numRuns: 2_000 });
  });

  it("keeps templates within bounds", () => {
    const nested = (depth: number): unknown => (depth === 0 ? "{id}" : { a: nested(depth - 1) });
    expect(signDialect.safeParse({ content: nested(4) }).success).toBe(true);
    expect(signDialect.safeParse({ content: nested(5) }).success).toBe(false);
    expect(signDialect.safeParse({ content: nested(5_000) }).success).toBe(false);
    expect(signDialect.safeParse({ mqtt: { content: "sign/#" } }).success).toBe(false);
    expect(signDialect.safeParse({ http: { contentPath: "content" } }).success).toBe(false);
  });

  it("fills places in", () => {
    expect(filledPlace("{base}/content", "base", "sign/$&")).toBe("sign/$&/content");
    expect(filledPlace("/content/{id}", "id", "text-1")).toBe("/content/text-1");
  });
});

describe("a sign's state", () => {
  it("says what it shows and how it is", () => {
    const read = state({ showing: "text-1", brightness: 80, temperature: 21.5, uptime: 3_600, fault: false, more: {} });
    expect(read).toEqual({
      showing: "text-1",
      figures: {
        brightness: { kind: "value", value: 80 },
        temperature: { kind: "value", value: 21.5 },
        uptime: { kind: "value", value: 3_600 },
      },
      fault: { isFault: false, words: "" },
    });
  });

  it("is read by another maker's places and scales", () => {
    const read = state({ screen: { current: { no: 17 }, light: 803 }, errors: ["lamp 3"] }, foreign);
    expect(read.showing).toBe("17");
    expect(read.figures.brightness).toEqual({ kind: "value", value: 80.3 });
    expect(read.figures.temperature).toEqual({ kind: "absent" });
    expect(read.fault).toEqual({ isFault: true, words: '["lamp 3"]' });
  });

  it.each([
    ["nothing at all", {}],
    ["a list", []],
    ["null", null],
    ["a text", "text-1"],
    ["a list for an id", { showing: ["text-1"] }],
    ["a truth for an id", { showing: true }],
    ["an id of 201 characters", { showing: "x".repeat(201) }],
  ])("is none where it says %s", (_, json) => {
    expect(() => state(json)).toThrow(expect.objectContaining({ code: "sign/bad-frame" }));
  });

  it.each([
    [{ showing: null }, undefined],
    [{ showing: "" }, undefined],
    [{ showing: 0 }, "0"],
    [{ showing: "x".repeat(200) }, "x".repeat(200)],
  ])("of %j shows %j", (json, showing) => {
    expect(state(json).showing).toBe(showing);
  });

  it.each([
    ["brightness", 100, "value"],
    ["brightness", 100.1, "impossible"],
    ["brightness", -1, "impossible"],
    ["brightness", "80", "impossible"],
    ["brightness", null, "absent"],
    ["temperature", -60, "value"],
    ["temperature", -273, "impossible"],
    ["temperature", 85_000, "impossible"],
    ["uptime", -1, "impossible"],
  ] as const)("has a %s of %j: %s", (name, value, kind) => {
    expect(state({ showing: "a", [name]: value }).figures[name].kind).toBe(kind);
  });

  it.each([
    [undefined, undefined],
    [null, false],
    [0, false],
    [3, true],
    ["", false],
    ["ok", false],
    ["lamp", true],
    [[], false],
    [{ lamp: 1 }, true],
  ])("takes a fault of %j for %s", (fault, isFault) => {
    expect(state({ showing: "a", fault }).fault?.isFault).toBe(isFault);
  });

  it("is not looked for among what every object has", () => {
    const dialect = signDialect.parse({ state: { showing: "__proto__.constructor.name", fault: "toString" } });
    expect(() => state({}, dialect)).toThrow(SignError);
  });

  it("longer than 64 KiB is none", () => {
    expect(parseState(padded(MAX_STATE_BYTES), own).showing).toBe("a");
    expect(() => parseState(padded(MAX_STATE_BYTES + 1), own)).toThrow("a state of 65537 bytes");
  });
});

/** A good state of so many bytes. */
function padded(length: number): Buffer {
  const bare = JSON.stringify({ showing: "a", pad: "" }).length;
  return Buffer.from(JSON.stringify({ showing: "a", pad: "x".repeat(length - bare) }));
}

/** Any bytes: a state, or a SignError, and never an impossible figure. */
function isHarmless(bytes: Buffer, dialect: SignDialect): boolean {
  try {
    const { figures, showing } = parseState(bytes, dialect);
    const { brightness, temperature } = figures;
    const isBright = brightness.kind !== "value" || (brightness.value >= 0 && brightness.value <= 100);
    const isWarm = temperature.kind !== "value" || (temperature.value >= -60 && temperature.value <= 120);
    return isBright && isWarm && (showing === undefined || showing.length <= 200);
  } catch (error) {
    return error instanceof SignError && error.code === "sign/bad-frame";
  }
}

describe("foreign bytes for a state", () => {
  const seed = testSeed();
  console.log(`state fuzz from seed ${seed}`);

  it("do no harm, whatever they are", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isHarmless(Buffer.from(bytes), own));
    fc.assert(property, { numRuns: 10_000, seed });
  });

  it("do no harm as any JSON", () => {
    const member = fc.constantFrom("showing", "brightness", "temperature", "uptime", "fault", "screen", "__proto__");
    const object = fc.dictionary(member, fc.jsonValue({ maxDepth: 3 }));
    const property = fc.property(object, fc.boolean(), (json, isForeign) =>
      isHarmless(Buffer.from(JSON.stringify(json)), isForeign ? foreign : own),
    );
    fc.assert(property, { numRuns: 10_000, seed });
  });

  it("do no harm as states cut short or changed", () => {
    const good = Buffer.from(JSON.stringify({ showing: "text-1", brightness: 80, temperature: 21.5, fault: false }));
    const property = fc.property(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), (place, byte, isCut) => {
      const bytes = Buffer.from(isCut ? good.subarray(0, place) : good);
      if (!isCut) bytes.writeUInt8(byte, place);
      return isHarmless(bytes, own);
    });
    fc.assert(property, { numRuns: 10_000, seed });
  });
});

describe("the parsers under the bench", () => {
  it.each(codecCases.map((one) => [one.name, one] as const))("find every frame of %s", (_, one) => {
    expect(one.parse(one.bytes)).toBe(one.frames);
  });
});
