import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { CameraError } from "../errors.ts";
import type { CameraSettings } from "../settings.ts";
import type { Frame, FrameDeps, FrameRequest, FrameSource, FrameStats, FrameStream } from "./frame-source.ts";
import { makeSource } from "./make-source.ts";
import { NewestFrame } from "./newest-frame.ts";
import { runWatched } from "./watched-run.ts";

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** A run shorter than this, with pictures or without, makes the next pause longer. */
const GOOD_RUN_MS = 10_000;
/** Many cameras lock an account after five wrong passwords, for half an hour. */
export const REFUSED_PAUSE_MS = 60_000;

/**
 * Opens a camera's pictures, newest first. The stream looks after itself: when its source ends, breaks or stops giving
 * pictures, it is begun anew, with growing pauses up to half a minute; meanwhile `stats().trouble` says why.
 *
 * @throws CameraError at once for what no new beginning mends: `camera/no-ffmpeg`, `camera/jpeg-only`.
 */
export async function openFrames(
  settings: CameraSettings,
  request: FrameRequest,
  deps: FrameDeps,
  signal: AbortSignal,
): Promise<FrameStream> {
  const source = makeSource(settings, deps);
  await source.prepare(request, signal);
  signal.throwIfAborted();
  return new OpenFrames(source, { settings, request, deps }, signal);
}

interface Opening {
  readonly settings: CameraSettings;
  readonly request: FrameRequest;
  readonly deps: FrameDeps;
}

class OpenFrames implements FrameStream {
  readonly #newest: NewestFrame;
  readonly #stop = new AbortController();
  readonly #over: AbortSignal;
  readonly #running: Promise<void>;
  #bug: Error | undefined;

  constructor(source: FrameSource, opening: Opening, signal: AbortSignal) {
    this.#newest = new NewestFrame(opening.request.format, opening.deps.clock);
    this.#over = AbortSignal.any([signal, this.#stop.signal]);
    this.#running = keepRunning(source, opening, this.#newest, this.#over).catch((error: unknown) => {
      // A camera's trouble never ends the loop: this is a defect of ours, which the reader gets to see.
      if (!this.#over.aborted) this.#bug = asError(error);
      this.#stop.abort();
    });
  }

  stats(): FrameStats {
    return this.#newest.stats();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void> {
    for (;;) {
      const frame = await this.#newest.take(this.#over).catch(() => undefined);
      if (this.#bug !== undefined) throw this.#bug;
      if (frame === undefined || this.#over.aborted) return;
      yield frame;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

async function keepRunning(
  source: FrameSource,
  { settings, request, deps }: Opening,
  newest: NewestFrame,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = deps;
  const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, maxMs: MAX_PAUSE_MS });
  const run = { request, isSingle: false, onPicture: newest.put.bind(newest) };
  for (;;) {
    const startedMs = clock.monotonicMs();
    const framesBefore = newest.stats().frames;
    const trouble = await runOnce(() => runWatched(source, run, { clock, limits: settings }, signal), source, signal);
    newest.fail(trouble);
    const { frames, restarts } = newest.stats();
    if (frames > framesBefore && clock.monotonicMs() - startedMs > GOOD_RUN_MS) backoff.reset();
    const isRefused = trouble.code === "camera/credentials-refused";
    const pauseMs = Math.max(backoff.nextMs(), isRefused ? REFUSED_PAUSE_MS : 0);
    log.info("camera stream begins anew", { camera: source.name, reason: trouble.message, pauseMs, restarts });
    await clock.sleep(pauseMs, signal);
  }
}

/** @returns why the run ended. @throws what is no trouble of a camera. */
async function runOnce(run: () => Promise<void>, { name }: FrameSource, signal: AbortSignal): Promise<CameraError> {
  try {
    await run();
    return new CameraError("camera/ended", `${name} ended`);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CameraError) return error;
    throw error;
  }
}
