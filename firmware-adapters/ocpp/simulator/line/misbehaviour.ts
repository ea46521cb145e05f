import { z } from "zod";

const count = z.int().min(0).max(10_000);

/** What a station does that no standard has. Everything is off at first. */
export const misbehaviour = z.strictObject({
  /** Payloads that would be empty are null. */
  nullPayloads: z.boolean(),
  /** Every payload of an object has a field that its schema does not know. */
  extraFields: z.boolean(),
  /** Meter values are in `Celcius`, and their units misspelt. */
  misspelt: z.boolean(),
  /** Numbers are put in quotes, and numeric texts out of them. */
  numericTexts: z.boolean(),
  /** So many messages of transactions are sent once more after they were answered. */
  duplicates: count,
  /** So many answers to our calls of transactions get lost on their way. */
  lostAnswers: count,
  /** Says nothing and answers nothing, and stays connected. */
  isSilent: z.boolean(),
  /** How far its clock is off, whatever it is told. 0 follows what it is told. */
  clockOffsetS: z.int().min(-2_000_000_000).max(2_000_000_000),
  /** Refuses every charging profile. */
  refusesProfiles: z.boolean(),
});
export type Misbehaviour = z.infer<typeof misbehaviour>;

/** Ways to begin or to end with. What is not named stays as it is. */
export type MisbehaviourChange = { readonly [Way in keyof Misbehaviour]?: Misbehaviour[Way] | undefined };

/** Names of other things in `change` are passed over. */
export function changed(before: Misbehaviour, change: MisbehaviourChange): Misbehaviour {
  const named = Object.entries(change).filter(([way, value]) => way in before && value !== undefined);
  return { ...before, ...Object.fromEntries(named) };
}

/** Nothing wrong. */
export function wellBehaved(): Misbehaviour {
  return {
    nullPayloads: false,
    extraFields: false,
    misspelt: false,
    numericTexts: false,
    duplicates: 0,
    lostAnswers: 0,
    isSilent: false,
    clockOffsetS: 0,
    refusesProfiles: false,
  };
}

/** Whether payloads are spoilt on purpose. */
export function isSpoiling({ nullPayloads, extraFields, misspelt, numericTexts }: Misbehaviour): boolean {
  return nullPayloads || extraFields || misspelt || numericTexts;
}

/** A payload as a station that misbehaves so would send it. */
export function spoilt(payload: object, how: Misbehaviour): object | null {
  if (how.nullPayloads && Object.keys(payload).length === 0) return null;
  const wrong = isSpoiling(how) ? asObject(changeAll(payload, how)) : payload;
  return how.extraFields ? { ...wrong, vendorField: "not in the schema" } : wrong;
}

const MISSPELT: Readonly<Record<string, string>> = { Celsius: "Celcius", Wh: "wh", kWh: "kwh" };
/** Identifiers that a peer compares as they are; texts here stay texts. */
const KEPT = new Set(["idTag", "idToken", "transactionId", "timestamp", "key"]);

function changeAll(value: unknown, how: Misbehaviour, field = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => changeAll(one, how, field));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]: [string, unknown]) => [name, changeAll(one, how, name)]),
    );
  }
  if (how.misspelt && field === "unit" && typeof value === "string") return MISSPELT[value] ?? value;
  if (!how.numericTexts || KEPT.has(field)) return value;
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
