import type { Content, Priority } from "./content.ts";

/** What a sign is to show whenever nobody says otherwise, from its settings. */
export interface Fixed {
  readonly normal: Content;
  /** Canned texts; message n is the n-th, counted from 1. */
  readonly messages: readonly Content[];
}

/** What has been asked for and not ended: at most one canned message and one shown text of each priority. */
export interface Standing {
  /** The number of the canned message, 0 for none. */
  readonly canned: number;
  readonly emergency: Content | undefined;
  readonly normal: Content | undefined;
}

export const NOTHING_STANDS: Standing = { canned: 0, emergency: undefined, normal: undefined };

/** The content that goes before the others: canned message, emergency text, text, and what is always there. */
export function wantedOf(standing: Standing, { normal, messages }: Fixed): Content {
  return messages[standing.canned - 1] ?? standing.emergency ?? standing.normal ?? normal;
}

/** Puts a text in the place of the former one of its priority. */
export function withText(standing: Standing, content: Content): Standing {
  return { ...standing, [content.priority]: content };
}

export function withoutText(standing: Standing, priority: Priority): Standing {
  return { ...standing, [priority]: undefined };
}

/** Takes out what has ended by `nowMs` (monotonic). */
export function expire(
  standing: Standing,
  nowMs: number,
): { readonly standing: Standing; readonly ended: readonly Content[] } {
  const isOver = (content: Content | undefined): content is Content =>
    content?.endsAtMs !== undefined && content.endsAtMs <= nowMs;
  const ended = [standing.emergency, standing.normal].filter(isOver);
  const left = ended.reduce((rest, { priority }) => withoutText(rest, priority), standing);
  return { standing: left, ended };
}

/** When the next content ends (monotonic); infinity where none does. */
export function nextEndMs({ emergency, normal }: Standing): number {
  const never = Number.POSITIVE_INFINITY;
  return Math.min(emergency?.endsAtMs ?? never, normal?.endsAtMs ?? never);
}

/** The canned message that this content is, 0 for none. */
export function numberOfMessage(id: string | undefined, { messages }: Fixed): number {
  return messages.findIndex((message) => message.id === id) + 1;
}
