import { asError } from "@outpost/kernel/thrown.ts";

import { VisionError } from "../errors.ts";

/** The most bytes that are taken of one message's header (JSON) and of its body. */
export interface FramingLimits {
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
}

/**
 * Between the core and the vision process. No body at all: pictures do not cross here, whatever the other side tries.
 */
export const CORE_LIMITS: FramingLimits = { maxHeaderBytes: 256 * 1_024, maxBodyBytes: 0 };

/** Between the vision process and those that run its models: headers, and one picture. */
export const SESSION_LIMITS: FramingLimits = { maxHeaderBytes: 1_024 * 1_024, maxBodyBytes: 32 * 1_024 * 1_024 };

/** One message: `header` is parsed JSON that nobody has checked yet. */
export interface Framed {
  readonly header: unknown;
  readonly body: Buffer;
}

const PREFIX_BYTES = 8;
const EMPTY = Buffer.alloc(0);

/** A message as bytes: lengths of header and body (32 bits, big-endian), the header as JSON, the body. */
export function encodeFramed(header: object, body: Uint8Array = EMPTY): readonly Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(json.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return [Buffer.concat([prefix, json]), ...(body.length === 0 ? [] : [body])];
}

/** Takes bytes as they come and gives whole messages. Keeps no more than one message of the allowed size. */
export class FramingDecoder {
  readonly #limits: FramingLimits;
  #chunks: Buffer[] = [];
  #length = 0;
  /** What the next message takes, once its prefix is here. */
  #wanted: { readonly header: number; readonly body: number } | undefined;

  constructor(limits: FramingLimits) {
    this.#limits = limits;
  }

  /** @throws VisionError `vision/bad-message`; the stream cannot be read on after that. */
  push(chunk: Buffer): readonly Framed[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: Framed[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Framed | undefined {
    if (this.#wanted === undefined) {
      if (this.#length < PREFIX_BYTES) return undefined;
      const prefix = this.#take(PREFIX_BYTES);
      this.#wanted = { header: prefix.readUInt32BE(0), body: prefix.readUInt32BE(4) };
      const { maxHeaderBytes, maxBodyBytes } = this.#limits;
      if (this.#wanted.header > maxHeaderBytes) throw tooLong("header", this.#wanted.header, maxHeaderBytes);
      if (this.#wanted.body > maxBodyBytes) throw tooLong("body", this.#wanted.body, maxBodyBytes);
    }
    const { header, body } = this.#wanted;
    if (this.#length < header + body) return undefined;
    const json = this.#take(header);
    const bytes = this.#take(body);
    this.#wanted = undefined;
    return { header: parsed(json), body: bytes };
  }

  #take(count: number): Buffer {
    const [first] = this.#chunks;
    this.#length -= count;
    if (first !== undefined && first.length >= count) {
      if (first.length === count) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = whole.length === count ? [] : [whole.subarray(count)];
    return whole.subarray(0, count);
  }
}

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch (error) {
    throw new VisionError("vision/bad-message", `no JSON: ${asError(error).message}`, { cause: error });
  }
}

function tooLong(what: string, bytes: number, max: number): VisionError {
  return new VisionError("vision/bad-message", `a ${what} of ${bytes} bytes, at most ${max} are taken`);
}
