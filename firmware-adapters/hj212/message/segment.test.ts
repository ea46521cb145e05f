import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { QuantityPoint } from "../../receiving/quantities.ts";
import { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { testSeed } from "../../testing/random.ts";
import { FACTORS, knownFactor } from "../factors/factors.ts";
import { factorPoints } from "../points.ts";
import { hj212Settings } from "../settings.ts";
import { readFactor } from "./readings.ts";
import { encodeSegment, parseParameters, parseSegment, type Message } from "./segment.ts";
import { formatQn, formatTime, parseTime } from "./station-time.ts";

const runs = { numRuns: 10_000, seed: testSeed() };
console.log(`HJ 212 segments from seed ${runs.seed}`);

const parse = (text: string): Message | undefined => parseSegment(Buffer.from(text));

/** How a message with these numbers is split. */
const part = (numbers: string) => parse(`ST=32;CN=2011;PW=1;MN=M;Flag=6;${numbers};CP=&&&&`)?.part;

describe("a data segment", () => {
  it("is read as the standard writes it", () => {
    const text =
      "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
    const message = {
      qn: "20160801085857223",
      st: "32",
      cn: 1062,
      pw: "100000",
      mn: "010000A8900016F000169DC0",
      flag: 5,
      part: undefined,
      cp: "RtdInterval=30",
    };
    expect(parse(text)).toEqual(message);
    expect(encodeSegment(message)).toBe(text);
  });

  it("is read with its parts, and as the edition of 2005 writes it", () => {
    const split =
      "QN=20201029122005355;ST=31;CN=2051;PW=123456;MN=M1;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20201029121000&&";
    expect(parse(split)).toMatchObject({ flag: 7, part: { count: 2, no: 1 }, cp: "DataTime=20201029121000" });
    const old = "ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20040516021000;B01-Rtd=100;&&";
    expect(parse(old)).toMatchObject({ qn: "", flag: 0, part: undefined, cn: 2011 });
    expect(parse("ST=32;CN=2011;PW=1;MN=M;CmdFlag=1;CP=&&&&")).toMatchObject({ flag: 1, cp: "" });
  });

  it.each([
    ["no MN", "ST=32;CN=2011;PW=1;Flag=4;CP=&&&&"],
    ["no CN", "ST=32;PW=1;MN=M;Flag=4;CP=&&&&"],
    ["a CN that is none", "ST=32;CN=20x1;PW=1;MN=M;Flag=4;CP=&&&&"],
    ["a Flag that is none", "ST=32;CN=2011;PW=1;MN=M;Flag=999;CP=&&&&"],
    ["a QN that could not be said again", "QN=\u0007;ST=32;CN=2011;PW=1;MN=M;Flag=5;CP=&&&&"],
    ["nothing", ""],
  ])("is refused with %s", (_, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it("is not split by numbers that make no sense", () => {
    expect(part("PNUM=2;PNO=3")).toBeUndefined();
    expect(part("PNUM=2;PNO=0")).toBeUndefined();
    expect(part("PNUM=1;PNO=1")).toBeUndefined();
    expect(part("PNUM=2")).toBeUndefined();
    expect(part("PNUM=9999;PNO=9999")).toEqual({ count: 9_999, no: 9_999 });
  });

  it("cannot be written with what would break it", () => {
    const message = { qn: "1", st: "32", cn: 2011, pw: "1", mn: "M", flag: 4, part: undefined, cp: "" };
    for (const mn of ["M;CN=1", "M&&", "M\r\n", "M=1", "##"]) {
      expect(() => encodeSegment({ ...message, mn })).toThrow(expect.objectContaining({ code: "hj212/bad-frame" }));
    }
    expect(() => encodeSegment({ ...message, cp: "x".repeat(10_000) })).toThrow("CP");
  });

  it("never throws, whatever it holds, and what is read can be answered", () => {
    const field = fc.stringMatching(/^[ -~]{0,12}$/);
    const head = fc
      .array(fc.tuple(fc.constantFrom("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "x"), field))
      .map((fields) => fields.map(([name, value]) => `${name}=${value}`).join(";"));
    const anything = fc.oneof(
      fc.string(),
      head,
      fc.tuple(head, fc.string()).map(([a, b]) => `MN=M;CN=2011;${a};CP=&&${b}&&`),
    );
    let read = 0;
    fc.assert(
      fc.property(anything, (text) => {
        const message = parse(text);
        if (message === undefined) return;
        read += 1;
        expect(parse(encodeSegment({ ...message, cp: "" }))).toEqual({ ...message, cp: "" });
        parseParameters(message.cp);
      }),
      runs,
    );
    expect(read).toBeGreaterThan(100);
  });
});

describe("parameters", () => {
  it("are fields of their own and fields of factors", () => {
    const { plain, factors } = parseParameters(
      "DataTime=20260801085800;w01018-Rtd=12.5,w01018-Flag=N; w01001-Rtd = 7.1 ;LA-Rtd=50.1;;=x;y;ExeRtn=1,",
    );
    expect(Object.fromEntries(plain)).toEqual({ DataTime: "20260801085800", ExeRtn: "1" });
    expect([...factors].map(([code, fields]) => [code, Object.fromEntries(fields)])).toEqual([
      ["w01018", { Rtd: "12.5", Flag: "N" }],
      ["w01001", { Rtd: "7.1" }],
      ["LA", { Rtd: "50.1" }],
    ]);
  });

  it("are bounded, and cheap where there are only separators", () => {
    expect(parseParameters("a=1;".repeat(9_000)).plain.size).toBe(1);
    expect(parseParameters(Array.from({ length: 9_000 }, (_, index) => `a${index}=1`).join(";")).plain.size).toBe(
      4_000,
    );
    expect(parseParameters(`${",".repeat(9_998)}a=1`).plain.size).toBe(1);
  });
});

describe("a factor's reading", () => {
  const point: QuantityPoint = {
    id: "ph",
    code: "w01001",
    unit: "",
    name: { zh: "pH", en: "pH" },
    min: 0,
    max: 14,
    deadband: 0,
  };
  const read = (fields: Readonly<Record<string, string>>) => readFactor(new Map(Object.entries(fields)), "Rtd", point);

  it.each([
    [{ Rtd: "7.10", Flag: "N" }, 7.1],
    [{ Rtd: "7.10", Flag: "n" }, 7.1],
    [{ Rtd: "+7" }, 7],
    [{ Rtd: "0" }, 0],
  ])("is good: %j", (fields, value) => {
    expect(read(fields)?.reading).toEqual({ quality: "good", value });
  });

  it.each([
    [{ Rtd: "7.1", Flag: "F" }, "not-available", "out of operation"],
    [{ Rtd: "7.1", Flag: "M" }, "not-available", "under maintenance"],
    [{ Rtd: "7.1", Flag: "S" }, "not-available", "set by hand"],
    [{ Rtd: "7.1", Flag: "D" }, "not-available", "instrument fault"],
    [{ Rtd: "7.1", Flag: "C" }, "not-available", "calibrated"],
    [{ Rtd: "7.1", Flag: "T" }, "out-of-range", "beyond its range"],
    [{ Rtd: "7.1", Flag: "B" }, "not-available", "no communication"],
    [{ Rtd: "7.1", Flag: "Z" }, "not-available", "does not know"],
    [{ Flag: "D" }, "not-available", "instrument fault"],
    [{ Rtd: "--", Flag: "N" }, "not-available", "no number"],
    [{ Rtd: "", Flag: "N" }, "not-available", "no number"],
    [{ Rtd: "NaN" }, "not-available", "no number"],
    [{ Rtd: "1e3" }, "not-available", "no number"],
    [{ Rtd: "0x10" }, "not-available", "no number"],
    [{ Rtd: "14.01", Flag: "N" }, "out-of-range", "not within"],
    [{ Rtd: "-0.01", Flag: "N" }, "out-of-range", "not within"],
  ])("is bad: %j", (fields, reason, detail) => {
    expect(read(fields)?.reading).toMatchObject({ quality: "bad", reason, detail: expect.stringContaining(detail) });
  });

  it("is none where the message says nothing of it", () => {
    expect(read({ Avg: "7" })).toBeUndefined();
  });
});

describe("factors", () => {
  it("have names in both languages, and each code and point once", () => {
    expect(FACTORS.length).toBeGreaterThanOrEqual(40);
    for (const list of [FACTORS.map(({ code }) => code), FACTORS.map(({ id }) => id)]) {
      expect(new Set(list).size).toBe(list.length);
    }
    const former = FACTORS.flatMap(({ formerCode }) => formerCode ?? []);
    expect(new Set(former).size).toBe(former.length);
    for (const { id, name } of FACTORS) {
      expect(id).toMatch(/^[a-z][a-zA-Z0-9]*$/);
      expect(name.zh).not.toBe("");
      expect(name.en).not.toBe("");
    }
  });

  it("go by the codes of either edition", () => {
    expect(knownFactor("w01018")?.id).toBe("cod");
    expect(knownFactor("011")?.id).toBe("cod");
    expect(knownFactor("02")?.id).toBe("sulphurDioxide");
    expect(knownFactor("zz")).toBeUndefined();
  });

  it.each([
    ["an unknown code without a name", [{ code: "xx99" }], "settings.factors[0]: code xx99"],
    ["a code twice", [{ code: "w01018" }, { code: "w01018", id: "other" }], "settings.factors[1]: code w01018"],
    ["a point twice", [{ code: "w01018" }, { code: "w01001", id: "cod" }], "two points are called cod"],
    ["one of our own points", [{ code: "w01018", id: "maintenance" }], "two points are called maintenance"],
    ["no range", [{ code: "w01018", min: 5, max: 5 }], "min 5 is not below max 5"],
  ])("are refused with %s", (_, factors, message) => {
    expect(() => factorPoints(hj212Settings.parse({ mn: "M", factors }))).toThrow(message);
  });

  it("can be of a maker's own", () => {
    const own = { code: "s00001", id: "soilMoisture", unit: "%", name: { zh: "土壤湿度", en: "Soil moisture" } };
    expect(factorPoints(hj212Settings.parse({ mn: "M", factors: [own] }))).toMatchObject([own]);
  });
});

describe("a station's time", () => {
  it("is local, to the second, minute or millisecond", () => {
    const zone = new ZonedTime("Asia/Shanghai");
    expect(parseTime("20260801085857", zone)).toBe(Date.parse("2026-08-01T00:58:57Z"));
    expect(parseTime("202608010858", zone)).toBe(Date.parse("2026-08-01T00:58:00Z"));
    expect(formatTime(Date.parse("2026-08-01T00:58:57Z"), zone)).toBe("20260801085857");
    expect(formatQn(Date.parse("2026-08-01T00:58:57.045Z"), zone)).toBe("20260801085857045");
    for (const text of ["", undefined, "20260231000000", "2026-08-01", "20260801245857"]) {
      expect(parseTime(text, zone)).toBeUndefined();
    }
  });
});
