import type { Readable, Writable } from "node:stream";

import { asError } from "@outpost/kernel/thrown.ts";

import { encodeFramed, FramingDecoder, type Framed, type FramingLimits } from "./framing.ts";

/** Sends a message. What the other side does not read waits in memory: whoever sends much looks at `waitingBytes`. */
export function sendFramed(to: Writable, header: object, body?: Uint8Array): void {
  if (!to.writable) return;
  to.cork();
  for (const bytes of encodeFramed(header, body)) to.write(bytes);
  to.uncork();
}

/**
 * Hands on every message until the stream ends.
 *
 * @throws VisionError `vision/bad-message` where it breaks the framing; whatever `onMessage` throws.
 */
export async function receiveFramed(
  from: Readable,
  limits: FramingLimits,
  onMessage: (message: Framed) => void,
): Promise<void> {
  const decoder = new FramingDecoder(limits);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  from.on("data", (chunk: Buffer) => {
    try {
      for (const message of decoder.push(chunk)) onMessage(message);
    } catch (error) {
      from.destroy();
      reject(asError(error));
    }
  });
  from.once("end", resolve);
  from.once("close", resolve);
  from.once("error", resolve);
  await promise;
}
