import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { ByteLink, BytePort } from "../../links/link.ts";

/** How long a listener has a line before it lets others on it: what a gate's command waits at the most. */
export const SLICE_MS = 100;
/** How often a line that is down is tried: it fails at once and costs nothing. */
const DOWN_RETRY_MS = 250;

/** What came of having a line for a moment. */
export type Held<T> = { readonly kind: "held"; readonly value: T } | { readonly kind: "down"; readonly reason: string };

/**
 * Has a line for one piece of work, or says that it is down, after a while. Lines belong to their links, so somebody who
 * listens takes the line again and again for a moment each; what comes in between waits in the link.
 *
 * @throws LinkError `link/closed`, or the signal's reason.
 */
export async function holdLine<T>(
  link: ByteLink,
  clock: Clock,
  signal: AbortSignal,
  work: (port: BytePort) => Promise<T>,
): Promise<Held<T>> {
  try {
    return { kind: "held", value: await link.exclusive("poll", signal, work) };
  } catch (error) {
    if (!(error instanceof LinkError) || error.code === "link/closed" || error.code === "link/taken") throw error;
    await clock.sleep(DOWN_RETRY_MS, signal);
    return { kind: "down", reason: error.message };
  }
}

/** What comes within a time; nothing where nothing comes. @throws LinkError `link/down`. */
export async function bytesWithin(port: BytePort, timeoutMs: number): Promise<Uint8Array> {
  try {
    return await port.read(timeoutMs);
  } catch (error) {
    if (error instanceof LinkError && error.code === "link/timeout") return new Uint8Array(0);
    throw error;
  }
}
