import { createCipheriv, createDecipheriv } from "node:crypto";

/**
 * DC-09 a second time, in another style, for holding the codec against: the CRC bit by bit, text by concatenation, CBC made
 * by hand of single AES blocks one way and by Node the other. Slow, and shares nothing with `codec/`.
 */

/** CRC-16, polynomial 0xA001, start 0, bit by bit. */
export function bitwiseCrc(text: string): number {
  let register = 0;
  for (const character of text) {
    let byte = character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = ((register ^ byte) & 1) === 1;
      register = Math.floor(register / 2);
      if (isOdd) register ^= 0xa001;
      byte >>= 1;
    }
  }
  return register;
}

const fourHex = (value: number): string => `000${value.toString(16)}`.slice(-4).toUpperCase();

/** A frame around a body, as bytes in Latin-1. */
export function frameOf(body: string): Buffer {
  return Buffer.from(`\n${fourHex(bitwiseCrc(body))}${fourHex(body.length)}${body}\r`, "latin1");
}

/** The body inside a frame. @throws Error where the frame is not sound. */
export function bodyOf(frame: Buffer): string {
  const text = frame.toString("latin1");
  const match = /^\n([0-9A-F]{4})(0[0-9A-F]{3})(".*)\r$/s.exec(text);
  if (match === null) throw new Error(`no frame: ${JSON.stringify(text)}`);
  const [, crc = "", length = "", body = ""] = match;
  if (Number.parseInt(length, 16) !== body.length) throw new Error(`length ${length} of ${body.length}`);
  if (crc !== fourHex(bitwiseCrc(body))) throw new Error(`CRC ${crc}`);
  return body;
}

/** AES-CBC with a zero start block, made of single blocks. @param plain  whole blocks, Latin-1. */
export function encryptByHand(key: Buffer, plain: string): string {
  let before = Buffer.alloc(16);
  let hex = "";
  for (let at = 0; at < plain.length; at += 16) {
    const block = Buffer.from(plain.slice(at, at + 16), "latin1");
    for (let index = 0; index < 16; index += 1) block[index] = (block[index] ?? 0) ^ (before[index] ?? 0);
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    before = Buffer.concat([cipher.update(block), cipher.final()]);
    hex += before.toString("hex").toUpperCase();
  }
  return hex;
}

/** The way back, by Node's own CBC. */
export function decryptByNode(key: Buffer, hex: string): string {
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(Buffer.from(hex, "hex")), decipher.final()]).toString("latin1");
}

/** Pads with x in front until whole blocks come out. */
export function padded(content: string): string {
  let text = content;
  while (text.length % 16 !== 0) text = `x${text}`;
  return text;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `_HH:MM:SS,MM-DD-YYYY` in UTC. */
export function stampOf(wallMs: number): string {
  const date = new Date(wallMs);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `_${time},${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}-${date.getUTCFullYear()}`;
}
