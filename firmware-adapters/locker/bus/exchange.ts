import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { BytePort } from "../../links/link.ts";
import type { BoardFrame, BoardRequest, LockCodec } from "../codecs/codec.ts";
import type { FrameStream } from "../codecs/frame-stream.ts";
import { LockerError } from "../errors.ts";

/**
 * What could still be the beginning of a longer frame is the shorter one after this silence: some thirty characters at
 * 9600 baud, and longer than serial servers wait before they send on what has come.
 */
const SILENCE_MS = 30;
/** A line that keeps talking is not waited for any longer than so many timeouts. */
const MAX_TALK_TIMEOUTS = 2;

/** One line as one protocol sees it. */
export interface Line {
  readonly clock: Clock;
  readonly codec: LockCodec;
  readonly stream: FrameStream;
  readonly gapMs: number;
  readonly timeoutMs: number;
  /** When the last byte went either way, as far as we know. Kept by `exchange`. */
  lastByteAtMs: number;
  /** Every frame that is not the answer to what was asked. */
  onFrame(frame: BoardFrame): void;
}

/**
 * Asks one thing and waits for its answer. What has come since the last exchange is read first, never thrown away: boards
 * speak by themselves.
 *
 * @throws LockerError `locker/timeout`, `locker/bad-frame`, `locker/refused`; LinkError.
 */
export async function exchange(port: BytePort, line: Line, request: BoardRequest): Promise<BoardFrame> {
  await untilQuiet(port, line);
  await send(port, line, request);
  return await awaitAnswer(port, line, request);
}

/** Reads what was said meanwhile until the line has been silent for its gap, and forgets half a frame. */
export async function untilQuiet(port: BytePort, line: Line): Promise<void> {
  const { clock, stream } = line;
  const endMs = clock.monotonicMs() + line.timeoutMs * MAX_TALK_TIMEOUTS;
  for (;;) {
    const quietMs = clock.monotonicMs() - line.lastByteAtMs;
    // A read that waits for a millisecond tells whether there is anything at all.
    const bytes = await nextBytes(port, Math.max(1, line.gapMs - quietMs));
    if (bytes === undefined && clock.monotonicMs() - line.lastByteAtMs >= line.gapMs) break;
    if (bytes !== undefined) hear(line, bytes).forEach((frame) => line.onFrame(frame));
    if (clock.monotonicMs() > endMs) {
      throw new LockerError("locker/bad-frame", "the line does not fall silent: something else talks on it");
    }
  }
  stream.endOfSilence().forEach((frame) => line.onFrame(frame));
  stream.reset();
}

/** Sends a request on a line that is quiet. */
export async function send(port: BytePort, line: Line, request: BoardRequest): Promise<void> {
  await port.write(line.codec.encode(request));
  line.lastByteAtMs = line.clock.monotonicMs();
}

/** Waits for the answer to what was just sent. @throws as `exchange`. */
export async function awaitAnswer(port: BytePort, line: Line, request: BoardRequest): Promise<BoardFrame> {
  const { clock, stream } = line;
  const endMs = clock.monotonicMs() + line.timeoutMs;
  let strayBytes = 0;
  for (;;) {
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs <= 0) throw noAnswer(line, request, strayBytes);
    const bytes = await nextBytes(port, stream.pendingBytes > 0 ? Math.min(leftMs, SILENCE_MS) : leftMs);
    const frames = bytes === undefined ? stream.endOfSilence() : hear(line, bytes);
    strayBytes = frames.length > 0 ? 0 : strayBytes + (bytes?.length ?? 0);
    const answer = pick(line, request, frames);
    if (answer !== undefined) return answer;
  }
}

function hear(line: Line, bytes: Uint8Array): readonly BoardFrame[] {
  line.lastByteAtMs = line.clock.monotonicMs();
  return line.stream.push(bytes);
}

/** @returns the answer among these frames; the others are handed on. */
function pick(line: Line, request: BoardRequest, frames: readonly BoardFrame[]): BoardFrame | undefined {
  let answer: BoardFrame | undefined;
  for (const frame of frames) {
    if (answer === undefined && line.codec.answers(request, frame)) {
      answer = frame;
    } else if (frame.kind === "failed" && frame.board === request.board && frame.command === request.kind) {
      throw new LockerError("locker/refused", `board ${frame.board} answers that it could not ${request.kind}`);
    } else {
      line.onFrame(frame);
    }
  }
  return answer;
}

/** @returns undefined where nothing came in time. */
async function nextBytes(port: BytePort, timeoutMs: number): Promise<Uint8Array | undefined> {
  try {
    return await port.read(timeoutMs);
  } catch (error) {
    if (error instanceof LinkError && error.code === "link/timeout") return undefined;
    throw error;
  }
}

function noAnswer({ timeoutMs }: Line, { board, kind }: BoardRequest, strayBytes: number): LockerError {
  if (strayBytes > 0) {
    return new LockerError(
      "locker/bad-frame",
      `no frame in ${strayBytes} bytes that came after ${kind} of board ${board}`,
    );
  }
  return new LockerError("locker/timeout", `board ${board} did not answer ${kind} within ${timeoutMs} ms`);
}
