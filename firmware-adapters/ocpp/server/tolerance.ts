/** A payload as we go on with it, and what of it we let pass. */
export interface Tolerated {
  readonly payload: unknown;
  readonly what: readonly string[];
}

/** Spellings met in the field, and what is meant. Errata v4.0 of OCPP 1.6 correct `Celcius`, which its own schema prints. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["Celcius", "Celsius"],
  ["celsius", "Celsius"],
  ["wh", "Wh"],
  ["kwh", "kWh"],
]);
const MAX_DEPTH = 12;

/**
 * Puts right what real stations send and a strict reading refuses: no payload at all, and misspelt units. Everything
 * else passes as it is: whoever uses a payload takes from it what is there.
 *
 * @see OCPP-J 1.6, section 4.2.1 (a payload may be null)
 */
export function tolerate(payload: unknown): Tolerated {
  if (payload === null || payload === undefined) return { payload: {}, what: ["no payload"] };
  if (typeof payload !== "object" || Array.isArray(payload))
    return { payload: {}, what: ["a payload that is no object"] };
  if (!isMisspelt(payload, 0)) return { payload, what: [] };
  const what: string[] = [];
  return { payload: respelt(payload, what, 0), what };
}

/** Looked for before anything is copied: nearly every payload is well spelt. */
function isMisspelt(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((one) => isMisspelt(one, depth + 1));
  const { unit } = value as { readonly unit?: unknown };
  if (typeof unit === "string" && SPELLINGS.has(unit)) return true;
  for (const one of Object.values(value)) if (typeof one === "object" && isMisspelt(one, depth + 1)) return true;
  return false;
}

function respelt(value: unknown, what: string[], depth: number): unknown {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => respelt(one, what, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => {
      const meant = key === "unit" && typeof one === "string" ? SPELLINGS.get(one) : undefined;
      if (meant === undefined) return [key, respelt(one, what, depth + 1)];
      what.push(`unit "${String(one)}" for ${meant}`);
      return [key, meant];
    }),
  );
}
