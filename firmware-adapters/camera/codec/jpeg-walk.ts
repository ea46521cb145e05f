/** Where the walk through a JPEG's markers stands; offsets count from its first byte. */
export interface JpegWalk {
  position: number;
  phase: "start" | "marker" | "scan" | "end";
  segments: number;
  width: number;
  height: number;
  scanStart: number;
}

/** A whole JPEG: how long it is, and how large its picture. */
export interface JpegShape {
  readonly length: number;
  readonly width: number;
  readonly height: number;
}

const MARKER = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;
/** A colour profile and EXIF may take 255 segments of their own, progressive scans a few dozen. */
const MAX_SEGMENTS = 1_024;
const MAX_SIDE = 16_384;

export function beginWalk(): JpegWalk {
  return { position: 0, phase: "start", segments: 0, width: 0, height: 0, scanStart: 0 };
}

/**
 * Walks on through `bytes`, which begin where the JPEG does, as far as they go. Segments are stepped over by their
 * length, so that the thumbnail inside EXIF, which is a JPEG of its own, neither begins nor ends anything.
 *
 * @returns `complete` with `position` behind the end marker; `broken` where no JPEG can go on like this; `more` else.
 * @see ITU-T T.81, annex B
 */
export function walkJpeg(bytes: Buffer, walk: JpegWalk): "complete" | "broken" | "more" {
  while (walk.phase !== "end") {
    const outcome = walk.phase === "scan" ? walkScan(bytes, walk) : walkMarker(bytes, walk);
    if (outcome !== "on") return outcome;
  }
  return "complete";
}

/** The JPEG at the beginning of `bytes`; undefined where there is no whole one. */
export function readJpeg(bytes: Buffer): JpegShape | undefined {
  const walk = beginWalk();
  if (walkJpeg(bytes, walk) !== "complete") return undefined;
  return { length: walk.position, width: walk.width, height: walk.height };
}

/** One marker outside the entropy-coded data, with its segment. */
function walkMarker(bytes: Buffer, walk: JpegWalk): "broken" | "more" | "on" {
  let at = walk.position;
  if (at >= bytes.length) return "more";
  if (bytes[at] !== MARKER) return "broken";
  // Any number of fill bytes may stand before a marker's code; the last of them is the marker's own.
  while (at + 1 < bytes.length && bytes[at + 1] === MARKER && walk.phase !== "start") at += 1;
  walk.position = at;
  const code = bytes[at + 1];
  if (code === undefined) return "more";
  if (walk.phase === "start") {
    if (code !== SOI) return "broken";
    walk.phase = "marker";
    walk.position = at + 2;
    return "on";
  }
  if (code === EOI) {
    if (walk.scanStart === 0) return "broken";
    walk.position = at + 2;
    walk.phase = "end";
    return "on";
  }
  if (code === TEM) {
    walk.position = at + 2;
    return countSegment(walk);
  }
  if (code === 0 || (code >= 0xd0 && code <= SOI)) return "broken";
  return walkSegment(bytes, walk, code);
}

function walkSegment(bytes: Buffer, walk: JpegWalk, code: number): "broken" | "more" | "on" {
  const at = walk.position;
  if (at + 4 > bytes.length) return "more";
  const length = bytes.readUInt16BE(at + 2);
  if (length < 2) return "broken";
  if (isFrameHeader(code)) {
    if (length < 8) return "broken";
    if (at + 9 > bytes.length) return "more";
    walk.height = bytes.readUInt16BE(at + 5);
    walk.width = bytes.readUInt16BE(at + 7);
    if (walk.height === 0 || walk.width === 0 || walk.height > MAX_SIDE || walk.width > MAX_SIDE) return "broken";
  }
  if (code === SOS && walk.width === 0) return "broken";
  walk.position = at + 2 + length;
  if (code === SOS) {
    walk.phase = "scan";
    walk.scanStart = walk.position;
  }
  return countSegment(walk);
}

function countSegment(walk: JpegWalk): "broken" | "on" {
  walk.segments += 1;
  return walk.segments > MAX_SEGMENTS ? "broken" : "on";
}

/** Entropy-coded data: it ends at the first marker that is no restart and no stuffed zero. */
function walkScan(bytes: Buffer, walk: JpegWalk): "broken" | "more" | "on" {
  for (;;) {
    if (walk.position >= bytes.length) return "more";
    const at = bytes.indexOf(MARKER, walk.position);
    if (at < 0) {
      walk.position = bytes.length;
      return "more";
    }
    walk.position = at;
    const code = bytes[at + 1];
    if (code === undefined) return "more";
    const isData = code === 0 || (code >= 0xd0 && code < SOI);
    if (isData) walk.position = at + 2;
    else if (code === MARKER) walk.position = at + 1;
    else if (at === walk.scanStart) return "broken";
    else {
      walk.phase = "marker";
      return "on";
    }
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
function isFrameHeader(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/**
 * The parts of a whole JPEG that make the picture: everything but application segments and comments, in which cameras
 * put the time.
 */
export function pictureParts(jpeg: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === MARKER) {
    const code = jpeg[at + 1] ?? 0;
    if (code === MARKER || code === TEM) {
      at += code === MARKER ? 1 : 2;
      continue;
    }
    if (code === SOS) break;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const isRemark = (code >= 0xe0 && code <= 0xef) || code === 0xfe;
    if (!isRemark) parts.push(jpeg.subarray(at, end));
    at = end;
  }
  return [...parts, jpeg.subarray(at)];
}
