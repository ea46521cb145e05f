import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const BLOCK_BYTES = 16;
/** DC-09 fixes it at zero: the random pad in front does its work. */
const IV = Buffer.alloc(BLOCK_BYTES);
/** No character that the message itself gives a meaning to: neither `|`, `[`, `]` nor a digit. */
const PAD_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX = /^(?:[0-9A-Fa-f]{32})+$/;

/**
 * Encrypts what stands behind the opening bracket of a message: AES-CBC, the pad in front so that whole blocks come out.
 *
 * @param key      16, 24 or 32 bytes.
 * @param content  `|…data…]…xdata…_timestamp`, one character a byte (Latin-1).
 * @returns        upper-case hex.
 * @see ANSI/SIA DC-09, encryption
 */
export function encryptContent(key: Buffer, content: string): string {
  const padLength = BLOCK_BYTES - (content.length % BLOCK_BYTES);
  const pad = [...randomBytes(padLength)].map((byte) => PAD_LETTERS[byte % PAD_LETTERS.length] ?? "A").join("");
  const cipher = createCipheriv(algorithm(key), key, IV).setAutoPadding(false);
  const encrypted = Buffer.concat([cipher.update(Buffer.from(pad + content, "latin1")), cipher.final()]);
  return encrypted.toString("hex").toUpperCase();
}

/**
 * Decrypts what stands behind the opening bracket of an encrypted message.
 *
 * @param hex  whole blocks, either case.
 * @returns    pad and content; with another key it is noise. Undefined where these are no whole blocks.
 */
export function decryptContent(key: Buffer, hex: string): string | undefined {
  if (!HEX.test(hex)) return undefined;
  const decipher = createDecipheriv(algorithm(key), key, IV).setAutoPadding(false);
  return Buffer.concat([decipher.update(Buffer.from(hex, "hex")), decipher.final()]).toString("latin1");
}

function algorithm(key: Buffer): "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" {
  if (key.length === 16) return "aes-128-cbc";
  return key.length === 24 ? "aes-192-cbc" : "aes-256-cbc";
}
