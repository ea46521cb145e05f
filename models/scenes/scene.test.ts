import { describe, expect, it } from "vitest";

import { maskOf, type Frame, type SeenThing } from "./engine/frame.ts";
import type { Kind } from "./engine/world.ts";
import { PLACES } from "./places.ts";
import { SCRIPT } from "./places/square.ts";
import { openScene, type SceneRequest } from "./scene.ts";

const SMALL = { width: 320, height: 180, fineness: 1 } as const;

const first = (scene: string): SceneRequest => ({ scene, seed: 11, split: "train", day: "noon", ...SMALL });

/** How far two pictures differ, pixel by pixel, counted inside and outside a mask. */
function changes(a: Frame, b: Frame, mask: Uint8Array): { readonly inside: number; readonly outside: number } {
  let [inside, outside] = [0, 0];
  for (let at = 0; at < mask.length; at += 1) {
    const isChanged = [0, 1, 2].some(
      (channel) => Math.abs((a.rgb[at * 3 + channel] ?? 0) - (b.rgb[at * 3 + channel] ?? 0)) > 2,
    );
    if (!isChanged) continue;
    if (mask[at] === 255) inside += 1;
    else outside += 1;
  }
  return { inside, outside };
}

function boxOfMask(mask: Uint8Array, width: number): { x1: number; y1: number; x2: number; y2: number } {
  const at = [...mask.keys()].filter((index) => mask[index] === 255);
  const [xs, ys] = [at.map((index) => index % width), at.map((index) => Math.floor(index / width))];
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 };
}

describe.each(PLACES.map(({ name }) => name))("the scene %s", (name) => {
  it("is the same for the same seed, in whatever order frames are asked for, and its boxes hold their masks", async () => {
    const [one, other] = [await openScene(first(name)), await openScene(first(name))];
    other.frameAt(3_000);
    const [a, b] = [one.frameAt(13_000), other.frameAt(13_000)];
    expect(Buffer.compare(a.rgb, b.rgb)).toBe(0);
    expect(b.things).toEqual(a.things);
    expect(b.facts).toEqual(a.facts);
    expect(Buffer.compare(new Uint8Array(a.ids.buffer), new Uint8Array(b.ids.buffer))).toBe(0);
    expectSound(a);
  });

  it("has another structure and another picture held out", async () => {
    const place = PLACES.find((one) => one.name === name);
    const names = (split: string): readonly string[] =>
      place?.structures.filter((one) => one.split === split).map((one) => one.name) ?? [];
    expect(names("train").length).toBeGreaterThanOrEqual(2);
    expect(names("held-out").length).toBeGreaterThanOrEqual(1);
    expect(names("train").filter((one) => names("held-out").includes(one))).toEqual([]);
    const scene = await openScene({ ...first(name), split: "held-out" });
    expect(names("held-out")).toContain(scene.structure);
    expectSound(scene.frameAt(13_000));
  });
});

/** Boxes lie in the picture and hold their masks; every thing has an id of its own. */
function expectSound(frame: Frame): void {
  expect(frame.things.length).toBeGreaterThan(0);
  expect(new Set(frame.things.map(({ id }) => id)).size).toBe(frame.things.length);
  for (const { id, box, pixels, kind } of frame.things) {
    const isWithin = [box.x1 >= 0, box.y1 >= 0, box.x2 <= frame.width, box.y2 <= frame.height];
    expect(isWithin, `${kind} ${id}`).toEqual([true, true, true, true]);
    if (pixels === 0) continue;
    const seen = boxOfMask(maskOf(frame, id), frame.width);
    // Water bends the way to what is below it.
    const slack = kind === "swimmer" || kind === "debris" ? 8 : 1.5;
    expect(seen.x1, `${kind} ${id}`).toBeGreaterThanOrEqual(Math.floor(box.x1 - slack));
    expect(seen.y1, `${kind} ${id}`).toBeGreaterThanOrEqual(Math.floor(box.y1 - slack));
    expect(seen.x2, `${kind} ${id}`).toBeLessThanOrEqual(Math.ceil(box.x2 + slack));
    expect(seen.y2, `${kind} ${id}`).toBeLessThanOrEqual(Math.ceil(box.y2 + slack));
  }
}

function middle({ x1, x2 }: SeenThing["box"]): number {
  return (x1 + x2) / 2;
}

describe("a thing that moves", () => {
  it.each([
    ["pool", {}],
    ["river", { structure: "bank-wide", width: 640, height: 360 }],
    ["street", { structure: "avenue-along" }],
    ["lift", {}],
  ] as const)("is what differs in its mask when it is gone (%s)", async (name, more) => {
    const scene = await openScene({ ...first(name), ...more });
    const all = scene.frameAt(13_000);
    const seen = all.things.filter(
      ({ pixels, visibleShare, kind }) => pixels > 60 && visibleShare > 0.6 && kind !== "water",
    );
    const thing = seen.find(({ state }) => state !== "parked" && state !== "closed");
    expect(thing).toBeDefined();
    const without = scene.frameAt(13_000, { without: thing?.id ?? 0 });
    expect(without.things.some(({ id }) => id === thing?.id)).toBe(false);
    const { inside } = changes(all, without, maskOf(all, thing?.id ?? 0));
    expect(inside / (thing?.pixels ?? 1)).toBeGreaterThan(0.7);
  });

  it("keeps its id, and moves no farther than it could", async () => {
    const scene = await openScene(first("square"));
    let before = new Map<number, SeenThing>();
    let compared = 0;
    for (let atMs = 20_000; atMs <= 22_000; atMs += 100) {
      const now = scene.truthAt(atMs).things.filter(({ kind, isCut }) => kind === "person" && !isCut);
      for (const thing of now) {
        const last = before.get(thing.id);
        if (last === undefined) continue;
        compared += 1;
        expect(Math.abs(middle(thing.box) - middle(last.box))).toBeLessThan(10);
      }
      before = new Map(now.map((thing) => [thing.id, thing]));
    }
    expect(compared).toBeGreaterThan(50);
  });
});

describe("what scripts say", () => {
  it("lets a swimmer stop at 8 s and sink from 14 s on", async () => {
    const scene = await openScene({ ...first("pool"), structure: "hall-six-lanes" });
    const stateAt = (atMs: number): string | undefined => scene.truthAt(atMs).things.find(({ id }) => id === 24)?.state;
    expect([stateAt(6_000), stateAt(12_000), stateAt(24_000)]).toEqual(["swimming", "passive", "submerged"]);
    expect(scene.truthAt(24_000).facts).toMatchObject({ submerged: 2 });
  });

  it("shows swimmers in all four states, the submerged ones too", async () => {
    const frame = (await openScene({ scene: "pool", seed: 11, split: "train", structure: "hall-six-lanes" })).frameAt(
      12_000,
    );
    const pixels = (state: string): number =>
      Math.max(
        0,
        ...frame.things.filter((one) => one.kind === "swimmer" && one.state === state).map((one) => one.pixels),
      );
    const states = ["swimming", "treading", "passive", "submerged"];
    expect(states.filter((state) => pixels(state) > 40)).toEqual(states);
  });

  it("sends 37 people over the square's line one way and 12 the other", async () => {
    const scene = await openScene(first("square"));
    expect(scene.truthAt(0).facts).toMatchObject({ towardsOverLine: 0, awayOverLine: 0 });
    expect(scene.truthAt(SCRIPT.withinS * 1_000).facts).toMatchObject({ towardsOverLine: 37, awayOverLine: 12 });
  });

  it("has a queue whose first leaves and whose others move up", async () => {
    const scene = await openScene(first("square"));
    const headOf = (atMs: number): number | undefined =>
      scene.truthAt(atMs).things.find(({ facts }) => facts?.["place"] === 0)?.id;
    expect([headOf(5_000), headOf(16_000)]).toEqual([700, 701]);
    expect(Number(scene.truthAt(30_000).facts["queue"])).toBeGreaterThanOrEqual(3);
  });

  it("blocks the street's fire lane for 150 s", async () => {
    const scene = await openScene({ ...first("street"), structure: "avenue-along" });
    const stateAt = (atMs: number): string | undefined =>
      scene.truthAt(atMs).things.find(({ id }) => id === 900)?.state;
    expect(stateAt(17_500)).toBe("moving");
    expect([stateAt(30_000), stateAt(160_000)]).toEqual(["parked", "parked"]);
    expect(stateAt(185_000)).not.toBe("parked");
  });

  it("lights smoke before flames, and shows both", async () => {
    const scene = await openScene(first("fire"));
    const kinds = (atMs: number): readonly Kind[] =>
      scene
        .truthAt(atMs)
        .things.map(({ kind }) => kind)
        .filter((kind) => kind === "smoke" || kind === "flame");
    expect(kinds(2_000)).toEqual([]);
    expect(kinds(8_000)).toEqual(["smoke"]);
    expect(kinds(20_000).toSorted()).toEqual(["flame", "smoke"]);
  });

  it("has manholes in all states, one a seed", async () => {
    const states = await Promise.all(
      [3, 4, 5].map(async (seed) => (await openScene({ ...first("road"), seed })).truthAt(0).facts["manhole"]),
    );
    expect(states).toEqual(["ok", "moved", "missing"]);
  });

  it("opens a locker's door at 5 s and shuts it at 15 s", async () => {
    const scene = await openScene(first("lockers"));
    const closedAt = (atMs: number): number => Number(scene.truthAt(atMs).facts["closed"]);
    expect(closedAt(10_000)).toBe(closedAt(2_000) - 1);
    expect(closedAt(17_000)).toBe(closedAt(2_000));
  });

  it("writes on plates and gauges what the truth says it wrote", async () => {
    const plates = (await openScene({ ...first("car-park"), structure: "gate-lane" }))
      .truthAt(15_000)
      .things.filter(({ kind }) => kind === "plate");
    expect(plates.length).toBeGreaterThan(0);
    for (const { text, state } of plates)
      expect(text).toMatch(
        state === "green" ? /^[京-龥]?[A-HJ-NP-Z][DF][0-9A-HJ-NP-Z]{5}$/ : /^[京-龥]?[A-HJ-NP-Z][0-9A-HJ-NP-Z]{5}$/,
      );
    const river = (await openScene({ ...first("river"), structure: "gauge-close" })).truthAt(0);
    const gauge = river.things.find(({ kind }) => kind === "gauge");
    expect(gauge?.text).toBe(Number(river.facts["levelM"]).toFixed(2));
  });
});

describe("a request that cannot be", () => {
  it.each([
    [{ scene: "moon" }, "no scene"],
    [{ structure: "hotel-basin" }, 'no "hotel-basin" in train'],
    [{ width: 63 }, "width and height"],
    [{ height: 5_000 }, "width and height"],
  ])("is refused: %o", async (wrong, words) => {
    await expect(openScene({ ...first("pool"), ...wrong })).rejects.toMatchObject({
      code: "models/bad-scene",
      message: expect.stringContaining(words),
    });
  });
});
