import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";

import sharp from "sharp";
import { z } from "zod";

import { settleSharp } from "../running/picture.ts";
import { readSet, type LabelledPicture } from "./data/read-set.ts";

const HELP = `Usage: models/training/pack.ts --data DIR --sets NAME,NAME --side PX --fit stretch|letterbox --out PREFIX

Makes training tensors of labelled pictures with the gateway's own decoder and resize: PREFIX.u8 (count × side × side ×
RGB, uint8; a letterbox is grey below and at the right) and PREFIX.json (what is known of each).
`;
const wanted = z.strictObject({
  data: z.string(),
  sets: z.string().transform((names) => names.split(",")),
  side: z.coerce.number().int().min(16).max(2_048),
  fit: z.enum(["stretch", "letterbox"]),
  out: z.string(),
});
const PAD_GREY = 114;

interface Packed {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
}

async function pack(picture: LabelledPicture, side: number, isStretched: boolean): Promise<Packed> {
  const file = await readFile(picture.path);
  const { data, info } = await sharp(file, { failOn: "none" })
    .removeAlpha()
    .toColourspace("srgb")
    .resize(side, side, { fit: isStretched ? "fill" : "inside", kernel: "linear" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const sha256 = createHash("sha256").update(file).digest("hex");
  const { width, height } = info;
  if (width === side && height === side) return { bytes: data, width, height, sha256 };
  const bytes = Buffer.alloc(side * side * 3, PAD_GREY);
  for (let row = 0; row < height; row += 1) {
    data.copy(bytes, row * side * 3, row * width * 3, (row + 1) * width * 3);
  }
  return { bytes, width, height, sha256 };
}

async function run(): Promise<void> {
  settleSharp();
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { data: text, sets: text, side: text, fit: text, out: text } });
  const options = wanted.safeParse(values);
  if (!options.success) {
    process.stderr.write(HELP);
    process.exitCode = 1;
    return;
  }
  const { data, sets, side, fit, out } = options.data;
  const pictures = (await Promise.all(sets.map((set) => readSet(join(data, set))))).flat();
  const tensors = createWriteStream(`${out}.u8`);
  const index: object[] = [];
  for (const picture of pictures) {
    const { bytes, ...packed } = await pack(picture, side, fit === "stretch");
    if (!tensors.write(bytes)) await once(tensors, "drain");
    const { path, ...labels } = picture;
    index.push({ file: path.slice(data.length + 1), ...labels, ...packed });
  }
  tensors.end();
  await finished(tensors);
  await writeFile(`${out}.json`, JSON.stringify({ side, fit, pictures: index }));
  process.stdout.write(`${JSON.stringify({ pictures: index.length, side })}\n`);
}

await run();
