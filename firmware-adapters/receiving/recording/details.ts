type Value = string | number | boolean;

const MAX_FIELDS = 400;
const MAX_CHARS = 12_000;
const MAX_NAME_CHARS = 64;
const MAX_TEXT_CHARS = 256;

/** The details of an occurrence, from foreign names and values: what is beyond the bounds is left out, and `isCut` says so. */
export function boundedDetails(
  ours: Readonly<Record<string, Value>>,
  theirs: Iterable<readonly [string, Value]>,
): Readonly<Record<string, Value>> {
  const details = new Map<string, Value>(Object.entries(ours));
  let chars = 0;
  for (const [name, value] of theirs) {
    const text = typeof value === "string" ? value.slice(0, MAX_TEXT_CHARS) : value;
    chars += name.length + String(text).length;
    if (details.size >= MAX_FIELDS || chars > MAX_CHARS) {
      details.set("isCut", true);
      break;
    }
    if (name.length <= MAX_NAME_CHARS && !Object.hasOwn(ours, name)) details.set(name, text);
  }
  // A map first, and fromEntries after: a foreign name such as __proto__ is a name like any other.
  return Object.fromEntries(details);
}
