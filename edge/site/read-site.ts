import { open } from "node:fs/promises";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { checkSite } from "@outpost/wire/check-site.ts";
import { MAX_SITE_BYTES } from "@outpost/wire/site-text.ts";

import type { SiteReading } from "./site.ts";

/**
 * Reads a site file and checks all of it; see `checkSite`. A fault is an outcome with its place in the file, never an
 * exception.
 */
export async function readSite(file: string): Promise<SiteReading> {
  const read = await readText(file);
  if (read.kind === "refused") return refused(file, read.message);
  const check = await checkSite(read.text);
  if (check.kind === "accepted") return check;
  return { kind: "refused", faults: check.faults.map((fault) => ({ file, ...fault })) };
}

/** A file's text, at most `MAX_SITE_BYTES` of UTF-8, or why there is none. */
export async function readText(
  file: string,
): Promise<{ readonly kind: "text"; readonly text: string } | { readonly kind: "refused"; readonly message: string }> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(file);
  } catch (error) {
    return { kind: "refused", message: `cannot be read: ${errorCode(error) ?? asError(error).message}` };
  }
  if (bytes.length > MAX_SITE_BYTES) {
    return { kind: "refused", message: `expected at most ${MAX_SITE_BYTES} bytes, found more` };
  }
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "refused", message: "expected UTF-8 text, found other bytes" };
  }
}

async function readBounded(file: string): Promise<Buffer> {
  await using handle = await open(file, "r");
  if (!(await handle.stat()).isFile()) throw new Error("not a file");
  const buffer = Buffer.alloc(MAX_SITE_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function refused(file: string, message: string): SiteReading {
  return { kind: "refused", faults: [{ file, position: undefined, path: "", message }] };
}
