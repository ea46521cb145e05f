import { z } from "zod";

/** Times as stations send them: with a zone, without one (then UTC), or not at all. @returns undefined where there is none. */
export function parseInstant(raw: unknown): number | undefined {
  if (typeof raw !== "string" || raw.length > 40) return undefined;
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(raw) ? raw : `${raw}Z`);
  return Number.isFinite(ms) ? ms : undefined;
}

/** A number, also one that a station puts in quotes; NaN where there is none. */
export function numberOf(raw: unknown): number {
  if (typeof raw === "number") return raw;
  return typeof raw === "string" && raw.trim() !== "" ? Number(raw) : Number.NaN;
}

export function wordOf(raw: unknown): string | undefined {
  return typeof raw === "string" ? raw : undefined;
}

export function isRecord(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null;
}

/** @returns undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Milliseconds; undefined where there is none to be read. */
export const instant = z.unknown().optional().transform(parseInstant);

/** A whole number of at least 0, undefined where there is none. */
export const count = z
  .unknown()
  .optional()
  .transform((raw) => {
    const value = numberOf(raw);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  });

/** A text, cut at `max` characters; undefined where there is none. */
export const text = (max: number) =>
  z
    .string()
    .transform((value) => value.slice(0, max))
    .optional()
    .catch(undefined);

/** Up to `max` things of a kind; those that are none are left out. */
export const listOf = <T>(one: z.ZodType<T>, max: number) =>
  z
    .unknown()
    .optional()
    .transform((raw) =>
      (Array.isArray(raw) ? raw.slice(0, max) : []).flatMap((item: unknown): T[] => {
        const parsed = one.safeParse(item);
        return parsed.success ? [parsed.data] : [];
      }),
    );
