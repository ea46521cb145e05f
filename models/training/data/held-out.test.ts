import { describe, expect, it } from "vitest";

import { isHeldOut, sourceOf } from "./held-out.ts";

describe("the source of a picture", () => {
  it.each([
    ["train_319333375_n_jpg.rf.e3769d7609.jpg", "319333375_n"],
    ["valid_319333375_n_jpg.rf.aaaaaaaaaa.jpg", "319333375_n"],
    ["train_parking_lot_1_mp4-168_jpg.rf.3aca21c3cb.jpg", "parking_lot_1_mp4"],
    ["test_Mask-detector1_mov-52_jpg.rf.939b66152a.jpg", "Mask-detector1_mov"],
    ["train_yt-tLYUAJO8dfQ-0055_jpg.rf.3b31c0c5cd.jpg", "yt-tLYUAJO8dfQ"],
    ["train_img_721_jpg.rf.c5ae5789ac.jpg", "img_2"],
    ["train_img_749_jpg.rf.c5ae5789ac.jpg", "img_2"],
    ["test_frame1920_jpg.rf.62f88cc474.jpg", "frame7"],
    ["1007600_RS_386_386RS289112_28925.jpg", "1007600_RS_386_386RS289112_115"],
    ["train_bhwwmt301_jpg.rf.e999880103.jpg", "bhwwmt1"],
    ["test_accident_frame459_jpg.rf.e999880103.jpg", "accident_frame1"],
    ["train_101968592_n-2_jpg.rf.cf32bff000.jpg", "101968592_n"],
    ["train_img_54--2-_jpg.rf.cf32bff000.jpg", "img_0"],
    ["metal10.jpg", "metal10"],
  ])("of %s is %s", (name, source) => {
    expect(sourceOf(name)).toBe(source);
  });
});

it("a fifth of many sources is held out, and the same ones each time", () => {
  const sources = Array.from({ length: 2_000 }, (_, index) => `source-${index}`);
  const held = sources.filter((source) => isHeldOut("street", source));
  expect(held.length).toBeGreaterThan(330);
  expect(held.length).toBeLessThan(470);
  expect(sources.filter((source) => isHeldOut("street", source))).toEqual(held);
});
