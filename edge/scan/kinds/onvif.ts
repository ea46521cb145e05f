import { errorCode, asError } from "@outpost/kernel/thrown.ts";

import type { HostPort } from "../arguments.ts";
import { lineName } from "../lines.ts";
import { duration, type ScanOutcome, type Screen } from "../run-scan.ts";

export interface OnvifOptions {
  readonly seconds: number;
  readonly ask?: readonly HostPort[];
  readonly from?: readonly string[];
}

/** `scan onvif`: asks the networks of this machine, or the hosts that are named, for cameras. */
export async function scanForCameras(options: OnvifOptions, screen: Screen, signal: AbortSignal): Promise<ScanOutcome> {
  // Loaded here, so that no other scan loads it.
  const { scanOnvif } = await import("@outpost/firmware-adapters/camera/onvif/scan.ts");
  const timeoutMs = options.seconds * 1_000;
  screen.tell(`listening for ${duration(timeoutMs)}`);
  screen.estimate?.(timeoutMs);
  const cameras: Parameters<NonNullable<Parameters<typeof scanOnvif>[0]["onProgress"]>>[0][] = [];
  try {
    await scanOnvif({
      signal,
      timeoutMs,
      onProgress: (camera) => {
        cameras.push(camera);
        const { source, name, hardware } = camera;
        const model = hardware === undefined ? "" : `, ${hardware}`;
        screen.say(`${lineName(source)}${source.path}  ${printable(`${name}${model}`)}`);
      },
      ...(options.ask === undefined ? {} : { targets: options.ask }),
      ...(options.from === undefined ? {} : { interfaces: options.from }),
    });
  } catch (error) {
    if (!signal.aborted && errorCode(error) !== "camera/unreachable") throw error;
    const failures = signal.aborted ? [] : [asError(error).message];
    return { result: { cameras }, failures, isComplete: !signal.aborted };
  }
  if (cameras.length === 0) screen.say("no camera answers");
  return { result: { cameras }, failures: [], isComplete: true };
}

/** What a camera calls itself goes to a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ").slice(0, 120);
}
