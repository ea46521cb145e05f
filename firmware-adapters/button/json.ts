/** No message of a button is as long as this; a codec's object with a day's history may come near. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The message as a JSON object, or why it is none. Never throws. */
export function parseObject(bytes: Buffer): { readonly object: JsonObject } | { readonly garbage: string } {
  if (bytes.length > MAX_MESSAGE_BYTES) return { garbage: `${bytes.length} bytes are too many` };
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isObject(value) ? { object: value } : { garbage: "JSON, but no object" };
  } catch {
    return { garbage: "no JSON" };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that is a text of at most `maxLength` characters; undefined where it is anything else. */
export function textIn(object: JsonObject, member: string, maxLength = 200): string | undefined {
  const value = own(object, member);
  return typeof value === "string" && value.length <= maxLength ? value : undefined;
}

/** A member that is a number in this range; undefined where it is anything else. */
export function numberIn(object: JsonObject, member: string, min: number, max: number): number | undefined {
  const value = own(object, member);
  return typeof value === "number" && value >= min && value <= max ? value : undefined;
}

/** A member that is true or false; undefined where it is anything else. */
export function booleanIn(object: JsonObject, member: string): boolean | undefined {
  const value = own(object, member);
  return typeof value === "boolean" ? value : undefined;
}

/** A member that is an object; undefined where it is anything else. */
export function objectIn(object: JsonObject, member: string): JsonObject | undefined {
  const value = own(object, member);
  return isObject(value) ? value : undefined;
}

/** What the object itself has, nothing that it inherits. */
export function own(object: JsonObject, member: string): unknown {
  return Object.hasOwn(object, member) ? object[member] : undefined;
}
