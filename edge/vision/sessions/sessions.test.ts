import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { writeTinyPackage } from "@outpost/models/testing/tiny-package.ts";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openIn, SessionProcess } from "./session-process.ts";

const PATIENCE_MS = 120_000;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-sessions-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const open = (): SessionProcess => new SessionProcess({ clock: systemClock, log: silentLog });
const flat = async (brightness: number): Promise<Buffer> => {
  const background = { r: brightness, g: brightness, b: brightness };
  return await sharp({ create: { width: 320, height: 240, channels: 3, background } })
    .jpeg()
    .toBuffer();
};
const look = { kind: "look", model: "tiny", width: 320, height: 240 } as const;

describe("a session process", () => {
  it("opens a model, looks at pictures, and goes on after one that is none", async () => {
    await using session = open();
    const opened = await openIn(session, "tiny", await writeTinyPackage(folder, "tiny"), PATIENCE_MS);
    expect(opened).toMatchObject({ kind: "opened", version: "1.0.0", classes: ["person"] });
    const seen = await session.ask(look, await flat(200), PATIENCE_MS);
    expect(seen).toMatchObject({ kind: "answered", answer: { kind: "looked" } });
    const bad = await session.ask(look, Buffer.from("no picture"), PATIENCE_MS);
    expect(bad).toMatchObject({ kind: "failed", code: "models/bad-picture" });
    expect(await session.ask(look, await flat(10), PATIENCE_MS)).toMatchObject({
      answer: { kind: "looked", found: [] },
    });
  });

  it("passes over a picture in which nothing moved, and looks where something did", async () => {
    await using session = open();
    await openIn(session, "tiny", await writeTinyPackage(folder, "tiny"), PATIENCE_MS);
    const gate = { camera: "a", leastShare: 0.01 };
    const kinds: string[] = [];
    const spot = await sharp(await flat(60))
      .composite([{ input: await flat(250).then((one) => sharp(one).resize(80, 80).toBuffer()), left: 100, top: 80 }])
      .jpeg()
      .toBuffer();
    for (const picture of [await flat(60), await flat(60), await flat(90), spot]) {
      const outcome = await session.ask({ ...look, gate }, picture, PATIENCE_MS);
      kinds.push(outcome.kind === "answered" ? outcome.answer.kind : outcome.code);
    }
    // The first has nothing to be compared with; the third is only brighter.
    expect(kinds).toEqual(["looked", "still", "still", "looked"]);
  });

  it("refuses a model by name and lives on", async () => {
    await using session = open();
    const bad = await writeTinyPackage(folder, "bad", { misdeed: "unknown-operator" });
    expect(await openIn(session, "bad", bad, PATIENCE_MS)).toMatchObject({ kind: "failed", code: "models/unrunnable" });
    expect(await openIn(session, "none", join(folder, "none"), PATIENCE_MS)).toMatchObject({
      code: "models/wrong-file",
    });
    expect(await openIn(session, "tiny", await writeTinyPackage(folder, "tiny"), PATIENCE_MS)).toMatchObject({
      kind: "opened",
    });
  });

  it("whose model never returns is ended, and says so", async () => {
    const session = open();
    await openIn(session, "tiny", await writeTinyPackage(folder, "tiny", { misdeed: "endless" }), PATIENCE_MS);
    await expect(session.ask(look, await flat(200), 3_000)).rejects.toMatchObject({ code: "vision/hangs" });
    await session.ended;
    await expect(session.ask(look, await flat(200), 3_000)).rejects.toMatchObject({ code: "vision/hangs" });
  });

  it("draws boxes and blurs heads, without any metadata of the camera's", async () => {
    await using session = open();
    const jpeg = await sharp(await flat(200))
      .withExif({ IFD0: { Copyright: "somebody" } })
      .toBuffer();
    const person = { x1: 100, y1: 40, x2: 160, y2: 220 };
    const drawn = await session.ask(
      { kind: "draw", width: 320, height: 240, boxes: [person], people: [person], blur: "faces" },
      jpeg,
      PATIENCE_MS,
    );
    expect(drawn).toMatchObject({ kind: "answered", answer: { kind: "drawn", blurredBy: "people" } });
    const picture = drawn.kind === "answered" ? drawn.body : Buffer.alloc(0);
    const { exif, width, height } = await sharp(picture).metadata();
    expect({ exif, width, height }).toEqual({ exif: undefined, width: 320, height: 240 });
  });
});
