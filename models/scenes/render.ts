/**
 * Writes frames with their labels, for training and for looking at: `NNNNN.jpg`, `NNNNN.ids.png` (16 bits, whose pixel
 * each is) and one `labels.json` in the manner of COCO; with `--masks` one `NNNNN.ID.png` a thing as well.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { asError } from "@outpost/kernel/thrown.ts";

import { encodeIds, encodeJpeg, encodeMask } from "./encode.ts";
import { Dice } from "./engine/dice.ts";
import { addFrame, emptyLabels } from "./labels/coco.ts";
import { dayOf, sizeOf, splitOf, wholeNumber } from "./options.ts";
import { PLACE_NAMES } from "./places.ts";
import { openScene } from "./scene.ts";
import { hasChineseFont } from "./text/fonts.ts";

const HELP = `Renders frames with labels.

usage: sh .toolchain/node.sh models/scenes/render.ts --scene NAME --out DIRECTORY [options]

  --scene NAME         ${PLACE_NAMES.join(", ")}
  --out DIRECTORY      made where missing
  --seed N             of the first world, 1 unless given
  --split SPLIT        train (unless given) or held-out
  --structure NAME     one layout of the split; each world draws its own unless given
  --day NAME           noon, morning, overcast, evening, rain, fog, night; each world draws its own unless given
  --count N            frames, 100 unless given
  --frames-a-world N   how many of them show one world at different times, 4 unless given
  --size WIDTHxHEIGHT  640x360 unless given
  --fineness N         inner pixels a pixel each way, 2 unless given; 1 is faster and has rough edges
  --masks              a PNG a thing as well
  --help
`;

const FLAGS = {
  scene: { type: "string" },
  out: { type: "string" },
  seed: { type: "string", default: "1" },
  split: { type: "string", default: "train" },
  structure: { type: "string" },
  day: { type: "string" },
  count: { type: "string", default: "100" },
  "frames-a-world": { type: "string", default: "4" },
  size: { type: "string", default: "640x360" },
  fineness: { type: "string", default: "2" },
  masks: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Frames of one world lie within its first so many seconds: all scripts have happened by then. */
const WITHIN_S = 40;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: FLAGS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.scene === undefined || values.out === undefined)
    throw new Error("--scene and --out are needed; see --help");
  if (!hasChineseFont())
    process.stderr.write("no Chinese font is installed: plates without province, signs in English\n");
  const count = wholeNumber("--count", values.count, { least: 1, most: 100_000 });
  const aWorld = wholeNumber("--frames-a-world", values["frames-a-world"], { least: 1, most: 1_000 });
  const seed = wholeNumber("--seed", values.seed, { least: 0, most: 2_000_000_000 });
  const split = splitOf(values.split);
  const labels = emptyLabels({ description: `Outpost scene ${values.scene}, ${split}`, seed, count });
  const request = {
    scene: values.scene,
    split,
    ...sizeOf(values.size),
    ...dayOf(values.day),
    fineness: wholeNumber("--fineness", values.fineness, { least: 1, most: 2 }) === 1 ? (1 as const) : (2 as const),
    ...(values.structure === undefined ? {} : { structure: values.structure }),
  };
  await mkdir(values.out, { recursive: true });
  for (let number = 0; number < count;) {
    const own = seed + Math.floor(number / aWorld);
    const scene = await openScene({ ...request, seed: own });
    const times = new Dice(own).fork("times");
    for (let frame = 0; frame < aWorld && number < count; frame += 1, number += 1) {
      const shown = scene.frameAt(Math.round(times.between(0, WITHIN_S) * 1_000));
      const name = String(number).padStart(5, "0");
      const files = { file_name: `${name}.jpg`, ids_file_name: `${name}.ids.png` };
      addFrame(labels, shown, { ...files, scene: scene.name, split, structure: scene.structure, seed: own });
      await writeFile(join(values.out, files.file_name), await encodeJpeg(shown, scene.jpegQuality));
      await writeFile(join(values.out, files.ids_file_name), await encodeIds(shown));
      if (!values.masks) continue;
      for (const { id, pixels } of shown.things) {
        if (pixels > 0) await writeFile(join(values.out, `${name}.${id}.png`), await encodeMask(shown, id));
      }
    }
  }
  await writeFile(join(values.out, "labels.json"), JSON.stringify(labels));
  process.stdout.write(
    `${JSON.stringify({ frames: count, annotations: labels.annotations.length, out: values.out })}\n`,
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exitCode = 1;
}
