import { digestOf } from "@outpost/wire/site-packing.ts";

import { localChange } from "./machine.ts";
import type { SiteState } from "./state.ts";

/** A technician's word in the file itself: the desk's changes up to this revision are in it. */
const BASED_ON = /^# based on revision (\d{1,9})\s*$/m;
const HEAD_CHARACTERS = 2_000;

/** What the site file is to a gateway. */
export type TakenFile =
  /** It was taken in before, or is what runs. */
  | { readonly kind: "known"; readonly state: SiteState }
  /** It was changed on site: `state` is after it was taken in, where its text is good. */
  | { readonly kind: "change"; readonly state: SiteState }
  /** It lacks what the desk has changed since. Taking it in would lose that without a word. */
  | { readonly kind: "stale"; readonly message: string };

/** Looks at a site file that was read. Pure; whether its text is any good is not judged here. */
export function takeFile(
  state: SiteState,
  text: string,
  { atMs, isOfRunning = false }: { readonly atMs: number; readonly isOfRunning?: boolean },
): TakenFile {
  const digest = digestOf(text);
  const { running, file } = state;
  if (digest === running.digest) {
    const isSame = file.digest === digest && file.revision === running.revision;
    return { kind: "known", state: isSame ? state : { ...state, file: { digest, revision: running.revision } } };
  }
  if (digest === file.digest) return { kind: "known", state };
  const named = Number(BASED_ON.exec(text.slice(0, HEAD_CHARACTERS))?.[1] ?? 0);
  if (!isOfRunning && Math.max(named, file.revision) < running.revision) {
    const message =
      `the desk's revision ${running.revision} runs, and this file does not say that it has it: take its changes in ` +
      `and write "# based on revision ${running.revision}" into the first lines`;
    return { kind: "stale", message };
  }
  const changed = localChange(state, digest, { who: "site file", why: "the site file was changed", atMs });
  return { kind: "change", state: { ...changed, file: { digest, revision: running.revision } } };
}
