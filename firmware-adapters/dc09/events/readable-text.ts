const MAX_TEXT_CHARS = 500;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const WESTERN = new TextDecoder("windows-1252");

/**
 * Bytes as text: UTF-8 where they are valid, otherwise Windows-1252 as the standard has it; no control characters, at most
 * 500 characters.
 *
 * @param latin1  one character a byte.
 */
export function readableText(latin1: string): string {
  if (/^[\x20-\x7e]*$/.test(latin1)) return latin1.trim().slice(0, MAX_TEXT_CHARS);
  return decoded(Buffer.from(latin1, "latin1"))
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_TEXT_CHARS);
}

function decoded(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    // Not UTF-8: the standard's own code page takes every byte.
    return WESTERN.decode(bytes);
  }
}
