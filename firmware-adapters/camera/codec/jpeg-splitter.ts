import { ByteWindow } from "./byte-window.ts";
import { beginWalk, walkJpeg } from "./jpeg-walk.ts";

/** A JPEG of its own memory. */
export interface JpegPicture {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Far more than any camera's JPEG. */
export const MAX_JPEG_BYTES = 8 * 1_024 * 1_024;

/** So many broken beginnings in a row are looked behind; from then on bytes that were walked over are not looked at again. */
const MAX_LOOKS_BACK = 8;
const SOI = Buffer.from([0xff, 0xd8]);

/**
 * Splits a stream of JPEGs one behind the other, as ffmpeg's image2pipe writes it. What is no JPEG is dropped and
 * counted. The same bytes give the same pictures, however they are cut into chunks.
 *
 * After a broken picture the search may come upon the thumbnail that lies inside one. So the first picture after a
 * break counts only when another follows it directly, which nothing does inside a picture.
 */
export class JpegSplitter {
  readonly #maxBytes: number;
  readonly #window = new ByteWindow();
  #walk = beginWalk();
  #brokenInARow = 0;
  /** Whether the next picture begins where the stream or the one before says. */
  #isInStep = true;
  #discardedBytes = 0;

  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? MAX_JPEG_BYTES;
  }

  /** Bytes that were part of no picture. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  push(chunk: Uint8Array): readonly JpegPicture[] {
    this.#window.append(chunk);
    const pictures: JpegPicture[] = [];
    while (this.#findStart()) {
      const bytes = this.#window.view(this.#maxBytes);
      const outcome = walkJpeg(bytes, this.#walk);
      if (outcome === "more" && bytes.length < this.#maxBytes) break;
      if (outcome === "complete") {
        const follows = this.#isInStep || this.#isFollowed(this.#walk.position);
        if (follows === undefined) break;
        const picture = this.#take(bytes);
        if (follows) pictures.push(picture);
        else this.#discardedBytes += picture.bytes.length;
        this.#isInStep = follows;
      } else this.#drop(Math.min(this.#walk.position, this.#maxBytes));
    }
    return pictures;
  }

  /** Drops what stands before the next beginning. @returns false where none is there yet. */
  #findStart(): boolean {
    if (this.#walk.position > 0) return true;
    const bytes = this.#window.view();
    const at = bytes.indexOf(SOI);
    const isHalf = at < 0 && bytes.at(-1) === SOI[0];
    const before = at >= 0 ? at : bytes.length - (isHalf ? 1 : 0);
    if (before > 0) this.#isInStep = false;
    this.#discard(before);
    return at >= 0;
  }

  /** Whether another picture begins at `position`; undefined until its first two bytes are there. */
  #isFollowed(position: number): boolean | undefined {
    const next = this.#window.view().subarray(position, position + SOI.length);
    return next.length < SOI.length ? undefined : next.equals(SOI);
  }

  #take(bytes: Buffer): JpegPicture {
    const { position, width, height } = this.#walk;
    const picture = { bytes: Buffer.from(bytes.subarray(0, position)), width, height };
    this.#window.consume(position);
    this.#walk = beginWalk();
    this.#brokenInARow = 0;
    return picture;
  }

  /**
   * The next picture may have begun inside what was taken for a segment of a broken one, so the search goes on behind
   * its first marker. Not for ever: bytes made for it would be walked over again and again.
   */
  #drop(walkedBytes: number): void {
    this.#brokenInARow += 1;
    this.#isInStep = false;
    this.#discard(this.#brokenInARow <= MAX_LOOKS_BACK ? SOI.length : Math.max(SOI.length, walkedBytes));
    this.#walk = beginWalk();
  }

  #discard(bytes: number): void {
    this.#discardedBytes += bytes;
    this.#window.consume(bytes);
  }
}
