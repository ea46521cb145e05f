import type { Clock } from "@outpost/kernel/clock.ts";

import { CameraError } from "../errors.ts";
import type { CameraSettings } from "../settings.ts";
import type { FrameSource, Picture, SourceRun } from "./frame-source.ts";

export interface WatchedRunDeps {
  readonly clock: Clock;
  readonly limits: Pick<CameraSettings, "timeoutMs" | "staleAfterMs">;
}

/**
 * Runs a source, and ends it when its pictures fail to come: the first within `timeoutMs`, each further one within
 * `staleAfterMs`. Neither ffmpeg's own timeout nor its exit status can be relied on: before a frozen camera with a
 * timeout of 3 s it was seen to give up after 13 s, with status 0.
 *
 * @throws CameraError `camera/timeout`; what the source throws; the signal's reason.
 */
export async function runWatched(
  source: FrameSource,
  run: SourceRun,
  { clock, limits }: WatchedRunDeps,
  signal: AbortSignal,
): Promise<void> {
  const late = new AbortController();
  const over = new AbortController();
  let dueMs = clock.monotonicMs() + limits.timeoutMs;
  const watch = async (): Promise<void> => {
    for (let leftMs = limits.timeoutMs; leftMs > 0; leftMs = dueMs - clock.monotonicMs()) {
      await clock.sleep(leftMs, over.signal);
    }
    late.abort(new CameraError("camera/timeout", `${source.name}: no picture in time`));
  };
  const watching = source.isWatched ? watch().catch(() => undefined) : Promise.resolve();
  const onPicture = (picture: Picture): void => {
    dueMs = clock.monotonicMs() + limits.staleAfterMs;
    run.onPicture(picture);
  };
  try {
    await source.run({ ...run, onPicture }, AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort();
    await watching;
  }
}
