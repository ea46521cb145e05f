import { ByteWindow } from "./byte-window.ts";
import { MAX_JPEG_BYTES } from "./jpeg-splitter.ts";

export interface Part {
  /** Names in lower case; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const MAX_HEADER_BYTES = 8_192;
const MAX_HEADERS = 64;
const MAX_BOUNDARY_CHARS = 128;
/** Some cameras begin with an empty line or two. */
const MAX_FIRST_LINE_BYTES = 512;
const MAX_PADDING_BYTES = 64;
const [LF, CR, SPACE, TAB, DASH] = [0x0a, 0x0d, 0x20, 0x09, 0x2d];
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

type Phase =
  /** At the very beginning: the first line may name a boundary that the HTTP header does not. */
  | { readonly kind: "first-line" }
  | { readonly kind: "seek" }
  | { readonly kind: "headers" }
  | { readonly kind: "counted"; readonly headers: ReadonlyMap<string, string>; readonly bytes: number }
  /** `scanned`: so far there is no boundary. */
  | { readonly kind: "delimited"; readonly headers: ReadonlyMap<string, string>; scanned: number }
  | { readonly kind: "ended" };

/**
 * Splits `multipart/x-mixed-replace` as cameras write it: with and without Content-Length, with any number of dashes
 * before the boundary, with CR LF or LF alone, or with a boundary that only the stream itself names. The same bytes give
 * the same parts, however they are cut into chunks.
 *
 * @see RFC 2046, section 5.1
 */
export class MultipartParser {
  readonly #maxBytes: number;
  readonly #window = new ByteWindow();
  #token: Buffer | undefined;
  #phase: Phase = { kind: "first-line" };

  /** @param boundary  as the Content-Type header has it. */
  constructor(boundary: string | undefined, options: { readonly maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? MAX_JPEG_BYTES;
    this.#token = boundaryToken(boundary ?? "");
  }

  /** Whether the closing boundary came: what follows is no part. */
  get isEnded(): boolean {
    return this.#phase.kind === "ended";
  }

  push(chunk: Uint8Array): readonly Part[] {
    this.#window.append(chunk);
    const parts: Part[] = [];
    while (this.#step(parts)) if (this.#window.length === 0) break;
    return parts;
  }

  /** @returns false where more bytes are needed. */
  #step(parts: Part[]): boolean {
    const phase = this.#phase;
    switch (phase.kind) {
      case "first-line":
        return this.#readFirstLine();
      case "seek":
        return this.#seek();
      case "headers":
        return this.#readHeaders();
      case "counted":
        return this.#readCounted(phase, parts);
      case "delimited":
        return this.#readDelimited(phase, parts);
      case "ended":
        this.#window.consume(this.#window.length);
        return false;
    }
  }

  #readFirstLine(): boolean {
    const bytes = this.#window.view(MAX_FIRST_LINE_BYTES);
    let start = 0;
    while (start < bytes.length && isBlank(bytes[start])) start += 1;
    const end = bytes.indexOf(LF, start);
    if (end < 0 && bytes.length < MAX_FIRST_LINE_BYTES) return false;
    const line = bytes.toString("latin1", start, Math.max(start, end));
    const named = line.startsWith("--") ? boundaryToken(line.trimEnd()) : undefined;
    const isExpected = this.#token !== undefined && line.includes(this.#token.toString("latin1"));
    if (named !== undefined && !isExpected) this.#token = named;
    this.#phase = { kind: "seek" };
    return true;
  }

  #seek(): boolean {
    const bytes = this.#window.view();
    if (this.#token === undefined) {
      // Neither the header nor the first line names a boundary: nothing of this can be told apart.
      this.#window.consume(bytes.length);
      return false;
    }
    const found = findBoundary(bytes, this.#token, 0);
    if (found.kind === "none") {
      this.#window.consume(found.from);
      return false;
    }
    this.#window.consume(found.end);
    this.#phase = { kind: found.isLast ? "ended" : "headers" };
    return true;
  }

  #readHeaders(): boolean {
    const bytes = this.#window.view(MAX_HEADER_BYTES);
    const end = endOfHeaders(bytes);
    if (end === undefined) {
      if (bytes.length < MAX_HEADER_BYTES) return false;
      this.#phase = { kind: "seek" };
      return true;
    }
    const headers = parseHeaders(bytes.toString("latin1", 0, end));
    this.#window.consume(end);
    const length = contentLength(headers);
    if (length === undefined) this.#phase = { kind: "delimited", headers, scanned: 0 };
    // A part that is too long is looked over for the next boundary.
    else this.#phase = length > this.#maxBytes ? { kind: "seek" } : { kind: "counted", headers, bytes: length };
    return true;
  }

  #readCounted({ headers, bytes }: Phase & { readonly kind: "counted" }, parts: Part[]): boolean {
    if (this.#window.length < bytes) return false;
    parts.push({ headers, body: Buffer.from(this.#window.view(bytes)) });
    this.#window.consume(bytes);
    this.#phase = { kind: "seek" };
    return true;
  }

  #readDelimited(phase: Phase & { readonly kind: "delimited" }, parts: Part[]): boolean {
    if (this.#token === undefined) return false;
    const bytes = this.#window.view();
    const found = findBoundary(bytes, this.#token, phase.scanned);
    if (found.kind === "none" ? found.from > this.#maxBytes : found.start > this.#maxBytes) {
      this.#phase = { kind: "seek" };
      return true;
    }
    if (found.kind === "none") {
      phase.scanned = found.from;
      return false;
    }
    const body = bytes.subarray(0, endOfBody(bytes, dashesBefore(bytes, found.start)));
    parts.push({ headers: phase.headers, body: Buffer.from(body) });
    this.#window.consume(found.end);
    this.#phase = { kind: found.isLast ? "ended" : "headers" };
    return true;
  }
}

/**
 * What to look for: the boundary after exactly two dashes. Cameras put none to four before it, and some count those to
 * the boundary's name, so those before the two are taken for a part of the delimiter as well.
 */
function boundaryToken(boundary: string): Buffer | undefined {
  const name = boundary.replace(/^-+/, "");
  return name === "" || name.length > MAX_BOUNDARY_CHARS ? undefined : Buffer.from(`--${name}`, "latin1");
}

type Found =
  | { readonly kind: "found"; readonly start: number; readonly end: number; readonly isLast: boolean }
  /** Not here; `from` is where to look when more came. */
  | { readonly kind: "none"; readonly from: number };

/** The next whole delimiter: the token, then two dashes or the end of the line. */
function findBoundary(bytes: Buffer, token: Buffer, from: number): Found {
  for (let start = bytes.indexOf(token, from); start >= 0; start = bytes.indexOf(token, start + 1)) {
    const after = start + token.length;
    if (bytes[after] === DASH && bytes[after + 1] === DASH) {
      return { kind: "found", start, end: after + 2, isLast: true };
    }
    let end = after;
    while (end < after + MAX_PADDING_BYTES && (bytes[end] === SPACE || bytes[end] === TAB || bytes[end] === CR))
      end += 1;
    if (bytes[end] === LF) return { kind: "found", start, end: end + 1, isLast: false };
    const isCutOff = end >= bytes.length || (bytes[after] === DASH && after + 1 >= bytes.length);
    if (isCutOff) return { kind: "none", from: start };
  }
  // The token may be cut off, too.
  return { kind: "none", from: Math.max(from, bytes.length - token.length + 1) };
}

function dashesBefore(bytes: Buffer, start: number): number {
  let at = start;
  while (at > 0 && start - at < MAX_PADDING_BYTES && bytes[at - 1] === DASH) at -= 1;
  return at;
}

/** The line break before a boundary belongs to the boundary, where there is one. */
function endOfBody(bytes: Buffer, end: number): number {
  if (bytes[end - 1] !== LF) return end;
  return bytes[end - 2] === CR ? end - 2 : end - 1;
}

/** Behind the empty line. */
function endOfHeaders(bytes: Buffer): number | undefined {
  let lineStart = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, lineStart)) {
    if (at === lineStart || (at === lineStart + 1 && bytes[lineStart] === CR)) return at + 1;
    lineStart = at + 1;
  }
  return undefined;
}

function parseHeaders(text: string): ReadonlyMap<string, string> {
  if (text.length <= 2) return NO_HEADERS;
  const headers = new Map<string, string>();
  for (const line of text.split("\n").slice(0, MAX_HEADERS)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Undefined where there is none to go by; some cameras write 0 or -1 when they do not know. */
function contentLength(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get("content-length");
  if (text === undefined || !/^\d{1,12}$/.test(text)) return undefined;
  return Number(text) || undefined;
}

function isBlank(byte: number | undefined): boolean {
  return byte === LF || byte === CR || byte === SPACE || byte === TAB;
}
