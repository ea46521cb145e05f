import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { encodeSecret, formatClaimCode, formatClaimQr, parseClaimText, pinOf, SECRET_LENGTH } from "./claim-code.ts";

const root = randomBytes(500);
const newCode = () => ({ secret: encodeSecret(randomBytes(10)), pin: pinOf(root) });

describe("a claim code", () => {
  it("survives being typed in any case, with blanks and dashes anywhere, and with O, I and L for digits", () => {
    for (let round = 0; round < 200; round += 1) {
      const code = newCode();
      const printed = formatClaimCode(code);
      expect(printed).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
      const typed = printed.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
      for (const text of [printed, typed, ` ${printed} `]) {
        expect(parseClaimText(text)).toEqual({ code, fleetUrl: undefined });
      }
    }
  });

  it("with one wrong digit is nearly always seen before anybody is asked", () => {
    const codes = Array.from({ length: 500 }, () => formatClaimCode(newCode()));
    const slipped = codes.map((code) => code.replace(/^./, (digit) => (digit === "7" ? "8" : "7")));
    expect(slipped.filter((code) => parseClaimText(code) !== undefined).length).toBeLessThan(60);
  });

  it("in a square says where its fleet is, which is an https address and nothing else", () => {
    const code = newCode();
    const url = "https://fleet.example:8443";
    expect(parseClaimText(formatClaimQr(code, url))).toEqual({ code, fleetUrl: url });
    for (const bad of ["http://fleet.example", "javascript:1", "mqtts://x", ""]) {
      expect(parseClaimText(formatClaimQr(code, bad))).toBeUndefined();
    }
  });

  it("is nothing else, whatever the text, and never throws", () => {
    fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => parseClaimText(text) === undefined));
    expect(parseClaimText("A".repeat(100_000))).toBeUndefined();
    expect(newCode().secret).toHaveLength(SECRET_LENGTH);
  });
});
