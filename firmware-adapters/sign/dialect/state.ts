import { asError } from "@outpost/kernel/thrown.ts";

import { SignError } from "../errors.ts";
import type { SignDialect } from "./settings.ts";

/** More than a sign ever has to say of itself. */
export const MAX_STATE_BYTES = 64 * 1024;
const MAX_ID_CHARS = 200;

/** A number of a sign's state. `absent`: it does not report it now. */
export type Figure =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "absent" }
  | { readonly kind: "impossible"; readonly detail: string };

export type FigureName = "brightness" | "temperature" | "uptime";

/** What a sign says of itself. */
export interface SignState {
  /** The content it really shows; undefined: none. */
  readonly showing: string | undefined;
  readonly figures: Readonly<Record<FigureName, Figure>>;
  readonly fault: { readonly isFault: boolean; readonly words: string } | undefined;
}

/** What a figure may be at most and at least, in %, degrees Celsius and seconds. */
const LIMITS: Readonly<Record<FigureName, { readonly min: number; readonly max: number }>> = {
  brightness: { min: 0, max: 100 },
  temperature: { min: -60, max: 120 },
  uptime: { min: 0, max: 4_000_000_000 },
};

/**
 * Reads a sign's state.
 *
 * @param bytes  JSON, at most `MAX_STATE_BYTES`.
 * @throws SignError `sign/bad-frame` where it is no JSON object or does not say what the sign shows.
 */
export function parseState(bytes: Buffer, { state }: SignDialect): SignState {
  if (bytes.length > MAX_STATE_BYTES) throw badFrame(`a state of ${bytes.length} bytes`);
  const json = parseJson(bytes);
  const figure = (name: FigureName): Figure => {
    const where = state[name];
    return where === undefined ? { kind: "absent" } : readFigure(at(json, where.at), where.scale, name);
  };
  return {
    showing: readShowing(at(json, state.showing)),
    figures: { brightness: figure("brightness"), temperature: figure("temperature"), uptime: figure("uptime") },
    fault: state.fault === undefined ? undefined : readFault(at(json, state.fault)),
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new SignError("sign/bad-frame", `no JSON: ${bytes.subarray(0, 16).toString("hex")}`, {
      cause: asError(error),
    });
  }
}

/** The value at a place like `a.b`; undefined where there is none. */
function at(json: unknown, place: string): unknown {
  let value = json;
  for (const name of place.includes(".") ? place.split(".") : [place]) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object that is no list, as just checked
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function readShowing(value: unknown): string | undefined {
  if (value === null || value === "") return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && value.length <= MAX_ID_CHARS) return value;
  throw badFrame(value === undefined ? "it does not say what it shows" : "what it shows is no id");
}

function readFigure(value: unknown, scale: number, name: FigureName): Figure {
  if (value === undefined || value === null) return { kind: "absent" };
  if (typeof value !== "number") return { kind: "impossible", detail: `${name} is no number` };
  const { min, max } = LIMITS[name];
  // Scales like 0.1 leave digits behind that nobody measured.
  const scaled = Number((value * scale).toPrecision(12));
  if (scaled >= min && scaled <= max) return { kind: "value", value: scaled };
  return { kind: "impossible", detail: `${name} of ${scaled}, possible are ${min} to ${max}` };
}

function readFault(value: unknown): SignState["fault"] {
  if (value === undefined) return undefined;
  if (typeof value === "boolean") return { isFault: value, words: "" };
  if (typeof value === "string") return { isFault: value !== "" && value !== "ok", words: short(value) };
  if (typeof value === "object") return { isFault: isFilled(value), words: short(JSON.stringify(value)) };
  return { isFault: value !== 0, words: typeof value === "number" ? String(value) : "" };
}

function short(words: string): string {
  return words.slice(0, MAX_ID_CHARS);
}

function isFilled(value: object | null): boolean {
  return value !== null && Object.keys(value).length > 0;
}

function badFrame(message: string): SignError {
  return new SignError("sign/bad-frame", message);
}
