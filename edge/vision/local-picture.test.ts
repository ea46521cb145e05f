import { Writable } from "node:stream";

import type { Frame } from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import type { DeviceEvent, Occurrence } from "@outpost/firmware-adapters/event.ts";
import { occurrenceRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { report, type SceneMessage } from "./ipc/core-messages.ts";
import { LocalPicture } from "./local-picture.ts";

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 0xff, 0xd9]);
const scene: SceneMessage = {
  kind: "scene",
  camera: "gate",
  algorithm: "perimeter",
  scope: "yard",
  capturedAtMs: 1,
  readings: [["present", 1]],
  happenings: [],
};

// Never run: what must not compile. `tsc` fails where one of these lines compiles after all.
export function mustNotCompile(picture: LocalPicture, frame: Frame, occurrence: Occurrence): readonly unknown[] {
  // @ts-expect-error -- a picture is no detail of an occurrence
  const details: Occurrence["details"] = { picture };
  // @ts-expect-error -- neither is a frame
  const frameDetails: Occurrence["details"] = { frame };
  // @ts-expect-error -- nor its bytes
  const byteDetails: Occurrence["details"] = { bytes: frame.bytes };
  // @ts-expect-error -- an event is no picture
  const event: DeviceEvent = picture;
  // @ts-expect-error -- a scene has no room for one
  const message: SceneMessage = { ...scene, picture };
  // @ts-expect-error -- text is no picture, and a picture no text
  const text: string = picture;
  // @ts-expect-error -- nothing that only looks like a picture is one
  const other: LocalPicture = { byteLength: 1, isLocalPicture: Symbol("mine"), writeTo() {} };
  return [details, frameDetails, byteDetails, event, message, text, other, occurrence];
}

describe("a picture of a camera", () => {
  const picture = new LocalPicture(JPEG);

  it("cannot be written as JSON, nor turned into text, nor cloned with its bytes", () => {
    expect(() => JSON.stringify({ details: { picture } })).toThrow("does not leave the gateway");
    expect(() => picture[Symbol.toPrimitive]()).toThrow("does not leave the gateway");
    const [own] = [Object.values(picture)];
    expect(own.some((value) => value instanceof Uint8Array)).toBe(false);
    expect(() => structuredClone(picture)).toThrow(/could not be cloned/);
  });

  it("gives its bytes to a stream only", () => {
    const chunks: Buffer[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    picture.writeTo(stream);
    expect(Buffer.concat(chunks)).toEqual(JPEG);
  });

  it("finds no place in what the vision process may tell the core, however it is dressed up", () => {
    expect(report.safeParse(scene).success).toBe(true);
    const base64 = Buffer.alloc(3_000, 7).toString("base64");
    const disguises: readonly unknown[] = [
      { ...scene, jpeg: base64 },
      { ...scene, scope: base64 },
      { ...scene, readings: [[base64, 1]] },
      { ...scene, readings: Array.from({ length: 17 }, () => ["present", 255]) },
      { ...scene, happenings: [{ name: "entered", trackId: 1, score: 1, details: { picture: base64 } }] },
      { ...scene, happenings: [{ name: "entered", trackId: 1, score: 1, details: { picture: [1, 2, 3] } }] },
      { kind: "picture", bytes: base64 },
      { kind: "evidence", occurrenceId: "0".repeat(32), outcome: "kept", bytes: 1, reason: base64 },
    ];
    expect(disguises.filter((one) => report.safeParse(one).success)).toEqual([]);
  });

  it("is no detail of a record that goes up", () => {
    const record = {
      kind: "occurrence",
      deviceId: "gate",
      name: "perimeter.entered",
      details: { picture },
      occurredAtMs: 1,
      clockConfidence: "plausible",
    };
    expect(occurrenceRecord.safeParse(record).success).toBe(false);
    expect(occurrenceRecord.safeParse({ ...record, details: { bytes: JPEG } }).success).toBe(false);
    expect(occurrenceRecord.safeParse({ ...record, details: { trackId: 1 } }).success).toBe(true);
  });
});
