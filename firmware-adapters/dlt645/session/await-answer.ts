import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { BytePort } from "../../links/link.ts";
import { FrameParser, parseAnswer, type Answer, type Frame } from "../codec.ts";
import { Dlt645Error } from "../errors.ts";

/** A meter may pause so long between two bytes of a frame. DL/T 645-2007, Tb. */
const BYTE_GAP_MS = 500;
/** A frame that has begun in time gets so much longer to end: the longest takes 2 s at 1200 baud. */
const MAX_FRAME_MS = 2_500;

export interface Awaited {
  readonly address: string;
  /** Within this time an answer must come, or at least begin. */
  readonly timeoutMs: number;
  /** Whether this is the answer to what was asked, and not to something else. */
  readonly isMeant: (answer: Answer) => boolean;
}

/**
 * Waits for one answer, passing over everything else: noise, other meters, our own echo, answers to other requests.
 *
 * @throws Dlt645Error `dlt645/timeout` where nothing came, `dlt645/bad-frame` where only other things came; LinkError.
 */
export async function awaitAnswer(port: BytePort, awaited: Awaited, clock: Clock): Promise<Answer> {
  const parser = new FrameParser();
  let deadlineMs = clock.monotonicMs() + awaited.timeoutMs;
  const lastDeadlineMs = deadlineMs + MAX_FRAME_MS;
  const seen = { bytes: 0, frames: 0 };
  for (;;) {
    const leftMs = deadlineMs - clock.monotonicMs();
    const bytes = leftMs > 0 ? await nextBytes(port, leftMs) : undefined;
    seen.bytes += bytes?.length ?? 0;
    const frames = bytes === undefined ? parser.flush() : parser.push(bytes);
    const found = meantAmong(frames, awaited);
    if (found !== undefined) return found;
    seen.frames += frames.length;
    if (bytes === undefined) throw noAnswer(awaited, seen);
    if (parser.isInFrame) {
      deadlineMs = Math.min(lastDeadlineMs, Math.max(deadlineMs, clock.monotonicMs() + BYTE_GAP_MS));
    }
  }
}

function meantAmong(frames: readonly Frame[], { address, isMeant }: Awaited): Answer | undefined {
  for (const frame of frames) {
    if (frame.address !== address) continue;
    const answer = parseAnswer(frame);
    if (answer !== undefined && isMeant(answer)) return answer;
  }
  return undefined;
}

/** What comes next on the line. @returns undefined when nothing came in time. @throws LinkError */
export async function nextBytes(port: BytePort, timeoutMs: number): Promise<Uint8Array | undefined> {
  try {
    return await port.read(timeoutMs);
  } catch (error) {
    if (error instanceof LinkError && error.code === "link/timeout") return undefined;
    throw error;
  }
}

function noAnswer(
  { address, timeoutMs }: Awaited,
  seen: { readonly bytes: number; readonly frames: number },
): Dlt645Error {
  const who = `meter ${address}`;
  if (seen.bytes === 0) return new Dlt645Error("dlt645/timeout", `${who} was silent for ${timeoutMs} ms`);
  const what = seen.frames === 0 ? `${seen.bytes} bytes that are no frame` : `${seen.frames} frames that are no answer`;
  return new Dlt645Error("dlt645/bad-frame", `instead of ${who}: ${what} to what was asked`);
}
