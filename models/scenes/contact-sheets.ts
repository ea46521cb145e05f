/**
 * Draws one contact sheet a scene into `docs/`: every structure, several hours and moments, boxes of the truth in the last
 * row. Run it after changing what anything looks like, and look at every sheet.
 *
 * Usage: sh .toolchain/node.sh models/scenes/contact-sheets.ts [SCENE ...]
 */
import { writeFile } from "node:fs/promises";

import sharp from "sharp";

import type { Day } from "./engine/daylight.ts";
import type { Frame } from "./engine/frame.ts";
import { KINDS } from "./engine/world.ts";
import type { Place } from "./place.ts";
import { PLACES } from "./places.ts";
import { openScene } from "./scene.ts";
import { FONT_FAMILY } from "./text/fonts.ts";

const TILE = { width: 320, height: 180 } as const;
const ROWS: readonly { readonly atMs: number; readonly day: Day; readonly seed: number; readonly hasBoxes: boolean }[] =
  [
    { atMs: 9_000, day: "noon", seed: 11, hasBoxes: false },
    { atMs: 26_000, day: "evening", seed: 12, hasBoxes: false },
    { atMs: 13_000, day: "rain", seed: 16, hasBoxes: false },
    { atMs: 18_000, day: "overcast", seed: 13, hasBoxes: true },
  ];
/** A sheet is at most so large, so that a clone stays small. */
const MAX_BYTES = 150_000;

const COLOURS = ["#ffe14d", "#4dd2ff", "#ff7ad9", "#7dff7a", "#ff9a4d", "#ffffff"];

const asked = process.argv.slice(2);
for (const place of PLACES) {
  if (asked.length > 0 && !asked.includes(place.name)) continue;
  const bytes = await sheetOf(place);
  await writeFile(new URL(`docs/${place.name}.webp`, import.meta.url), bytes);
  process.stdout.write(`${place.name}: ${Math.round(bytes.length / 1_000)} kB\n`);
}

async function sheetOf(place: Place): Promise<Buffer> {
  const tiles: { input: Buffer; left: number; top: number }[] = [];
  for (const [column, { name: structure, split }] of place.structures.entries()) {
    for (const [row, { atMs, day, seed, hasBoxes }] of ROWS.entries()) {
      const scene = await openScene({ scene: place.name, seed, split, structure, day });
      const input = await tileOf(scene.frameAt(atMs), { hasBoxes, words: row === 0 ? `${structure} (${split})` : "" });
      tiles.push({ input, left: column * (TILE.width + 4), top: row * (TILE.height + 4) });
    }
  }
  const [width, height] = [place.structures.length * (TILE.width + 4) - 4, ROWS.length * (TILE.height + 4) - 4];
  const sheet = await sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
    .composite(tiles)
    .png()
    .toBuffer();
  for (let quality = 80; quality > 20; quality -= 8) {
    const bytes = await sharp(sheet).webp({ quality, effort: 5 }).toBuffer();
    if (bytes.length <= MAX_BYTES) return bytes;
  }
  throw new Error(`${place.name}: the sheet does not become small enough`);
}

async function tileOf(frame: Frame, { hasBoxes, words }: { hasBoxes: boolean; words: string }): Promise<Buffer> {
  const { rgb, width, height } = frame;
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } }).resize(TILE.width, TILE.height);
  return await sharp(await picture.png().toBuffer())
    .composite([{ input: Buffer.from(overlay(frame, hasBoxes, words)) }])
    .png()
    .toBuffer();
}

function overlay({ things, width }: Frame, hasBoxes: boolean, words: string): string {
  const scale = TILE.width / width;
  const boxes = things
    .filter(({ visibleShare, kind }) => hasBoxes && visibleShare > 0.25 && kind !== "water")
    .map(({ box: { x1, y1, x2, y2 }, kind, state, text }) => {
      const colour = COLOURS[KINDS.indexOf(kind) % COLOURS.length] ?? "#fff";
      const label = kind === "plate" || kind === "gauge" ? (text ?? "") : (state ?? kind);
      return `<rect x="${x1 * scale}" y="${y1 * scale}" width="${(x2 - x1) * scale}" height="${(y2 - y1) * scale}" fill="none" stroke="${colour}"/>
<text x="${x1 * scale + 1}" y="${Math.max(7, y1 * scale - 1.5)}" font-size="7" fill="${colour}">${label}</text>`;
    });
  const title =
    words === ""
      ? ""
      : `<rect width="${words.length * 6.1 + 8}" height="14" fill="#000" opacity="0.6"/><text x="4" y="10.5" font-size="10" fill="#fff">${words}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE.width}" height="${TILE.height}" font-family="${FONT_FAMILY}">${boxes.join("")}${title}</svg>`;
}
