import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../testing/random.ts";
import { testPattern } from "../simulator/picture/test-pattern.ts";
import { MultipartParser, type Part } from "./multipart-parser.ts";

const seed = seededRandom().seed;
console.log(`multipart fuzz from seed ${seed}`);
const runs = { numRuns: 10_000, seed };

const A = Buffer.from("first \xff\xd8 part", "latin1");
const B = Buffer.from("second\r\n-- part", "latin1");

interface Style {
  readonly line: string;
  readonly dashes: string;
  readonly hasLength: boolean;
  readonly isBrokenBefore: boolean;
}

/** The stream of a camera with its own ideas. */
function stream(bodies: readonly Buffer[], { line, dashes, hasLength, isBrokenBefore }: Style): Buffer {
  const parts = bodies.map((body) => {
    const length = hasLength ? `Content-Length: ${body.length}${line}` : "";
    const head = `${dashes}cam${line}Content-Type: image/jpeg${line}${length}${line}`;
    return Buffer.concat([Buffer.from(head, "latin1"), body, Buffer.from(isBrokenBefore ? line : "")]);
  });
  return Buffer.concat([...parts, Buffer.from(`${dashes}cam${line}`)]);
}

function parse(bytes: Buffer, boundary: string | undefined, sizes: readonly number[] = [], maxBytes = 10_000) {
  const parser = new MultipartParser(boundary, { maxBytes });
  const parts: Part[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(...parser.push(bytes.subarray(at, at + size)));
    at += size;
  }
  parts.push(...parser.push(bytes.subarray(at)));
  return { parts, parser, bodies: parts.map(({ body }) => body.toString("latin1")) };
}

const expected = [A, B].map((body) => body.toString("latin1"));

describe("the multipart parser", () => {
  const styles = ["\r\n", "\n"].flatMap((line) =>
    ["--", "----", "-----------"].flatMap((dashes) =>
      [true, false].flatMap((hasLength) =>
        [true, false].map((isBrokenBefore) => ({ line, dashes, hasLength, isBrokenBefore })),
      ),
    ),
  );

  it.each(styles)("reads a stream written with $line, $dashes, length: $hasLength, break: $isBrokenBefore", (style) => {
    const bytes = stream([A, B], style);
    for (const boundary of ["cam", "--cam", "----cam", undefined, "another one"]) {
      expect(parse(bytes, boundary).bodies).toEqual(expected);
    }
  });

  it("hands on the headers, names in lower case", () => {
    const bytes = Buffer.from(
      "--x\r\nCONTENT-type: image/jpeg\r\nX-Time : 1: 2\r\nbad line\r\nContent-Length:2\r\n\r\nhi",
    );
    expect(Object.fromEntries(parse(bytes, "x").parts[0]?.headers ?? [])).toEqual({
      "content-type": "image/jpeg",
      "x-time": "1: 2",
      "content-length": "2",
    });
  });

  it("goes by the boundary where a length is 0, negative or nonsense", () => {
    for (const length of ["0", "-1", "many", "99999999999999"]) {
      const bytes = Buffer.from(`--x\r\nContent-Length: ${length}\r\n\r\nhello\r\n--x\r\n`);
      expect(parse(bytes, "x").bodies).toEqual(["hello"]);
    }
  });

  it("finds the next part behind a length that was too short", () => {
    const bytes = Buffer.from("--x\r\nContent-Length: 3\r\n\r\nhello\r\n--x\r\nContent-Length: 2\r\n\r\nhi");
    expect(parse(bytes, "x").bodies).toEqual(["hel", "hi"]);
  });

  it("ends with the closing boundary", () => {
    const { bodies, parser } = parse(Buffer.from("--x\r\n\r\none\r\n--x--\r\n--x\r\n\r\ntwo\r\n--x\r\n"), "x");
    expect(bodies).toEqual(["one"]);
    expect(parser.isEnded).toBe(true);
  });

  it("does not take a longer word for its boundary", () => {
    expect(parse(Buffer.from("--x\r\n\r\na --xylophone b\r\n--x\r\n"), "x").bodies).toEqual(["a --xylophone b"]);
  });

  it("takes a part of exactly the longest length, and steps over one that is longer", () => {
    const [max, over] = ["a".repeat(100), "b".repeat(101)];
    const counted = `--x\r\nContent-Length: 101\r\n\r\n${over}\r\n--x\r\nContent-Length: 100\r\n\r\n${max}\r\n`;
    expect(parse(Buffer.from(counted), "x", [], 100).bodies).toEqual([max]);
    const delimited = `--x\r\n\r\n${over}bb\r\n--x\r\n\r\n${max.slice(2)}\r\n--x\r\n`;
    expect(parse(Buffer.from(delimited), "x", [], 100).bodies).toEqual([max.slice(2)]);
  });

  it("steps over headers without an end", () => {
    const bytes = Buffer.from(`--x\r\n${"A: b\r\n".repeat(3_000)}--x\r\nContent-Length: 2\r\n\r\nhi`);
    expect(parse(bytes, "x").bodies).toEqual(["hi"]);
  });

  it("gives nothing where no boundary is named anywhere", () => {
    expect(parse(Buffer.from(`hello\r\n${"x".repeat(2_000)}`), undefined).parts).toEqual([]);
  });

  it("gives the same parts from arbitrary bytes, however they are cut into chunks", () => {
    const word = fc.constantFrom(
      "--x",
      "x",
      "\r\n",
      "\n",
      "\r\n\r\n",
      "--",
      "-",
      " ",
      "Content-Length: 5",
      "Content-Length: 900",
      "content-type: image/jpeg",
      "\xff\xd8\xff",
      "0123456789".repeat(7),
    );
    const piece = fc.oneof(
      { weight: 4, arbitrary: word.map((text) => Buffer.from(text, "latin1")) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)) },
    );
    const bytes = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.concat(pieces));
    const sizes = fc.array(fc.nat(40), { maxLength: 20 });
    const boundary = fc.constantFrom("x", "--x", "", undefined);
    fc.assert(
      fc.property(bytes, sizes, boundary, (all, cuts, name) => {
        const maxBytes = 150;
        const whole = parse(all, name, [], maxBytes).parts;
        expect(parse(all, name, cuts, maxBytes).parts).toEqual(whole);
        for (const { body } of whole) expect(body.length).toBeLessThanOrEqual(maxBytes);
      }),
      runs,
    );
  });

  it("never throws and reads on when a stream is truncated or corrupted", () => {
    const style = { line: "\r\n", dashes: "--", hasLength: true, isBrokenBefore: true };
    const picture = testPattern({ width: 64, height: 64, frame: 1 });
    const original = stream([picture, A], style);
    const follower = stream([B, B, B], style);
    // The very first line is taken at its word, see above.
    const place = fc.integer({ min: "--cam\r\n".length, max: original.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, isCut) => {
        const bad = isCut ? original.subarray(0, at) : Buffer.from(original);
        if (!isCut) bad[at] = (bad[at] ?? 0) ^ flip;
        const followers = Array.from({ length: 40 }, () => follower);
        const { bodies, parser } = parse(Buffer.concat([bad, ...followers]), "cam", [], 2_000);
        // A boundary cut off in front of another one is a closing boundary.
        expect(parser.isEnded || bodies.at(-1) === B.toString("latin1")).toBe(true);
      }),
      runs,
    );
  });
});
