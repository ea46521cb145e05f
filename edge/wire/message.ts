import type { z } from "zod";

import { WireError } from "./errors.ts";

/** The largest message that is not a batch. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses one message of the wire.
 *
 * @param schema  the message's own schema; unknown fields are dropped, so that a newer peer may add some.
 * @throws WireError `wire/too-large`, `wire/not-json` or `wire/bad-shape`.
 */
export function parseMessage<T>(schema: z.ZodType<T>, payload: Uint8Array): T {
  if (payload.byteLength > MAX_MESSAGE_BYTES) {
    throw new WireError("wire/too-large", `${payload.byteLength} bytes, at most ${MAX_MESSAGE_BYTES}`);
  }
  return checkShape(schema, parseJson(payload));
}

/** UTF-8 JSON to a value. @throws WireError `wire/not-json`. */
export function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(payload)) as unknown;
  } catch (error) {
    throw new WireError("wire/not-json", "not UTF-8 JSON", { cause: error });
  }
}

/** @throws WireError `wire/bad-shape`, naming the first fields that do not fit. */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.message}`);
  throw new WireError("wire/bad-shape", faults.join("; "));
}

/** A message as it goes to the broker. */
export function encodeMessage(message: object): Buffer {
  return Buffer.from(JSON.stringify(message));
}
