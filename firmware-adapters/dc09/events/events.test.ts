import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { POINTS } from "../points/points.ts";
import { CONTACT_ID_CODES } from "./contact-id.ts";
import { meaningOf, parseEvents } from "./parse-events.ts";
import { readableText } from "./readable-text.ts";
import { SIA_CODES } from "./sia-codes.ts";

const codes = (data: string): string | undefined =>
  parseEvents("SIA-DCS", data)
    ?.map(({ code, zone, text }) => `${code}${zone === undefined ? "" : `:${zone}`}${text === "" ? "" : ` ${text}`}`)
    .join(", ");

describe("SIA data", () => {
  it.each([
    ["Nri1/MA01", "MA:1"],
    ["Nri1/BA1/BA2/TA3", "BA:1, BA:2, TA:3"],
    ["Nri1/CL501", "CL:501"],
    ["NRP", "RP"],
    ["NOP1", "OP:1"],
    ["OP1", "OP:1"],
    ["OBA1", "BA:1"],
    ["NA12", "NA:12"],
    ["NFA129", "FA:129"],
    ["Nri0000/LR", "LR"],
    ["Nri1CL0^VX FRONTE ^", "CL:0 VX FRONTE"],
    ["Nri0KR1^TAST. 001 ^", "KR:1 TAST. 001"],
    ["Nri04/OP001NM", "OP:1 NM"],
    ["Nri1OP0001*Familie*", "OP:1 Familie"],
    ["Nri1RP0000", "RP:0"],
    ["NriBA1", "BA:1"],
    ["Nti10:23/id7/ri2/BA003^hall / door^/BA004", "BA:3 hall / door, BA:4"],
    ["NidFA12/BA1", "BA:1"],
    ["NBA01|AKITCHEN", "BA:1 KITCHEN"],
    ["NBA01^unfinished", "BA:1 unfinished"],
    ["N ri1 / BA 1", "BA 1"],
    ["NBA1234567890", "BA"],
  ])("%j is %s", (data, expected) => {
    expect(codes(data)).toBe(expected);
  });

  it.each(["Nri1", "N", "O", "hello", "^text^", "%%%", "12345", "Nri1/".repeat(3), `N${"BA1/".repeat(65)}`])(
    "%j holds no event",
    (data) => {
      expect(parseEvents("SIA-DCS", data)).toBeUndefined();
    },
  );

  it("keeps area, user, time and their names with the event", () => {
    expect(parseEvents("SIA-DCS", "Nti10:23/id7/ri2^ground floor^/BA003")).toEqual([
      {
        format: "sia",
        code: "BA",
        qualifier: "new",
        zone: 3,
        partition: "2",
        text: "",
        modifiers: { ti: "10:23", id: "7", ri: "2", riText: "ground floor" },
      },
    ]);
  });

  it("takes as many events as one message may have, and not one more", () => {
    expect(parseEvents("SIA-DCS", `N${"BA1/".repeat(64)}`)).toHaveLength(64);
  });

  it("reads text in UTF-8 and in the standard's code page, without control characters", () => {
    expect(readableText(Buffer.from("卧室").toString("latin1"))).toBe("卧室");
    expect(readableText("K\u00fcche\u0080")).toBe("Küche€");
    expect(readableText("a\u0000b\u0007c\u0085")).toBe("a b c…");
    expect(readableText("x".repeat(600))).toHaveLength(500);
  });
});

describe("Contact ID data", () => {
  it.each([
    ["1101 00 003", { code: "101", qualifier: "new", partition: "00", zone: 3 }],
    ["3301 01 000", { code: "301", qualifier: "restore", partition: "01", zone: 0 }],
    ["6302 01 000", { code: "302", qualifier: "status" }],
    ["110100003", { code: "101", zone: 3 }],
    ["E130 01 002", { code: "130", qualifier: "new", zone: 2 }],
    ["R130 01 002", { code: "130", qualifier: "restore", zone: 2 }],
    ["1602", { code: "602", zone: undefined }],
    ["1130 01 0012", { zone: 12 }],
    ["1130 0A 0B2", { partition: "0A", zone: undefined }],
    ["1130 01 002 hall", { zone: 2, text: "hall" }],
  ])("%j is read", (data, expected) => {
    expect(parseEvents("ADM-CID", data)).toMatchObject([expected]);
  });

  it.each(["hello", "11", "1101 00 00", "1101 00 00345", "x101 00 003", "1G01 00 003"])("%j is not", (data) => {
    const event = parseEvents("ADM-CID", data)?.[0];
    // Group and zone that do not fit are kept as text: the code alone still says what happened.
    expect(event?.zone).toBeUndefined();
    expect(event === undefined || event.text !== "").toBe(true);
  });
});

describe("other data", () => {
  it("is understood as nothing where it is empty, and not at all under other ids", () => {
    expect(parseEvents("SIA-DCS", " ")).toEqual([]);
    expect(parseEvents("ADM-CID", "")).toEqual([]);
    expect(parseEvents("SIA-PUL", "Nri1/MA01")).toBeUndefined();
  });
});

describe("the code tables", () => {
  it("turn on and off only points that there are, and give every code one name", () => {
    const points = new Set(POINTS.map(({ id }) => id));
    for (const [code, { name, raises, clears = [] }] of [...CONTACT_ID_CODES, ...SIA_CODES]) {
      expect(code).toMatch(/^(?:\d{3}|[A-Z]{2})$/);
      expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      for (const point of [...clears, ...(raises === undefined ? [] : [raises])]) expect(points.has(point)).toBe(true);
    }
    expect(CONTACT_ID_CODES.size).toBeGreaterThan(150);
    expect(SIA_CODES.size).toBeGreaterThan(180);
  });

  it.each([
    ["ADM-CID", "1101 00 001", "personal-emergency", "emergency"],
    ["ADM-CID", "1100 00 001", "medical-alarm", "emergency"],
    ["ADM-CID", "1102 00 001", "fail-to-report-in", "emergency"],
    ["ADM-CID", "1123 00 001", "audible-panic", "emergency"],
    ["ADM-CID", "1110 00 001", "fire-alarm", "fire"],
    ["ADM-CID", "1130 00 001", "burglary-alarm", "burglary"],
    ["ADM-CID", "1137 00 001", "tamper", "tamper"],
    ["ADM-CID", "1384 00 001", "radio-battery-low", "batteryLow"],
    ["ADM-CID", "1302 00 000", "system-battery-low", "batteryLow"],
    ["ADM-CID", "1301 00 000", "mains-lost", "mainsLost"],
    ["ADM-CID", "1381 00 001", "radio-supervision-loss", "supervisionLoss"],
    ["ADM-CID", "1147 00 001", "sensor-supervision-loss", "supervisionLoss"],
    ["ADM-CID", "1602 00 000", "periodic-test", "test"],
    ["ADM-CID", "6301 00 000", "mains-lost", "mainsLost"],
    ["SIA-DCS", "NMA1", "medical-alarm", "emergency"],
    ["SIA-DCS", "NQA1", "emergency-alarm", "emergency"],
    ["SIA-DCS", "NPA1", "panic-alarm", "emergency"],
    ["SIA-DCS", "NFA1", "fire-alarm", "fire"],
    ["SIA-DCS", "NBA1", "burglary-alarm", "burglary"],
    ["SIA-DCS", "NTA1", "tamper", "tamper"],
    ["SIA-DCS", "NXT1", "transmitter-battery-low", "batteryLow"],
    ["SIA-DCS", "NYT", "system-battery-low", "batteryLow"],
    ["SIA-DCS", "NAT", "mains-lost", "mainsLost"],
    ["SIA-DCS", "NRP", "periodic-test", "test"],
  ])("%s %s is %s and turns %s on", (id, data, name, raises) => {
    const event = parseEvents(id, data)?.[0];
    expect(event && meaningOf(event)).toEqual({ name, raises });
  });

  it.each([
    ["ADM-CID", "3301 00 000", "mainsLost"],
    ["ADM-CID", "3110 00 001", "fire"],
    ["SIA-DCS", "NMH1", "emergency"],
    ["SIA-DCS", "NFR1", "fire"],
    ["SIA-DCS", "NBH1", "burglary"],
    ["SIA-DCS", "NTR1", "tamper"],
    ["SIA-DCS", "NXR1", "batteryLow"],
    ["SIA-DCS", "NYR", "batteryLow"],
    ["SIA-DCS", "NAR", "mainsLost"],
    ["SIA-DCS", "NYK", "communicationFault"],
  ])("%s %s turns %s off, and nothing on", (id, data, point) => {
    const event = parseEvents(id, data)?.[0];
    const meaning = event && meaningOf(event);
    expect(meaning?.raises).toBeUndefined();
    expect(meaning?.clears).toContain(point);
  });

  it("do not know every code", () => {
    const [unknown] = parseEvents("SIA-DCS", "NVV7^what^") ?? [];
    expect(unknown).toMatchObject({ code: "VV", zone: 7, text: "what" });
    expect(unknown && meaningOf(unknown)).toBeUndefined();
  });
});

describe("the event parsers", () => {
  it("never throw and never find more than there can be, whatever comes", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc
        .array(fc.constantFrom("N", "O", "ri", "id", "ti", "BA", "MA", "1", "01", "/", "^", "*", "|", "A", " ", "x"), {
          maxLength: 60,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom("SIA-DCS", "ADM-CID", "NULL"), (data, id) => {
        const events = parseEvents(id, data) ?? [];
        expect(events.length).toBeLessThanOrEqual(64);
        for (const { code, text, zone } of events) {
          expect(code).toMatch(/^(?:[0-9A-F]{3}|[A-Z]{2})$/);
          expect(text.length).toBeLessThanOrEqual(500);
          expect(zone === undefined || Number.isSafeInteger(zone)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
