import type { CodecCase } from "../../testing/codec-case.ts";
import { ContentCipher } from "../codec/cipher.ts";
import { encodeFrame } from "../codec/encode.ts";
import { FrameParser, type Frame } from "../codec/frame-parser.ts";
import { parseMessage } from "../codec/message.ts";
import { openMessage, type Protection } from "../messages/open-message.ts";

const FRAMES = 400;
/** What a socket gives at a time. */
const PIECE_BYTES = 1_460;
const CIPHER = new ContentCipher(Buffer.alloc(16, 7));

/** Bodies as they really come, one by number. */
const BODIES: readonly ((number: number) => string)[] = [
  (number) => `"NULL"0000R0L0#${account(number)}[]_13:05:09,11-25-2026`,
  (number) =>
    `"ADM-CID"${sequence(number)}R0L0#${account(number)}[#${account(number)}|1101 00 ${zone(number)}]_13:05:09,11-25-2026`,
  (number) =>
    `"SIA-DCS"${sequence(number)}L0#${account(number)}[#${account(number)}|Nri1/BA${zone(number)}^front door^/TA1]_13:05:09,11-25-2026`,
  (number) =>
    `"SIA-DCS"${sequence(number)}R15L1A#${account(number)}[#${account(number)}|Nti13:05/id7/ri2/MA${zone(number)}][V clip ${number}]_13:05:09,11-25-2026`,
];

const PLAIN: Protection = { cipher: undefined, acceptsPlain: true };
const SEALED: Protection = { cipher: CIPHER, acceptsPlain: false };

/** The codec as the bench drives it: frames alone, frames with their events, and encrypted ones. */
export const codecCases: readonly CodecCase[] = [
  { name: "dc09 frames", ...stream((number) => body(number)), parse: (bytes) => countFrames(bytes, () => true) },
  {
    name: "dc09 messages with their events",
    ...stream((number) => body(number)),
    parse: (bytes) => countFrames(bytes, (frame) => isRead(frame, PLAIN)),
  },
  {
    name: "dc09 encrypted messages with their events",
    ...stream((number) => sealed(body(number))),
    parse: (bytes) => countFrames(bytes, (frame) => isRead(frame, SEALED)),
  },
];

function stream(bodyOf: (number: number) => string): Pick<CodecCase, "bytes" | "frames"> {
  const frames = Array.from({ length: FRAMES }, (_, number) => encodeFrame(bodyOf(number)));
  return { bytes: Buffer.concat(frames), frames: FRAMES };
}

function countFrames(bytes: Buffer, isGood: (frame: Frame) => boolean): number {
  const parser = new FrameParser();
  let found = 0;
  const sink = {
    frame: (frame: Frame) => {
      if (isGood(frame)) found += 1;
    },
    rejected: () => undefined,
  };
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) parser.feed(bytes.subarray(at, at + PIECE_BYTES), sink);
  return found;
}

function isRead({ body: text }: Frame, protection: Protection): boolean {
  const message = parseMessage(text);
  const opened = message && openMessage(message, protection);
  return typeof opened === "object" && opened.events !== undefined;
}

function body(number: number): string {
  return BODIES[number % BODIES.length]?.(number) ?? "";
}

function sealed(plain: string): string {
  const bracket = plain.indexOf("[") + 1;
  return `"*${plain.slice(1, bracket)}${CIPHER.seal(`|${plain.slice(bracket)}`)}`;
}

function account(number: number): string {
  return (0x1000 + number).toString(16).toUpperCase();
}

function sequence(number: number): string {
  return String((number % 9_999) + 1).padStart(4, "0");
}

function zone(number: number): string {
  return String(number % 1_000).padStart(3, "0");
}
