import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";

import { ModelError } from "../../errors.ts";
import { isHeldOut, sourceOf } from "./held-out.ts";

/** One thing in a picture: its class and its box as shares of the picture. */
export interface LabelledBox {
  readonly class: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One labelled picture of a set. */
export interface LabelledPicture {
  readonly set: string;
  readonly path: string;
  readonly source: string;
  readonly isHeldOut: boolean;
  /** The class of the whole picture, where the set has one folder a class; the text, where the name is one. */
  readonly label?: string;
  readonly boxes: readonly LabelledBox[];
}

/** Sets whose file name is the text on the picture. */
const TEXT_SETS: readonly string[] = ["plate"];
const PICTURE = /\.jpe?g$/i;
const MAX_LABEL_LINES = 2_000;

/**
 * Reads a set in one of its layouts: `images/` and `labels/` with `classes.txt` in YOLO's form (boxes or polygons), or one
 * folder a class, or bare pictures.
 *
 * @param directory  the set's folder; its name is the set's name.
 * @throws ModelError `models/bad-data` where a label is none.
 */
export async function readSet(directory: string): Promise<readonly LabelledPicture[]> {
  const set = basename(directory);
  const entries = await readdir(directory, { withFileTypes: true });
  if (entries.some(({ name }) => name === "classes.txt")) return readBoxes(set, directory);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (folders.length > 0) {
    const classes = await Promise.all(folders.toSorted().map((name) => readFolder(set, join(directory, name), name)));
    return classes.flat();
  }
  return readFolder(set, directory, undefined);
}

async function readFolder(set: string, directory: string, folder: string | undefined): Promise<LabelledPicture[]> {
  const names = (await readdir(directory)).filter((name) => PICTURE.test(name)).toSorted();
  return names.map((name) => {
    const text = TEXT_SETS.includes(set) ? name.replace(PICTURE, "") : undefined;
    const label = folder ?? text;
    return { ...placed(set, join(directory, name)), ...(label === undefined ? {} : { label }), boxes: [] };
  });
}

async function readBoxes(set: string, directory: string): Promise<LabelledPicture[]> {
  const classes = (await readFile(join(directory, "classes.txt"), "utf8")).trim().split(/\r?\n/);
  const names = (await readdir(join(directory, "images"))).filter((name) => PICTURE.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const labels = join(directory, "labels", `${name.slice(0, -extname(name).length)}.txt`);
      const lines = (await readLabels(labels)).split(/\r?\n/).filter((line) => line.trim() !== "");
      if (lines.length > MAX_LABEL_LINES) throw new ModelError("models/bad-data", `${labels}: too many lines`);
      const boxes = lines.map((line, index) => readBox(line, classes, `${labels}:${index + 1}`));
      return { ...placed(set, join(directory, "images", name)), boxes };
    }),
  );
}

async function readLabels(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function placed(set: string, path: string) {
  const source = sourceOf(basename(path));
  return { set, path, source, isHeldOut: isHeldOut(set, source) };
}

/** `class cx cy w h`, or `class x y x y …` round a polygon, all shares of the picture. */
function readBox(line: string, classes: readonly string[], where: string): LabelledBox {
  const [index, ...numbers] = line.trim().split(/\s+/).map(Number);
  const name = index === undefined ? undefined : classes[index];
  const isForm = numbers.length === 4 || (numbers.length >= 6 && numbers.length % 2 === 0);
  if (name === undefined || !isForm || numbers.some((value) => !Number.isFinite(value))) {
    throw new ModelError("models/bad-data", `${where}: no box and no polygon: ${line.slice(0, 80)}`);
  }
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  const isBox = numbers.length === 4;
  const xs = isBox ? [x - width / 2, x + width / 2] : numbers.filter((_, at) => at % 2 === 0);
  const ys = isBox ? [y - height / 2, y + height / 2] : numbers.filter((_, at) => at % 2 === 1);
  return {
    class: name,
    left: within(Math.min(...xs)),
    top: within(Math.min(...ys)),
    right: within(Math.max(...xs)),
    bottom: within(Math.max(...ys)),
  };
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
