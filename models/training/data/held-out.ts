import { createHash } from "node:crypto";

/** A fifth of the sources of every set is never trained on. */
const HELD_OUT_OF_256 = 51;
/** Frames this near to one another in a sequence show the same scene. */
const SEQUENCE_BLOCK = 250;

/**
 * What a file of a set was made from: the photograph, whose several copies differ by a suffix, or the video, of which it
 * is one frame. Files of one source are on the same side of every split.
 *
 * @param name  file name without folders, with or without its extension.
 */
export function sourceOf(name: string): string {
  const bare = name
    .replace(/\.(jpe?g|png)$/i, "")
    .replace(/\.rf\.[0-9a-f]+$/, "")
    .replace(/^(train|valid|test)_/, "")
    .replace(/_(jpe?g|png)$/i, "")
    // A second copy of the same photograph.
    .replace(/-{1,2}\d-?$/, "");
  const video = /^(.*_(?:mp4|mov|avi))[-_]\d+$/i.exec(bare) ?? /^(yt-.*)-\d+$/.exec(bare);
  if (video?.[1] !== undefined) return video[1];
  const frame = /^(.*frame|img_|[a-z]{6}|.*RS\d+_)(\d+)$/.exec(bare);
  return frame === null ? bare : `${frame[1]}${Math.floor(Number(frame[2]) / SEQUENCE_BLOCK)}`;
}

/** Whether a source of a set is kept for measuring: by its digest alone, so that more pictures move none. */
export function isHeldOut(set: string, source: string): boolean {
  return (createHash("sha256").update(`${set}/${source}`).digest()[0] ?? 0) < HELD_OUT_OF_256;
}
