import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { cameraSettings, type CameraSettings } from "../settings.ts";
import { SIMULATOR_DEFAULTS, startSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";
import type { Frame, FrameDeps, FrameStream } from "../sources/frame-source.ts";

export const frameDeps: FrameDeps = { clock: systemClock, log: silentLog };

type OnvifOverrides = { readonly onvif?: Partial<SimulatorOptions["onvif"]> };

/** A simulated camera in this process. */
export async function simulate(
  overrides: Omit<Partial<SimulatorOptions>, "onvif"> & OnvifOverrides = {},
): Promise<Simulator> {
  const onvif = { ...SIMULATOR_DEFAULTS.onvif, ...overrides.onvif };
  return await startSimulator({ ...SIMULATOR_DEFAULTS, framesPerSecond: 20, ...overrides, onvif }, silentLog);
}

/** A camera's settings with their defaults. */
export function settingsOf(settings: object): CameraSettings {
  return cameraSettings.parse(settings);
}

/** The next frames of a stream. It can be read on afterwards. */
export async function take(stream: FrameStream, count: number): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of stream) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}

/** A log that keeps every word, to see that no secret is among them. */
export function recordingLog(): Log & { readonly text: () => string } {
  const lines: string[] = [];
  const note = (message: string, fields: object = {}): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: note, info: note, warn: note, error: note, text: () => lines.join("\n") };
}
