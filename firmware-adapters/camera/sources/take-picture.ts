import { CameraError } from "../errors.ts";
import type { FrameSource, Picture } from "./frame-source.ts";
import { runWatched, type WatchedRunDeps } from "./watched-run.ts";

/** A JPEG, and when it was taken. */
export type TakenPicture = Picture & { readonly capturedAtMs: number };

/**
 * One picture, the newest there is, by the cheapest way there is. Whatever it took is closed again when this settles.
 *
 * @throws CameraError, or the signal's reason.
 */
export async function takePicture(
  source: FrameSource,
  deps: WatchedRunDeps,
  signal: AbortSignal,
): Promise<TakenPicture> {
  const got = new AbortController();
  let taken: TakenPicture | undefined;
  const onPicture = (picture: Picture): void => {
    taken ??= { ...picture, capturedAtMs: picture.capturedAtMs ?? deps.clock.monotonicMs() };
    got.abort(new Error("there is a picture"));
  };
  const request = { format: "jpeg", maxFramesPerSecond: 1 } as const;
  try {
    await runWatched(source, { request, isSingle: true, onPicture }, deps, AbortSignal.any([signal, got.signal]));
  } catch (error) {
    signal.throwIfAborted();
    // Ended because its picture came, or broke after it came: either way there is one.
    if (taken === undefined) throw error;
  }
  if (taken === undefined) throw new CameraError("camera/ended", `${source.name} ended without a picture`);
  return taken;
}
