import { spawn } from "node:child_process";
import { once } from "node:events";

import { errorCode } from "@outpost/kernel/thrown.ts";

import { CameraError } from "../errors.ts";

export interface ChildRun {
  readonly path: string;
  readonly args: readonly string[];
  /** Goes to its standard input, which is closed then. */
  readonly input: string | Buffer;
  /** Is called with everything it writes: its output is always drained. */
  readonly onOutput: (chunk: Buffer) => void;
}

export interface ChildEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** The last of what it wrote to standard error, at most `MAX_COMPLAINT_CHARS`. */
  readonly complaint: string;
}

const MAX_COMPLAINT_CHARS = 4_096;

/**
 * Runs ffmpeg to its end, without a shell and without our environment. It is killed at once when `signal` aborts, and
 * is gone when this rejects.
 *
 * @throws CameraError `camera/no-ffmpeg` where it cannot be started, or the signal's reason.
 */
export async function runChild({ path, args, input, onOutput }: ChildRun, signal: AbortSignal): Promise<ChildEnd> {
  signal.throwIfAborted();
  const child = spawn(path, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], LC_ALL: "C", AV_LOG_FORCE_NOCOLOR: "1" },
  });
  const kill = (): boolean => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  let complaint = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (!signal.aborted) onOutput(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString("utf8")).slice(-MAX_COMPLAINT_CHARS);
  });
  // It may end without reading its input; how it ended says more than that.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  try {
    const [exitCode] = await once(child, "close");
    signal.throwIfAborted();
    return { exitCode, complaint };
  } catch (error) {
    signal.throwIfAborted();
    const reason = errorCode(error) ?? "unknown";
    const message = `ffmpeg cannot be started (${reason}): install the Debian package "ffmpeg"`;
    throw new CameraError("camera/no-ffmpeg", message, { cause: error });
  } finally {
    signal.removeEventListener("abort", kill);
  }
}
