import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

import { WireError } from "./errors.ts";
import { MAX_PACKED_BYTES } from "./site-exchange.ts";
import { MAX_SITE_BYTES } from "./site-text.ts";

/** The name of a document: SHA-256 of its text in hex. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** @returns the text as the wire carries it, or undefined where it is too large to be sent. */
export function packText(text: string): string | undefined {
  const packed = gzipSync(text);
  if (packed.byteLength > MAX_PACKED_BYTES || Buffer.byteLength(text) > MAX_SITE_BYTES) return undefined;
  return packed.toString("base64");
}

/** @throws WireError `wire/bad-document` where it is not this text, `wire/too-large` where it unfolds beyond the limit. */
export function unpackText({ packed, digest }: { readonly packed: string; readonly digest: string }): string {
  let text: string;
  try {
    const bytes = gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: MAX_SITE_BYTES });
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw new WireError(
      isTooLarge ? "wire/too-large" : "wire/bad-document",
      isTooLarge ? `the document has more than ${MAX_SITE_BYTES} bytes` : "the document cannot be unpacked",
      { cause: error },
    );
  }
  if (digestOf(text) !== digest) throw new WireError("wire/bad-document", "the text is not the one that was named");
  return text;
}
