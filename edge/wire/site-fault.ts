/** Where in a text: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the text of a site document. */
export interface SiteTextFault {
  /** Absent where the text as a whole is the matter: empty, too large. */
  readonly position: Position | undefined;
  /** Where in the document, as in `rules.2.limit`; empty for the document itself. */
  readonly path: string;
  /** What was expected and what was found, as one clause. */
  readonly message: string;
}

/** A value as a message may show it: short, on one line, never a whole block. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a block";
  // JSON has no word for the numbers that are none.
  const shown = typeof value === "number" ? `${value}` : JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** A list of names as a message may show it. */
export function showNames(names: readonly string[]): string {
  const first = names.slice(0, 12).join(", ");
  return names.length > 12 ? `${first} and ${names.length - 12} more` : first;
}
