import { createHash } from "node:crypto";

import type { SignText } from "../settings.ts";

export type Priority = "normal" | "emergency";

/** Something a sign can be given to show. The id is its own: the same content never has two, nor two contents one. */
export interface Content {
  readonly id: string;
  readonly text: SignText;
  /** As they stand on the panel. */
  readonly lines: readonly string[];
  readonly priority: Priority;
  /** When it ends, by the monotonic clock; undefined: when something else takes its place. */
  readonly endsAtMs: number | undefined;
  /** The same as Unix time, for the sign's own clock; undefined where ours was doubtful. */
  readonly expiresAtMs: number | undefined;
}

const ID_DIGITS = 12;

/** An id that says what kind of content it is and is another for everything that differs. */
export function contentId(kind: string, parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return `${kind}-${digest.slice(0, ID_DIGITS)}`;
}
