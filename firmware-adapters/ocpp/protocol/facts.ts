import { hash } from "node:crypto";

/** Details of an occurrence. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

const MAX_FACTS = 12;
const MAX_FACT = 200;

/** Only what is there. */
export function known(facts: Readonly<Record<string, string | number | boolean | undefined>>): Facts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** The plain values of a payload, for the record. */
export function flat(payload: unknown): Facts {
  if (typeof payload !== "object" || payload === null) return {};
  const plain = Object.entries(payload).flatMap(
    ([key, value]: [string, unknown]): [string, string | number | boolean][] => {
      if (typeof value === "string") return [[key.slice(0, 64), value.slice(0, MAX_FACT)]];
      return typeof value === "number" || typeof value === "boolean" ? [[key.slice(0, 64), value]] : [];
    },
  );
  return Object.fromEntries(plain.slice(0, MAX_FACTS));
}

/** A retry is the same text; two readings a moment apart are not. */
export function digestOf(payload: unknown): string {
  return hash("sha256", JSON.stringify(payload)).slice(0, 24);
}
