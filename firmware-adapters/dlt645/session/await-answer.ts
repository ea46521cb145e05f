import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { BytePort } from "../../links/link.ts";
import { FrameParser, parseAnswer, type Answer, type Frame } from "../codec.ts";
import { Dlt645Error } from "../errors.ts";

export interface Awaited {
  /** Of the meter that was asked; undefined where any may answer. */
  readonly address: string | undefined;
  readonly timeoutMs: number;
  /** Whether this is the answer to what was asked, and not to something else. */
  readonly isMeant: (answer: Answer) => boolean;
}

/** An answer and the meter it came from. */
export interface Answered {
  readonly from: string;
  readonly answer: Answer;
}

/**
 * Waits for one answer, passing over everything else: noise, other meters, our own echo, answers to other requests.
 *
 * @throws Dlt645Error `dlt645/timeout` where nothing came, `dlt645/bad-frame` where only other things came; LinkError.
 */
export async function awaitAnswer(port: BytePort, awaited: Awaited, clock: Clock): Promise<Answered> {
  const parser = new FrameParser();
  const deadlineMs = clock.monotonicMs() + awaited.timeoutMs;
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
  }
}

function meantAmong(frames: readonly Frame[], { address, isMeant }: Awaited): Answered | undefined {
  for (const frame of frames) {
    if (address !== undefined && frame.address !== address) continue;
    const answer = parseAnswer(frame);
    if (answer !== undefined && isMeant(answer)) return { from: frame.address, answer };
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
  const who = address === undefined ? "every meter" : `meter ${address}`;
  if (seen.bytes === 0) return new Dlt645Error("dlt645/timeout", `${who} was silent for ${timeoutMs} ms`);
  const what = seen.frames === 0 ? `${seen.bytes} bytes that are no frame` : `${seen.frames} frames that are no answer`;
  return new Dlt645Error("dlt645/bad-frame", `instead of ${who}: ${what} to what was asked`);
}
