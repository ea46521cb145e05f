import { z } from "zod";

import { hex128 } from "./identifiers.ts";

/**
 * A change made on site: the state folder it was made in, and its number there. Another folder (a new box, a wiped disk)
 * counts anew, so its numbers say nothing about the old one's.
 */
export const localMark = z.object({ store: hex128, number: z.int().min(0) });
export type LocalMark = z.infer<typeof localMark>;

/** A revision of the desk: its number, and the newest change on site that its author had before his eyes. */
export interface DeskLine {
  readonly revision: number;
  readonly digest: string;
  readonly knows: LocalMark | undefined;
}

/** A change on site: its mark, and the newest revision of the desk that whoever made it had before his eyes. */
export interface LocalLine extends LocalMark {
  readonly digest: string;
  readonly base: number;
}

/** `conflict`: neither knew of the other, and they are not the same text. */
export type Winner = "same" | "desk" | "local" | "conflict";

/**
 * Which of two documents stands, the desk's newest or the site's. Both sides ask this one function, so they cannot differ.
 * A local change without content (number 0) never stands against a desk's.
 */
export function winner(desk: DeskLine, local: LocalLine): Winner {
  if (desk.digest === local.digest) return "same";
  if (local.number === 0) return "desk";
  if (desk.knows !== undefined && desk.knows.store === local.store && desk.knows.number >= local.number) return "desk";
  return local.base >= desk.revision ? "local" : "conflict";
}
