import { ModelError } from "../errors.ts";
import { DAYS, type Day } from "./engine/daylight.ts";
import { SPLITS, type Split } from "./place.ts";

/** A whole number given on the command line. @throws ModelError `models/bad-scene` */
export function wholeNumber(flag: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ModelError("models/bad-scene", `${flag}: a whole number of ${least} to ${most}, not "${text}"`);
}

/** @throws ModelError `models/bad-scene` */
export function splitOf(text: string): Split {
  return oneOf("--split", text, SPLITS);
}

/** @throws ModelError `models/bad-scene` */
export function dayOf(text: string | undefined): { readonly day?: Day } {
  return text === undefined ? {} : { day: oneOf("--day", text, DAYS) };
}

/** @throws ModelError `models/bad-scene` */
export function sizeOf(text: string): { readonly width: number; readonly height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (match === null) throw new ModelError("models/bad-scene", `--size: WIDTHxHEIGHT, not "${text}"`);
  return { width: Number(match[1]), height: Number(match[2]) };
}

function oneOf<const T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined)
    throw new ModelError("models/bad-scene", `${flag}: one of ${known.join(", ")}, not "${text}"`);
  return found;
}
