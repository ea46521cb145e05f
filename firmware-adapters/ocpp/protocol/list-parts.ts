import type { ListedTag } from "../authorisation/authorisation.ts";

/** So many tags go into one message: a station says how many it takes, and few take less. */
const TAGS_PER_MESSAGE = 100;

/** One message of several that together bring a station's local list to what it shall be. */
export interface ListPart {
  /** The first replaces the list, the others add to it. */
  readonly updateType: "Full" | "Differential";
  /** Rises from part to part, and is the list's own at the last: a list that came in part only is sent anew. */
  readonly version: number;
  readonly tags: readonly ListedTag[];
}

/** @see OCPP 1.6 edition 2, section 5.15; OCPP 2.0.1 part 2, D01 */
export function listParts(list: ReadonlyMap<string, ListedTag>, version: number): readonly ListPart[] {
  const tags = [...list.values()];
  const parts = Math.max(1, Math.ceil(tags.length / TAGS_PER_MESSAGE));
  return Array.from({ length: parts }, (_, index) => ({
    updateType: index === 0 ? ("Full" as const) : ("Differential" as const),
    version: Math.max(1, version - (parts - 1 - index)),
    tags: tags.slice(index * TAGS_PER_MESSAGE, (index + 1) * TAGS_PER_MESSAGE),
  }));
}
