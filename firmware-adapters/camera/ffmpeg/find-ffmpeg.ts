import { CameraError } from "../errors.ts";
import { runChild } from "./run-child.ts";

/** An ffmpeg that is here, and what its version calls things. */
export interface Ffmpeg {
  readonly path: string;
  /** "5.1"; "unknown" for builds of no release, which are taken for new ones. */
  readonly version: string;
  /** FFmpeg 5 took the name `timeout` for what was `stimeout`; before, `timeout` meant to listen. */
  readonly rtspTimeoutOption: "timeout" | "stimeout";
  /** Whether an input and its options can come by standard input, where `ps` does not see them. */
  readonly canHideInput: boolean;
  /** Hands every picture on as it comes: none repeated for an even rate. */
  readonly passThrough: readonly [string, string];
}

const MAX_VERSION_BYTES = 16_384;
const NEWEST = { major: 99, minor: 0 };

/** @throws CameraError `camera/no-ffmpeg`, or the signal's reason. */
export async function findFfmpeg(path: string, signal: AbortSignal): Promise<Ffmpeg> {
  let text = "";
  const onOutput = (chunk: Buffer): void => {
    if (text.length < MAX_VERSION_BYTES) text += chunk.toString("latin1");
  };
  await runChild({ path, args: ["-hide_banner", "-version"], input: "", onOutput }, signal);
  return describeFfmpeg(path, text);
}

/** @param versionText  what `ffmpeg -version` prints. @throws CameraError `camera/no-ffmpeg` */
export function describeFfmpeg(path: string, versionText: string): Ffmpeg {
  const version = /^ffmpeg version (\S+)/.exec(versionText)?.[1];
  if (version === undefined) throw new CameraError("camera/no-ffmpeg", `${path} is something else than ffmpeg`);
  const numbers = /^n?(\d{1,3})\.(\d{1,3})/.exec(version);
  const { major, minor } = numbers === null ? NEWEST : { major: Number(numbers[1]), minor: Number(numbers[2]) };
  const isFiveOrLater = major >= 5;
  return {
    path,
    version: numbers === null ? "unknown" : `${major}.${minor}`,
    rtspTimeoutOption: isFiveOrLater ? "timeout" : "stimeout",
    canHideInput: isFiveOrLater,
    passThrough: major > 5 || (major === 5 && minor >= 1) ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"],
  };
}
