import type { ContentCipher } from "./cipher.ts";
import { crc16 } from "./crc16.ts";
import type { CrcForm } from "./frame-parser.ts";
import type { Header } from "./message.ts";
import { encodeTimestamp } from "./timestamp.ts";

/** Frames a body, from its first quote to before the carriage return, one character a byte (Latin-1), at most 4095. */
export function encodeFrame(body: string, crcForm: CrcForm = "hex"): Buffer {
  const bytes = Buffer.from(body, "latin1");
  const crc = crc16(bytes);
  const crcBytes = crcForm === "hex" ? Buffer.from(hex(crc, 4), "latin1") : Buffer.from([crc >>> 8, crc & 0xff]);
  return Buffer.concat([
    Buffer.from("\n"),
    crcBytes,
    Buffer.from(`0${hex(bytes.length, 3)}`, "latin1"),
    bytes,
    Buffer.from("\r"),
  ]);
}

/**
 * Says that a message is on our disk.
 *
 * @param cipher  of an encrypted message, which is answered encrypted.
 */
export function encodeAck(header: Header, cipher: ContentCipher | undefined, nowMs: number): string {
  return answer("ACK", header, cipher, nowMs);
}

/** Says that a message will never be understood, so that its sender does not repeat it. */
export function encodeDuh(header: Header, cipher: ContentCipher | undefined, nowMs: number): string {
  return answer("DUH", header, cipher, nowMs);
}

/** Says that a sender's clock is wrong, and what time it is. Never encrypted. */
export function encodeNak(nowMs: number): string {
  return `"NAK"0000R0L0A0[]${encodeTimestamp(nowMs)}`;
}

function answer(id: "ACK" | "DUH", header: Header, cipher: ContentCipher | undefined, nowMs: number): string {
  const { sequence, receiver, prefix, account } = header;
  // A sender that names no receiver is answered by receiver 0: one that wants the field finds it, and none is confused.
  const where = `${sequence}R${orZero(receiver)}L${orZero(prefix)}#${account}`;
  if (cipher === undefined) return `"${id}"${where}[]`;
  return `"*${id}"${where}[${cipher.seal(`|]${encodeTimestamp(nowMs)}`)}`;
}

function orZero(digits: string | undefined): string {
  return digits === undefined || digits === "" ? "0" : digits;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
