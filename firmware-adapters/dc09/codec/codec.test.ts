import { describe, expect, it } from "vitest";

import { bitwiseCrc, bodyOf, decryptByNode, encryptByHand, frameOf, padded, stampOf } from "../testing/independent.ts";
import { ContentCipher } from "./cipher.ts";
import { crc16 } from "./crc16.ts";
import { encodeAck, encodeDuh, encodeFrame, encodeNak } from "./encode.ts";
import { FrameParser, type Frame } from "./frame-parser.ts";
import { parseContent, parseMessage, splitData, withoutPad } from "./message.ts";
import { encodeTimestamp, isInWindow, parseTimestamp } from "./timestamp.ts";

function parse(...pieces: readonly Buffer[]): { readonly frames: Frame[]; readonly rejected: string[] } {
  const frames: Frame[] = [];
  const rejected: string[] = [];
  const parser = new FrameParser();
  const sink = { frame: (frame: Frame) => frames.push(frame), rejected: (reason: string) => rejected.push(reason) };
  for (const piece of pieces) parser.feed(piece, sink);
  return { frames, rejected };
}

/**
 * Frames that others made and published: the first eight are said to come from panels (PROSEC and Hikvision are named), the
 * last three stand in other implementations. CRC and length are their own.
 */
const SEEN = [
  'F92F0043"ADM-CID"0020R7896L7896#3456[#3456|1407 00 001]_17:01:14,07-26-2024',
  'D730002F"NULL"0000R7896L7896#3456[]_17:01:26,07-26-2024',
  'B0970029"NULL"0000L000#0809[]_21:00:01,02-20-2024',
  'F68B003B"ADM-CID"0028L0#9757[#9757|1602 00 000]_20:59:45,02-20-2024',
  'B4330036"SIA-DCS"0442L000#36214[36214|NRP]_00:00:00,02-21-2024',
  '3F60003C"SIA-DCS"0001L0#51449[#51449|Nri0000/LR]_21:26:19,12-20-2023',
  '7B620035"SIA-DCS"0005L000#3044[3044|NOP1]_00:03:31,12-21-2023',
  '99820040"ADM-CID"1937R15L1#21401[#21401|1602 00 000]_20:59:59,02-20-2024',
  '73580056"SIA-DCS"0002R1L232#78919[#78919|Nri1/BA012][X012W34.1][Y045N12.2]_14:12:04,09-25-2026',
  '76D80055"*NULL"0000R0L0#AAAB[B4BC8B40D0E6D959D6BEA78E88CC0B2155741A3C44FBB96D476A3E557CAD64D9',
  '05BB0076"*SIA-DCS"7654L0#1111[C07DA1EB73C617857476EE5D79436CEE5E0084485E79EC56B0D5D1F3F6E648B278050BBCCBC8FE5DCA7E3C80DBDD4945',
];

describe("the CRC", () => {
  it("is CRC-16/ARC", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0xbb3d);
    expect(crc16(Buffer.alloc(0))).toBe(0);
  });

  it.each(SEEN)("is what the sender of %s computed, and what a bitwise one computes", (seen) => {
    const body = seen.slice(8);
    expect(crc16(Buffer.from(body, "latin1"))).toBe(Number.parseInt(seen.slice(0, 4), 16));
    expect(bitwiseCrc(body)).toBe(Number.parseInt(seen.slice(0, 4), 16));
  });
});

describe("frames", () => {
  it.each(SEEN)("%s is found, whatever pieces it comes in", (seen) => {
    const bytes = Buffer.from(`\n${seen}\r`, "latin1");
    const expected = [{ body: seen.slice(8), crcForm: "hex" }];
    expect(parse(bytes).frames).toEqual(expected);
    expect(parse(...[...bytes].map((byte) => Buffer.from([byte]))).frames).toEqual(expected);
    expect(encodeFrame(seen.slice(8))).toEqual(bytes);
    expect(frameOf(seen.slice(8))).toEqual(bytes);
  });

  it("are found several at a time, with blank lines and noise between them", () => {
    const [a, b] = [frameOf('"NULL"0000L0#1[]'), frameOf('"NULL"0001L0#2[]')];
    const { frames, rejected } = parse(Buffer.concat([Buffer.from("noise\r\n\n"), a, Buffer.from("\r\n??\n"), b]));
    expect(frames.map(({ body }) => body)).toEqual(['"NULL"0000L0#1[]', '"NULL"0001L0#2[]']);
    expect(rejected).toEqual([]);
  });

  it("are found with CRC and length in lower case", () => {
    const body = '"NULL"0000R0L0#AAAAAAAAAAAAAA[]_21:00:01,02-20-2024';
    const lower = Buffer.from(frameOf(body).toString("latin1").slice(1, 9).toLowerCase(), "latin1");
    const { frames } = parse(Buffer.concat([Buffer.from("\n"), lower, Buffer.from(`${body}\r`)]));
    expect(frames).toEqual([{ body, crcForm: "hex" }]);
  });

  it("are found with a CRC of two bytes, even where these are a line feed or a carriage return", () => {
    const wanted = new Set([0x0a, 0x0d]);
    let found = 0;
    for (let account = 0; account < 3_000; account += 1) {
      const body = `"NULL"0000L0#${account}[]`;
      const crc = bitwiseCrc(body);
      if (!wanted.has(crc >> 8) && !wanted.has(crc & 0xff)) continue;
      found += 1;
      const bytes = encodeFrame(body, "binary");
      expect(bytes[1]).toBe(crc >> 8);
      expect(parse(bytes).frames).toEqual([{ body, crcForm: "binary" }]);
      expect(parse(...[...bytes].map((byte) => Buffer.from([byte]))).frames).toEqual([{ body, crcForm: "binary" }]);
    }
    expect(found).toBeGreaterThan(10);
  });

  it("cost none after them where they are cut off", () => {
    const good = frameOf('"NULL"0001L0#2[]');
    const long = frameOf(`"NULL"0000L0#1[${"x".repeat(500)}]`);
    for (const length of [1, 5, 9, 10, 30, 400, long.length - 1]) {
      expect(parse(Buffer.concat([long.subarray(0, length), good])).frames).toHaveLength(1);
    }
  });

  it("are rejected with one bit wrong, wherever it is", () => {
    const bytes = frameOf('"SIA-DCS"0001R0L0#1234[#1234|Nri1/MA01]');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const broken = Buffer.from(bytes);
      broken.writeUInt8(broken.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const { frames } = parse(broken);
      // The case bit of a hex digit changes nothing that is said.
      const isSame = frames[0]?.body === bytes.toString("latin1", 9, bytes.length - 1) && 1 << (bit & 7) === 0x20;
      expect(frames.length === 0 || isSame).toBe(true);
    }
  });

  it("say why they are rejected", () => {
    const text = frameOf('"NULL"0000L0#1[]').toString("latin1");
    expect(parse(Buffer.from(text.replace("#1", "#2"))).rejected).toEqual(["bad-crc"]);
    expect(parse(Buffer.from(text.replace("[]", "[x]"))).rejected).toEqual(["bad-length"]);
    expect(parse(Buffer.from(text.replace("[]", "[")), Buffer.from("\n")).rejected).toEqual(["bad-length"]);
  });

  it("may be as long as three hex digits say, and nothing longer is kept", () => {
    const longest = `"NULL"0000L0#1[${"x".repeat(4_095 - 16)}]`;
    expect(parse(encodeFrame(longest)).frames).toEqual([{ body: longest, crcForm: "hex" }]);
    const parser = new FrameParser();
    const sink = { frame: () => undefined, rejected: () => undefined };
    const endless = Buffer.from(`\n00000FFF"${"x".repeat(100_000)}`);
    for (let at = 0; at < endless.length; at += 1_000) {
      parser.feed(endless.subarray(at, at + 1_000), sink);
      expect(parser.pendingBytes).toBeLessThanOrEqual(4_106);
    }
    expect(parser.pendingBytes).toBe(0);
  });
});

describe("messages", () => {
  it.each<[string, object]>([
    ['"SIA-DCS"0001R0L0#1234[', { id: "SIA-DCS", sequence: "0001", receiver: "0", prefix: "0", account: "1234" }],
    ['"ADM-CID"9999L0#ABCDEF0123456789[', { receiver: undefined, account: "ABCDEF0123456789" }],
    ['"*NULL"0000R15L1A#aaa[', { id: "NULL", isEncrypted: true, receiver: "15", prefix: "1A", account: "aaa" }],
    ['"null"0000RL#1[', { id: "NULL", receiver: "", prefix: "" }],
    ['"SIA-DCS"0266L0#alarm1[', { account: "alarm1" }],
    ['"SIA-DCS"9876R579BDFL789ABC#12345A[', { receiver: "579BDF", prefix: "789ABC", account: "12345A" }],
  ])("%s says who speaks", (body, header) => {
    expect(parseMessage(body)?.header).toMatchObject(header);
  });

  it.each([
    '"SIA-DCS"0001R0#1234[',
    '"SIA-DCS"001R0L0#1234[',
    '"SIA-DCS"0001R0L0#[',
    '"SIA-DCS"0001R0L0#1234',
    'SIA-DCS"0001R0L0#1234[',
    '""0001R0L0#1234[',
    '"SIA-DCS"0001R0L0#12345678901234567[',
    '"SIA-DCS"0001R1234567L0#1234[',
    "",
  ])("%s does not", (body) => {
    expect(parseMessage(body)).toBeUndefined();
  });

  it("end with extended data and a time", () => {
    expect(parseContent("#1|NBA1][S123 Main St., 55123][V][ ]_11:10:00,10-12-2019")).toEqual({
      data: "#1|NBA1",
      xdata: ["S123 Main St., 55123", "V", " "],
      sentAtMs: Date.UTC(2019, 9, 12, 11, 10),
    });
    expect(parseContent("]")).toEqual({ data: "", xdata: [], sentAtMs: undefined });
    expect(parseContent("x][y")).toEqual({ data: "x", xdata: [], sentAtMs: undefined });
    expect(parseContent("]_14:12:04,09-25-201")?.sentAtMs).toBeUndefined();
    expect(parseContent("no end")).toBeUndefined();
    expect(parseContent(`]${"[x]".repeat(100)}`)?.xdata).toHaveLength(16);
  });

  it.each([
    ["#1234|Nri1/MA01", "1234", "Nri1/MA01"],
    ["1234|NRP", "1234", "NRP"],
    ["9999|1602 00 000", "9999", "1602 00 000"],
    ["alarm2|Nri1OP0001", "alarm2", "Nri1OP0001"],
    ["|Nri1/CL501", undefined, "Nri1/CL501"],
    ["Nri1/WA000", undefined, "Nri1/WA000"],
    ["NBA01|AKITCHEN", undefined, "NBA01|AKITCHEN"],
    ["", undefined, ""],
  ])("%j names account %j", (data, account, rest) => {
    expect(splitData(data, "1234")).toEqual({ account, rest });
  });

  it.each([
    ["xYzPad|#1234|Nri1/MA01", "#1234|Nri1/MA01"],
    ["|#1234|Nri1/MA01", "#1234|Nri1/MA01"],
    ["#1234|Nri1/MA01", "#1234|Nri1/MA01"],
    ["0000000|Nri1/WA000", "Nri1/WA000"],
    ["0000000Nri1/WA000", "Nri1/WA000"],
  ])("%j without its pad is %j", (data, expected) => {
    expect(withoutPad(data, "1234")).toBe(expected);
  });
});

describe("timestamps", () => {
  it("are read and written in UTC", () => {
    const timeMs = Date.UTC(2026, 10, 25, 13, 5, 9);
    expect(parseTimestamp("_13:05:09,11-25-2026")).toBe(timeMs);
    expect(encodeTimestamp(timeMs + 999)).toBe("_13:05:09,11-25-2026");
    expect(stampOf(timeMs + 999)).toBe("_13:05:09,11-25-2026");
  });

  it.each([
    "",
    "13:05:09,11-25-2026",
    "_13:05:09,11-25-26",
    "_25:05:09,11-25-2026",
    "_13:05:09,02-30-2026",
    "_13:60:09,11-25-2026",
    "_13:05:09,13-25-2026",
    "_13:05:09,11-25-2026 ",
    "_00:00:00,00-00-0000",
  ])("%j is none", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it("may be 20 s ahead and 40 s behind, and no more", () => {
    const nowMs = Date.UTC(2026, 0, 1) + 500;
    const isIn = (seconds: number): boolean => isInWindow(nowMs - 500 + seconds * 1_000, nowMs);
    expect([20, 0, -40].map(isIn)).toEqual([true, true, true]);
    expect([21, 3_600, -41, -86_400].map(isIn)).toEqual([false, false, false, false]);
  });
});

describe("encryption", () => {
  it.each([16, 24, 32])(
    "with a key of %i bytes is what others make of single blocks and of CBC, both ways",
    (length) => {
      const key = Buffer.from(Array.from({ length }, (_, index) => index * 7 + 1));
      const cipher = new ContentCipher(key);
      const content = "|#1234|Nri1/MA01]_13:05:09,11-25-2026";
      for (let extra = 0; extra < 17; extra += 1) {
        const text = `${"y".repeat(extra)}${content}`;
        const hex = cipher.seal(text);
        expect(hex).toMatch(/^(?:[0-9A-F]{32})+$/);
        const plain = decryptByNode(key, hex);
        expect(plain.endsWith(text)).toBe(true);
        expect(plain.slice(0, -text.length)).toMatch(/^[A-Za-z]{1,16}$/);
        expect(encryptByHand(key, plain)).toBe(hex);
        expect(cipher.open(encryptByHand(key, padded(text)))).toBe(padded(text));
        expect(cipher.open(hex.toLowerCase())).toBe(plain);
      }
    },
  );

  it("opens what others have closed", () => {
    const cipher = new ContentCipher(Buffer.from("AAAAAAAAAAAAAAAA"));
    const contents = SEEN.slice(-2).map((seen) => cipher.open(seen.slice(seen.indexOf("[") + 1)));
    expect(contents).toEqual(["ppppppppppp]_18:24:52,07-05-2020", "0000000000000000|Nri1/WA000]_16:04:02,07-09-2020"]);
  });

  it.each(["", "00", "0".repeat(31), "0".repeat(33), "g".repeat(32)])("does not open %j", (hex) => {
    expect(new ContentCipher(Buffer.alloc(16)).open(hex)).toBeUndefined();
  });
});

describe("answers", () => {
  const header = {
    id: "SIA-DCS",
    isEncrypted: false,
    sequence: "0001",
    receiver: "1",
    prefix: "232",
    account: "789aF",
  };
  const nowMs = Date.UTC(2026, 10, 25, 13, 5, 9);

  it("repeat who spoke, and say receiver 0 where none was named", () => {
    expect(encodeAck(header, undefined, nowMs)).toBe('"ACK"0001R1L232#789aF[]');
    expect(encodeDuh(header, undefined, nowMs)).toBe('"DUH"0001R1L232#789aF[]');
    expect(encodeAck({ ...header, receiver: undefined }, undefined, nowMs)).toBe('"ACK"0001R0L232#789aF[]');
    expect(encodeAck({ ...header, receiver: "", prefix: "" }, undefined, nowMs)).toBe('"ACK"0001R0L0#789aF[]');
  });

  it("tell the time where they refuse it", () => {
    expect(encodeNak(nowMs)).toBe('"NAK"0000R0L0A0[]_13:05:09,11-25-2026');
  });

  it("are encrypted with a time where the message was", () => {
    const key = Buffer.alloc(32, 5);
    for (const [id, encode] of [["ACK", encodeAck] as const, ["DUH", encodeDuh] as const]) {
      const [head = "", hex = ""] = encode(header, new ContentCipher(key), nowMs).split("[");
      expect(head).toBe(`"*${id}"0001R1L232#789aF`);
      expect(decryptByNode(key, hex)).toMatch(/^[A-Za-z]+\|\]_13:05:09,11-25-2026$/);
    }
  });

  it("are sound frames by another's arithmetic", () => {
    expect(bodyOf(encodeFrame(encodeAck(header, undefined, nowMs)))).toBe('"ACK"0001R1L232#789aF[]');
    expect(bodyOf(encodeFrame(encodeNak(nowMs)))).toContain("NAK");
  });
});
