import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../testing/random.ts";
import { testPattern } from "../simulator/picture/test-pattern.ts";
import { JpegSplitter, type JpegPicture } from "./jpeg-splitter.ts";
import { pictureParts, readJpeg } from "./jpeg-walk.ts";
import { RawSplitter } from "./raw-splitter.ts";

const seed = seededRandom().seed;
console.log(`JPEG fuzz from seed ${seed}`);
const runs = { numRuns: 10_000, seed };

const small = (frame: number): Buffer => testPattern({ width: 64, height: 64, frame });
const THUMBNAIL = testPattern({ width: 72, height: 64, frame: 9 });
const withThumbnail = (frame: number): Buffer =>
  testPattern({ width: 80, height: 64, frame, thumbnail: THUMBNAIL, comment: `\u00ff\u00d8 ${frame}` });

function split(bytes: Buffer, sizes: readonly number[] = [], maxBytes?: number): readonly JpegPicture[] {
  const splitter = new JpegSplitter(maxBytes === undefined ? {} : { maxBytes });
  const pictures: JpegPicture[] = [];
  let at = 0;
  for (const size of sizes) {
    pictures.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  pictures.push(...splitter.push(bytes.subarray(at)));
  return pictures;
}

function pictureOf(frame: number, comment: string): Buffer {
  return Buffer.concat(pictureParts(testPattern({ width: 64, height: 64, frame, comment })));
}

describe("the JPEG splitter", () => {
  it("finds every picture of a stream, with its size", () => {
    const pictures = split(Buffer.concat([small(1), withThumbnail(2), small(3)]));
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [80, 64],
      [64, 64],
    ]);
    expect(pictures[1]?.bytes.equals(withThumbnail(2))).toBe(true);
  });

  it("takes neither the thumbnail inside EXIF for a picture nor its end for the picture's", () => {
    const [picture, ...others] = split(withThumbnail(1));
    expect(others).toEqual([]);
    expect(picture).toMatchObject({ width: 80, height: 64 });
  });

  it("drops what lies between pictures, and a picture that was cut off", () => {
    const cutOff = withThumbnail(1).subarray(0, -40);
    const pictures = split(Buffer.concat([Buffer.from("noise\xff\xff\xff", "latin1"), cutOff, small(2), small(3)]));
    expect(pictures.map(({ bytes }) => bytes)).toEqual([small(2), small(3)]);
  });

  it("finds the picture that follows one cut off inside a long segment", () => {
    // Cut off inside the EXIF segment: its length reaches far into the next picture.
    const cutOff = withThumbnail(1).subarray(0, 60);
    const pictures = split(Buffer.concat([cutOff, withThumbnail(2), withThumbnail(3)]));
    expect(pictures.map(({ bytes }) => bytes)).toEqual([withThumbnail(2), withThumbnail(3)]);
  });

  it("never takes the thumbnail of a broken picture for a picture", () => {
    const broken = Buffer.from(withThumbnail(1));
    // Its size is 0 now, so it breaks behind the thumbnail.
    broken.writeUInt32BE(0, broken.indexOf(Buffer.from([0xff, 0xc0]), THUMBNAIL.length + 60) + 5);
    const pictures = split(Buffer.concat([broken, broken, small(3), small(4)]));
    expect(pictures.map(({ bytes }) => bytes)).toEqual([small(3), small(4)]);
  });

  it("takes a picture of exactly the longest length, and none that is longer", () => {
    const { length } = small(1);
    expect(split(Buffer.concat([small(1), small(1)]), [], length)).toHaveLength(2);
    expect(split(Buffer.concat([small(1), small(1)]), [], length - 1)).toEqual([]);
  });

  it("gives the same pictures from arbitrary bytes, however they are cut into chunks, and only whole ones", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        small(1),
        withThumbnail(2),
        Buffer.from([0xff, 0xd8]),
        Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 9]),
      ),
      fc.nat(600).map((bytes) => withThumbnail(5).subarray(0, bytes)),
    );
    const stream = fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces));
    const sizes = fc.array(fc.nat(300), { maxLength: 12 });
    fc.assert(
      fc.property(stream, sizes, fc.integer({ min: 200, max: 2_000 }), (bytes, cuts, maxBytes) => {
        const whole = split(bytes, [], maxBytes);
        expect(split(bytes, cuts, maxBytes)).toEqual(whole);
        for (const { bytes: picture } of whole) {
          expect(picture.length).toBeLessThanOrEqual(maxBytes);
          expect(readJpeg(picture)?.length).toBe(picture.length);
        }
      }),
      runs,
    );
  });

  it("never throws and never gives a picture that is not whole when one is truncated or corrupted", () => {
    const original = withThumbnail(3);
    const follower = small(4);
    // Cut off right behind its thumbnail, the thumbnail stands there like any picture with one behind it.
    const thumbnailEnd = original.indexOf(THUMBNAIL) + THUMBNAIL.length;
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, isCut) => {
        fc.pre(at !== thumbnailEnd);
        const bad = isCut ? original.subarray(0, at) : Buffer.from(original);
        if (!isCut) bad[at] = (bad[at] ?? 0) ^ flip;
        const followers = Array.from({ length: 12 }, () => follower);
        const pictures = split(Buffer.concat([bad, ...followers]), [], 3_000);
        for (const { bytes } of pictures) expect(readJpeg(bytes)?.length).toBe(bytes.length);
        expect(pictures.at(-1)?.bytes.equals(follower)).toBe(true);
        // Never the thumbnail of a picture that broke.
        expect(pictures.some(({ bytes }) => bytes.equals(THUMBNAIL))).toBe(false);
      }),
      runs,
    );
  });

  it("stays linear on bytes made to be walked over again and again", () => {
    const evil = Buffer.alloc(4_000_000);
    // A chain of segments, each of which hides the beginning of a picture whose chain is all the others.
    for (let at = 0; at + 6 <= evil.length; at += 6) evil.set([0xff, 0xe0, 0x00, 0x04, 0xff, 0xd8], at);
    const startedMs = performance.now();
    expect(
      split(
        evil,
        Array.from({ length: 100 }, () => 40_000),
      ),
    ).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe("reading one JPEG", () => {
  it("knows where it ends, and that half of one is none", () => {
    const bytes = small(7);
    expect(readJpeg(Buffer.concat([bytes, Buffer.from("padding")]))).toEqual({
      length: bytes.length,
      width: 64,
      height: 64,
    });
    expect(readJpeg(bytes.subarray(0, -1))).toBeUndefined();
    expect(readJpeg(Buffer.alloc(0))).toBeUndefined();
  });

  it("sees the same picture behind another comment, and another picture behind another frame", () => {
    expect(pictureOf(1, "12:00:01").equals(pictureOf(1, "12:00:02"))).toBe(true);
    expect(pictureOf(1, "12:00:01").equals(pictureOf(2, "12:00:01"))).toBe(false);
  });
});

describe("the raw splitter", () => {
  it("cuts exact frames out of any chunks", () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 25 }), (pieces, size) => {
        const splitter = new RawSplitter(size);
        const frames = pieces.flatMap((piece) => splitter.push(Buffer.from(piece)));
        const all = Buffer.concat(pieces);
        expect(frames).toHaveLength(Math.floor(all.length / size));
        expect(Buffer.concat(frames).equals(all.subarray(0, frames.length * size))).toBe(true);
      }),
      runs,
    );
  });
});
