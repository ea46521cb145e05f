import { describe, expect, it } from "vitest";

import { collect, parseHosts, parseParities, parseSpeeds, parseUnits, parseWhole } from "./arguments.ts";

describe("the arguments of a scan", () => {
  it.each([
    ["5", [5]],
    ["1-3", [1, 2, 3]],
    ["9,1-3,2", [9, 1, 2, 3]],
    ["0-255", Array.from({ length: 256 }, (_, index) => index)],
  ])("take %s for unit ids", (text, units) => {
    expect(parseUnits(text)).toEqual(units);
  });

  it.each(["", "256", "3-1", "1-", "-1", "1,,2", "a", "1-2-3", "1.5"])("do not take %j for unit ids", (text) => {
    expect(() => parseUnits(text)).toThrow("Numbers of 0 to 255");
  });

  it.each([
    ["plc", 502, { host: "plc", port: 502 }],
    ["10.0.0.1:1502", 502, { host: "10.0.0.1", port: 1_502 }],
    ["[fe80::1]:502", undefined, { host: "fe80::1", port: 502 }],
    ["[::1]", 502, { host: "::1", port: 502 }],
  ])("take %s for a host", (text, defaultPort, host) => {
    expect(parseHosts(defaultPort)(text)).toEqual([host]);
  });

  it.each(["", "plc:0", "plc:65536", "a b:1", "::1:502", "[plc]:1", "plc:"])("do not take %j for a host", (text) => {
    expect(() => parseHosts(502)(text)).toThrow("HOST or HOST:PORT");
  });

  it("want a port where there is no usual one", () => {
    expect(() => parseHosts()("server")).toThrow("HOST:PORT with a port of 1 to 65535.");
  });

  it("gather what is given several times", () => {
    expect(parseHosts(502)("b", [{ host: "a", port: 1 }])).toHaveLength(2);
    expect(collect("b", ["a"])).toEqual(["a", "b"]);
  });

  it("take speeds, parities and whole numbers, and nothing else", () => {
    expect(parseSpeeds("9600, 115200")).toEqual([9_600, 115_200]);
    expect(() => parseSpeeds("9601")).toThrow("One or more of 1200");
    expect(parseParities("even,none")).toEqual(["even", "none"]);
    expect(() => parseParities("mark")).toThrow("One or more of none, even, odd.");
    expect(parseWhole(1, 60)("60")).toBe(60);
    for (const text of ["0", "61", "-1", "1.5", "", "1e1"]) {
      expect(() => parseWhole(1, 60)(text)).toThrow("A whole number of 1 to 60.");
    }
  });
});
