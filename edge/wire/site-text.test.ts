import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkSite } from "./check-site.ts";
import { MAX_PACKED_BYTES } from "./site-exchange.ts";
import { digestOf, packText, unpackText } from "./site-packing.ts";
import { MAX_SITE_BYTES, parseSiteText, writeSiteText } from "./site-text.ts";
import { siteDocument } from "./site.ts";

const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const sentence = fc.record({ zh: words, en: words });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const rule = fc.record({
  kind: fc.constant("threshold"),
  device: fc.constant("station"),
  point: fc.constant("level"),
  is: fc.constantFrom("above", "below"),
  limit: number,
  priority: fc.constantFrom("critical", "high", "medium", "low"),
  onDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
  message: sentence,
  outOfService: fc.record({ by: words, reason: words }),
});
const documents = fc.record({ name: sentence, rules: fc.array(rule, { maxLength: 5 }) }).map(({ name, rules }) => ({
  version: 1,
  site: { id: "s", name },
  gateway: { id: "g" },
  links: [{ id: "panel", kind: "tcp", host: "10.0.0.1", port: 502 }],
  devices: [
    { id: "station", adapter: "modbus", name, link: "panel", settings: { unitId: 1, profile: "two-pump-station" } },
  ],
  rules: rules.map((one, index) => ({ ...one, id: `r${index}` })),
}));

describe("a site document as text", () => {
  it("goes from JSON to YAML and back without loss, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (value) => {
        const document = siteDocument.parse(value);
        for (const text of [writeSiteText(document), JSON.stringify(document)]) {
          const check = await checkSite(text);
          expect(check.kind === "accepted" ? check.site.document : check.faults).toEqual(document);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has a bound on its size", () => {
    expect(parseSiteText(" ".repeat(MAX_SITE_BYTES + 1))).toMatchObject({ kind: "refused" });
  });
});

describe("a site document on the wire", () => {
  it("is the same text on the other side", () => {
    const text = `# 备注 ${"0123456789".repeat(90_000)}`;
    const packed = packText(text) ?? "";
    expect(packed.length).toBeLessThan(100_000);
    expect(unpackText({ packed, digest: digestOf(text) })).toBe(text);
  });

  it("is not sent where it cannot be packed into one message", () => {
    expect(packText(randomBytes(MAX_PACKED_BYTES).toString("base64").slice(0, MAX_SITE_BYTES))).toBeUndefined();
  });

  it.each([
    ["bytes that are no gzip", Buffer.from("hello").toString("base64"), "wire/bad-document"],
    ["another text", packText("other") ?? "", "wire/bad-document"],
    ["something that unfolds without end", bomb(), "wire/too-large"],
  ])("is refused where it is %s", (_, packed, code) => {
    expect(() => unpackText({ packed, digest: digestOf("text") })).toThrow(expect.objectContaining({ code }));
  });
});

function bomb(): string {
  const text = "x".repeat(MAX_SITE_BYTES);
  const packed = Buffer.from(packText(text) ?? "", "base64");
  // Two gzip members behind one another unfold to twice the limit.
  return Buffer.concat([packed, packed]).toString("base64");
}
