import { createCipheriv, createDecipheriv, randomBytes, type Decipheriv } from "node:crypto";

const BLOCK_BYTES = 16;
/** DC-09 fixes it at zero: the random pad in front does its work. */
const IV = Buffer.alloc(BLOCK_BYTES);
/** No character that the message itself gives a meaning to: neither `|`, `[`, `]` nor a digit. */
const PAD_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX = /^(?:[0-9A-Fa-f]{32})+$/;

/**
 * The encryption of one account: AES-CBC over what stands behind a message's opening bracket, with the pad in front so that
 * whole blocks come out.
 *
 * @see ANSI/SIA DC-09, encryption
 */
export class ContentCipher {
  readonly #key: Buffer;
  readonly #bits: number;
  readonly #blocks: Decipheriv;

  /** @param key  16, 24 or 32 bytes. */
  constructor(key: Buffer) {
    this.#key = key;
    this.#bits = key.length * 8;
    // Making a CBC decipher costs ten times what a message does, and it cannot be used twice. Single blocks need nothing of
    // each other, so one of these serves for ever; the chaining is an XOR with the block before.
    this.#blocks = createDecipheriv(`aes-${this.#bits}-ecb`, key, null).setAutoPadding(false);
  }

  /**
   * @param content  `|…data…]…xdata…_timestamp`, one character a byte (Latin-1).
   * @returns        upper-case hex.
   */
  seal(content: string): string {
    const padLength = BLOCK_BYTES - (content.length % BLOCK_BYTES);
    const pad = [...randomBytes(padLength)].map((byte) => PAD_LETTERS[byte % PAD_LETTERS.length] ?? "A").join("");
    const cipher = createCipheriv(`aes-${this.#bits}-cbc`, this.#key, IV).setAutoPadding(false);
    const sealed = Buffer.concat([cipher.update(Buffer.from(pad + content, "latin1")), cipher.final()]);
    return sealed.toString("hex").toUpperCase();
  }

  /**
   * @param hex  whole blocks, either case.
   * @returns    pad and content, Latin-1; with another key it is noise. Undefined where these are no whole blocks.
   */
  open(hex: string): string | undefined {
    if (!HEX.test(hex)) return undefined;
    const sealed = Buffer.from(hex, "hex");
    const opened = this.#blocks.update(sealed);
    for (let at = BLOCK_BYTES; at < opened.length; at += 1) {
      opened[at] = (opened[at] ?? 0) ^ (sealed[at - BLOCK_BYTES] ?? 0);
    }
    return opened.toString("latin1");
  }
}
