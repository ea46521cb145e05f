import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseRequestUrl } from "./request-url.ts";

describe("the URL of a handshake", () => {
  it.each([
    ["/CP-0001", "CP-0001"],
    ["/ocpp/CP%2D0001", "CP-0001"],
    ["/ocpp/1.6/DE*ABC*E1?x=/../y", "DE*ABC*E1"],
  ])("%s names the station %s", (url, identity) => {
    expect(parseRequestUrl(url)).toEqual({ kind: "station", identity });
  });

  it.each([
    ["/ocpp/%E0%A4%A", 400],
    ["/ocpp/", 404],
    ["", 400],
    [undefined, 400],
    [`/${"a".repeat(600)}`, 400],
    [`/${"a".repeat(49)}`, 404],
    ["/a:b", 404],
    ["/a%2Fb", 404],
    ["/a%00", 404],
  ])("%s is refused with %d", (url, status) => {
    expect(parseRequestUrl(url)).toMatchObject({ kind: "refused", status });
  });

  it("is read whatever it is", () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`request url: seed ${seed}`);
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string({ unit: "binary", maxLength: 600 })), (path) => {
        expect(["station", "refused"]).toContain(parseRequestUrl(`/${path}`).kind);
      }),
      { seed, numRuns: 10_000 },
    );
  });
});
