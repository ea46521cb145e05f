import type { Box } from "../../decoders/detections/box.ts";
import { drawPuffs } from "../effects/puffs.ts";
import { drawRain } from "../effects/rain.ts";
import { drawWater } from "../effects/water.ts";
import { aimed, pixelOf, type Camera } from "./camera.ts";
import { copyCanvas, emptyCanvas, type Canvas } from "./canvas.ts";
import type { Frame, FrameTruth, SeenRegion, SeenThing } from "./frame.ts";
import { moved, type V3 } from "./geometry.ts";
import { Noise } from "./noise.ts";
import { shrunk, throughLens } from "./resolve.ts";
import { applyShadows, castShadow, emptyShadows, soften, type Shadows } from "./shadows.ts";
import { drawSky } from "./sky.ts";
import { drawDecal, drawSurface } from "./surface.ts";
import { drawMesh, type Drawing, type Silhouettes } from "./triangles.ts";
import type { Part, Thing, ThingTruth, World } from "./world.ts";

export interface RenderOptions {
  readonly width: number;
  readonly height: number;
  /** Inner pixels a pixel, each way: 2 has smooth edges. */
  readonly fineness: 1 | 2;
}

/** What is left out of a frame, to see what it changes. */
export interface FrameOptions {
  readonly without?: number;
}

/** Looks at a world: what stands still is drawn once, what moves in each frame. */
export class Renderer {
  readonly #world: World;
  readonly #options: RenderOptions;
  readonly #drawing: Drawing;
  readonly #noise: Noise;
  readonly #still: Canvas;
  readonly #stillShadows: Shadows;
  readonly #stamps: Silhouettes;
  /** Whole silhouettes of things that never move. */
  readonly #fixedPixels = new Map<number, number>();

  constructor(world: World, options: RenderOptions) {
    const [width, height] = [options.width * options.fineness, options.height * options.fineness];
    this.#world = world;
    this.#options = options;
    this.#noise = new Noise(world.seed);
    const canvas = emptyCanvas(width, height);
    this.#drawing = { canvas, camera: aimed(world.pose, width, height), light: world.light };
    this.#stamps = { stamps: new Uint32Array(width * height), stamp: 0, touched: 0 };
    this.#still = emptyCanvas(width, height);
    this.#stillShadows = emptyShadows(canvas);
    this.#drawStill();
  }

  /** A picture with its truth. */
  frameAt(atMs: number, { without }: FrameOptions = {}): Frame {
    const { world, canvas, touched } = this.#draw(atMs, { without, hasShadows: true });
    const { width, height, fineness } = this.#options;
    const { rgb, ids } = shrunk(canvas, fineness);
    const picture = { rgb, width, height };
    const grain = Math.floor(atMs);
    if (world.weather.rain > 0) drawRain(picture, world.weather.rain, world.seed + grain);
    throughLens(picture, world.lens, this.#noise, grain + 1);
    return { ...this.#truth(atMs, { ids, touched, without }), rgb };
  }

  /** The truth alone. */
  truthAt(atMs: number): FrameTruth {
    const { canvas, touched } = this.#draw(atMs, { hasShadows: false });
    return this.#truth(atMs, { ids: shrunk(canvas, this.#options.fineness).ids, touched });
  }

  #drawStill(): void {
    const drawing = { ...this.#drawing, canvas: this.#still };
    const { surfaces, fixtures, fixed, sky, light, groundZ } = this.#world;
    for (const surface of surfaces) drawSurface(drawing, surface);
    const shading = { shadows: this.#stillShadows, camera: drawing.camera, light, plane: { z: groundZ } };
    for (const { mesh, at, isShadowless } of fixtures) {
      drawMesh(drawing, mesh, at, { id: 0 });
      for (const decal of mesh.decals) drawDecal(drawing, placedDecal(decal, at), 0);
      if (!isShadowless) castShadow(shading, mesh, at);
    }
    for (const thing of fixed) {
      this.#fixedPixels.set(thing.id, this.#drawThing(drawing, thing));
      if (!thing.isShadowless) castShadow(shading, thing.mesh, thing.at);
    }
    soften(this.#stillShadows);
    applyShadows(this.#still, this.#stillShadows, light);
    drawSky(this.#still, drawing.camera, sky, this.#noise);
  }

  #drawThing(drawing: Drawing, { mesh, at, id }: Thing): number {
    this.#stamps.stamp += 1;
    this.#stamps.touched = 0;
    drawMesh(drawing, mesh, at, { id, stamps: this.#stamps });
    for (const decal of mesh.decals) drawDecal(drawing, placedDecal(decal, at), id);
    return this.#stamps.touched;
  }

  #draw(atMs: number, { without, hasShadows }: { without?: number | undefined; hasShadows: boolean }) {
    const world = this.#world;
    const drawing = this.#drawing;
    const { canvas, camera, light } = drawing;
    const tS = atMs / 1_000;
    const things = world.thingsAt(tS).filter(({ id }) => id !== without);
    const touched = new Map<number, number>();
    copyCanvas(this.#still, canvas);
    if (hasShadows) this.#shade(things);
    const level = world.water?.corners[0]?.[2];
    const draw = (between?: { fromZ: number; toZ: number }): void => {
      for (const thing of things) {
        const pixels = this.#drawThing(between === undefined ? drawing : { ...drawing, between }, thing);
        touched.set(thing.id, (touched.get(thing.id) ?? 0) + pixels);
      }
    };
    if (world.water === undefined || level === undefined) {
      draw();
    } else {
      draw({ fromZ: -1e6, toZ: level });
      drawWater(world.water, { canvas, camera, light, noise: this.#noise, tS });
      draw({ fromZ: level, toZ: 1e6 });
    }
    const puffs = (world.puffsAt?.(tS) ?? []).filter(({ id }) => without === undefined || id !== without);
    drawPuffs({ canvas, camera, light, noise: this.#noise }, puffs);
    return { world, canvas, touched };
  }

  #shade(things: readonly Thing[]): void {
    const { canvas, camera, light } = this.#drawing;
    const shadows = emptyShadows(canvas);
    const shading = { shadows, camera, light, plane: { z: this.#world.groundZ } };
    for (const { mesh, at, isShadowless } of things) if (isShadowless !== true) castShadow(shading, mesh, at);
    soften(shadows);
    applyShadows(canvas, shadows, light, this.#stillShadows);
  }

  #truth(
    atMs: number,
    { ids, touched, without }: { ids: Uint16Array; touched: ReadonlyMap<number, number>; without?: number | undefined },
  ): FrameTruth {
    const { width, height, fineness } = this.#options;
    const world = this.#world;
    const tS = atMs / 1_000;
    const seen = pixelsByOwner(ids, width);
    const camera = aimed(world.pose, width, height);
    const bodies = [...world.fixed, ...world.thingsAt(tS)].filter(({ id }) => id !== without);
    const whole = (id: number): number => (touched.get(id) ?? this.#fixedPixels.get(id) ?? 0) / (fineness * fineness);
    const things = bodies.flatMap((thing) => {
      const outline = boxOfMesh(camera, thing);
      if (outline === undefined) return [];
      const pixels = seen.get(thing.id)?.pixels ?? 0;
      return [
        { ...truthOf(thing), ...outline, pixels, visibleShare: Math.min(1, pixels / Math.max(1, whole(thing.id))) },
      ];
    });
    const soft = [...world.painted, ...(world.puffTruthAt?.(tS) ?? [])].flatMap((truth): readonly SeenThing[] => {
      const own = seen.get(truth.id);
      if (own === undefined || truth.id === without) return [];
      return [{ ...truth, box: own.box, pixels: own.pixels, visibleShare: 1, isCut: false }];
    });
    const parts = (world.partsAt?.(tS) ?? []).flatMap((part) => seenPart(camera, part, { ids, without }));
    return {
      atMs,
      width,
      height,
      ids,
      things: [...things, ...soft, ...parts],
      regions: world.regions.flatMap((region) => seenRegion(camera, region)),
      facts: { ...world.factsAt(tS), weather: world.weather.name },
    };
  }
}

function truthOf({ id, kind, state, text, facts }: ThingTruth): ThingTruth {
  return {
    id,
    kind,
    ...(state === undefined ? {} : { state }),
    ...(text === undefined ? {} : { text }),
    ...(facts === undefined ? {} : { facts }),
  };
}

function placedDecal(decal: Thing["mesh"]["decals"][number], at: Thing["at"]) {
  const [a, b, c, d] = decal.corners;
  return { ...decal, corners: [moved(at, a), moved(at, b), moved(at, c), moved(at, d)] as const };
}

interface Owned {
  pixels: number;
  box: { x1: number; y1: number; x2: number; y2: number };
}

function pixelsByOwner(ids: Uint16Array, width: number): ReadonlyMap<number, Owned> {
  const owners = new Map<number, Owned>();
  for (let at = 0; at < ids.length; at += 1) {
    const id = ids[at] ?? 0;
    if (id === 0) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const own = owners.get(id);
    if (own === undefined) {
      owners.set(id, { pixels: 1, box: { x1: x, y1: y, x2: x + 1, y2: y + 1 } });
      continue;
    }
    own.pixels += 1;
    if (x < own.box.x1) own.box.x1 = x;
    if (x + 1 > own.box.x2) own.box.x2 = x + 1;
    own.box.y2 = y + 1;
  }
  return owners;
}

/** The box of everything that lies before the camera, cut to the picture. */
function boxOfPoints(camera: Camera, points: Iterable<V3>): { box: Box; isCut: boolean } | undefined {
  let [x1, y1, x2, y2] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const point of points) {
    const pixel = pixelOf(camera, point);
    if (pixel === undefined) continue;
    x1 = Math.min(x1, pixel.x);
    y1 = Math.min(y1, pixel.y);
    x2 = Math.max(x2, pixel.x);
    y2 = Math.max(y2, pixel.y);
  }
  const { width, height } = camera;
  const box = { x1: Math.max(0, x1), y1: Math.max(0, y1), x2: Math.min(width, x2), y2: Math.min(height, y2) };
  if (!(box.x2 - box.x1 > 1 && box.y2 - box.y1 > 1)) return undefined;
  return { box, isCut: x1 < 0 || y1 < 0 || x2 > width || y2 > height };
}

function boxOfMesh(camera: Camera, { mesh, at }: Thing): { box: Box; isCut: boolean } | undefined {
  return boxOfPoints(camera, meshPoints(mesh.positions, at));
}

function* meshPoints(positions: Float32Array, at: Thing["at"]): Generator<V3> {
  for (let index = 0; index < positions.length; index += 3) {
    yield moved(at, [positions[index] ?? 0, positions[index + 1] ?? 0, positions[index + 2] ?? 0]);
  }
}

/** A part counts as seen by the share of its box that belongs to its thing. */
function seenPart(
  camera: Camera,
  part: Part,
  { ids, without }: { ids: Uint16Array; without?: number | undefined },
): readonly SeenThing[] {
  const outline = boxOfPoints(camera, part.outline);
  if (outline === undefined || part.id === without || (part.of !== undefined && part.of === without)) return [];
  const { box } = outline;
  let [owned, all] = [0, 0];
  for (let y = Math.floor(box.y1); y < Math.ceil(box.y2); y += 1) {
    for (let x = Math.floor(box.x1); x < Math.ceil(box.x2); x += 1) {
      all += 1;
      if (part.of === undefined || ids[y * camera.width + x] === part.of) owned += 1;
    }
  }
  const visibleShare = Math.min(1, owned / Math.max(1, all) / (part.of === undefined ? 1 : 0.75));
  return visibleShare < 0.02 ? [] : [{ ...truthOf(part), ...outline, pixels: 0, visibleShare }];
}

function seenRegion(camera: Camera, region: World["regions"][number]): readonly SeenRegion[] {
  const points = region.points.map((point) => pixelOf(camera, point));
  const known = points.filter((point) => point !== undefined);
  if (known.length < points.length) return [];
  return [{ ...region, points: known, groundM: region.points.map(([x, y]) => [x, y] as const) }];
}
