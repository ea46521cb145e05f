import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { refusalError } from "./errors.ts";

const TEXT = readFileSync(new URL("errors.ts", import.meta.url), "utf8");

function found(pattern: RegExp): readonly string[] {
  return [...new Set([...TEXT.matchAll(pattern)].map((match) => match[1] ?? ""))].toSorted();
}

describe("error codes", () => {
  it("stand in their table, all of them", () => {
    const type = found(/"(dlt645\/[a-z-]+)"/g);
    expect(type.length).toBeGreaterThan(2);
    expect(found(/\| `(dlt645\/[a-z-]+)` \|/g)).toEqual(type);
  });

  it("say the meter's own words", () => {
    expect(refusalError(0x02)).toMatchObject({ code: "dlt645/refused", message: "error word 02: no such data" });
    expect(refusalError(0x05).message).toBe("error word 05: other error, password wrong or not authorised");
    expect(refusalError(0).message).toContain("no reason given");
  });
});
