import type { Reading } from "../../event.ts";
import { withinRange, type QuantityPoint } from "../../receiving/quantities.ts";

/** What the standard's data flags mean. Only N makes a value good. HJ 212-2017, table 8. */
const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
  ["N", "normal"],
  ["F", "out of operation"],
  ["M", "under maintenance"],
  ["S", "set by hand"],
  ["D", "instrument fault"],
  ["C", "being calibrated"],
  ["T", "beyond its range"],
  ["B", "no communication with the instrument"],
]);
const NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;

/** Flags that an instrument at fault gets, and those that people's work on it gets. */
export const FAULT_FLAGS: ReadonlySet<string> = new Set(["D", "B"]);
export const MAINTENANCE_FLAGS: ReadonlySet<string> = new Set(["M", "C", "S"]);

/** What a message says of one factor. */
export interface FactorReading {
  readonly reading: Reading;
  /** In capitals; empty where there is none, which old stations mean as N. */
  readonly flag: string;
}

/**
 * Reads one factor.
 *
 * @param field  the field that carries the value: Rtd or Avg.
 * @returns undefined where the message does not say anything of it.
 */
export function readFactor(
  fields: ReadonlyMap<string, string>,
  field: string,
  point: QuantityPoint,
): FactorReading | undefined {
  const text = fields.get(field);
  const flag = (fields.get("Flag") ?? "").toUpperCase();
  if (text === undefined && flag === "") return undefined;
  return { flag, reading: readValue(text ?? "", flag, point) };
}

/** A decimal number as stations write it; undefined for anything else. */
export function decimal(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function readValue(text: string, flag: string, point: QuantityPoint): Reading {
  if (flag !== "" && flag !== "N") {
    const detail = `flag ${flag.slice(0, 8)}: ${FLAG_WORDS.get(flag) ?? "a flag the standard does not know"}`;
    return { quality: "bad", reason: flag === "T" ? "out-of-range" : "not-available", detail };
  }
  const value = decimal(text);
  if (value === undefined) {
    return { quality: "bad", reason: "not-available", detail: `"${text.slice(0, 32)}" is no number` };
  }
  return withinRange(value, point);
}
