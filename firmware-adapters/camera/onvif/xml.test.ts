import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../testing/random.ts";
import { CameraError } from "../errors.ts";
import { passwordDigest } from "./username-token.ts";
import { childrenOf, descend, escapeXml, parseXml, type XmlElement } from "./xml.ts";

const seed = seededRandom().seed;
console.log(`XML fuzz from seed ${seed}`);
const runs = { numRuns: 10_000, seed };

function parseOrRefuse(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof CameraError && error.code === "camera/bad-stream") return undefined;
    throw error;
  }
}

describe("the XML of devices", () => {
  it("is read whatever its prefixes: elements, attributes, text, CDATA, entities", () => {
    const root = parseXml(
      `<?xml version="1.0"?><!-- hello --><s:A xmlns:s="x" s:token='1 &lt; 2'>\n <B>one &amp; &#x4e2d;&#25991;</B><t:B/><C><![CDATA[<raw>]]></C></s:A>`,
    );
    expect(root.name).toBe("A");
    expect(root.attributes.get("token")).toBe("1 < 2");
    expect(childrenOf(root, "B").map(({ text }) => text)).toEqual(["one & 中文", ""]);
    expect(descend(root, "C")?.text).toBe("<raw>");
    expect(descend(root, "C", "D")).toBeUndefined();
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["an end without its beginning", "<a></b></a>"],
    ["half a document", "<a><b></b>"],
    ["two documents", "<a/><b/>"],
    ["nothing", ""],
    ["depth without end", "<a>".repeat(60) + "</a>".repeat(60)],
    ["elements without end", `<a>${"<b/>".repeat(50_000)}</a>`],
    ["length without end", `<a>${" ".repeat(1_100_000)}</a>`],
    ["attributes without end", `<a ${Array.from({ length: 70 }, (_, index) => `b${index}="c"`).join(" ")}/>`],
  ])("is refused with %s", (_, text) => {
    expect(() => parseXml(text)).toThrow(CameraError);
  });

  it("takes every text back that was escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const trimmed = text.trim();
        expect(parseXml(`<a b="${escapeXml(trimmed)}">${escapeXml(trimmed)}</a>`)).toMatchObject({ text: trimmed });
      }),
      runs,
    );
  });

  it("never fails in another way, whatever bytes come", () => {
    const words = [
      "<a>",
      "</a>",
      "<b ",
      "/>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "&#x41;",
      "&lt;",
      '="',
      "'",
      "<",
      ">",
      "x:",
    ];
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (all) => {
        parseOrRefuse(all);
        const root = parseOrRefuse(`<a>${all}</a>`);
        expect(root?.name ?? "a").toBe("a");
      }),
      runs,
    );
  });

  it("takes no longer for bytes that are made to", () => {
    const startedMs = performance.now();
    for (const evil of [
      "xmlns".repeat(200_000),
      `<a ${"a ".repeat(500_000)}`,
      "<".repeat(1_000_000),
      "&".repeat(1_000_000),
    ]) {
      parseOrRefuse(`<a>${evil}</a>`);
      parseOrRefuse(`<a ${evil}></a>`);
    }
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

it("digests a password as the UsernameToken profile's worked example in ONVIF's programmer's guide does", () => {
  const nonce = Buffer.from("LKqI6G/AikKCQrN0zqZFlg==", "base64");
  expect(passwordDigest("userpassword", { nonce, created: "2010-09-16T07:50:45Z" })).toBe(
    "tuOSpGlFlIXsozq4HFNeeGeFLEI=",
  );
});
