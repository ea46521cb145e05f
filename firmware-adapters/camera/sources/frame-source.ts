import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { CameraError } from "../errors.ts";

/** One picture of a camera. */
export interface Frame {
  readonly format: "jpeg" | "rgb";
  /** A whole JPEG, or rgb24 of height × width × 3 bytes, row by row. Nobody else's memory. */
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  /** On the monotonic clock: when it was all here; of a file, when it was written. */
  readonly capturedAtMs: number;
  /** Counts the pictures of this stream from 1. Gaps are pictures that were dropped for a newer one. */
  readonly sequence: number;
}

/**
 * What pictures are wanted. Sizes, in pixels, hold for what ffmpeg decodes; the other kinds hand on JPEGs as the camera
 * made them. Raw pictures come from ffmpeg only.
 */
export type FrameRequest = {
  /** 0.01 to 60. */
  readonly maxFramesPerSecond: number;
} & (
  | { readonly format: "jpeg"; readonly width?: number; readonly height?: number }
  | { readonly format: "rgb"; readonly width: number; readonly height: number }
);

export interface FrameStats {
  /** Over the last ten seconds, before anything was dropped. */
  readonly framesPerSecond: number;
  readonly frames: number;
  /** Pictures that nobody took before a newer one came. */
  readonly dropped: number;
  readonly bytes: number;
  /** Undefined before the first. */
  readonly lastFrameAgeMs: number | undefined;
  /** How often the source ended and was begun anew. */
  readonly restarts: number;
  /** Why there are no pictures; undefined while there are some. */
  readonly trouble: CameraError | undefined;
}

/** The pictures of one camera, for one reader. Ends when disposed or when the signal it was opened with aborts. */
export interface FrameStream extends AsyncIterable<Frame>, AsyncDisposable {
  stats(): FrameStats;
}

export interface FrameDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** `ffmpeg` where absent. */
  readonly ffmpegPath?: string;
}

export interface Picture {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  /** Now where absent. */
  readonly capturedAtMs?: number;
}

/** One way to get pictures. */
export interface FrameSource {
  /** Host and port, or a folder: all that may be said of it. */
  readonly name: string;
  /** Whether pictures that fail to come mean that it must be begun anew. */
  readonly isWatched: boolean;
  /** @throws CameraError for what does not get better by itself: `camera/no-ffmpeg`, `camera/jpeg-only`. */
  prepare(request: FrameRequest, signal: AbortSignal): Promise<void>;
  /**
   * Hands pictures on until it ends or breaks. Nothing of it is left when this settles.
   *
   * @param isSingle  one picture is all that is wanted, the newest there is; the caller aborts when it has it.
   * @throws CameraError, or the signal's reason.
   */
  run(run: SourceRun, signal: AbortSignal): Promise<void>;
}

export interface SourceRun {
  readonly request: FrameRequest;
  readonly isSingle: boolean;
  readonly onPicture: (picture: Picture) => void;
}
