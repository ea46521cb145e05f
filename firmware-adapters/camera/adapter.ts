import { unreachable } from "@outpost/kernel/never.ts";
import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../event.ts";
import { runDevice } from "../run-device.ts";
import { CameraError } from "./errors.ts";
import { Checks } from "./health/checks.ts";
import { Looker } from "./health/look.ts";
import { describePoints } from "./health/points.ts";
import { watchByChecks, watchStream } from "./health/watches.ts";
import { cameraSettings, type CameraSettings } from "./settings.ts";

/**
 * Cameras as devices: whether pictures come, are fresh, move and show anything. What is on them is vision's to say,
 * which opens cameras by `sources/` itself. No picture ever leaves here: the camera has no method, and events carry none.
 */
export const camera: Adapter = {
  kind: "camera",
  configure(deviceId, raw) {
    const parsed = cameraSettings.safeParse(raw);
    if (!parsed.success) throw new CameraError("camera/bad-settings", prettifyError(parsed.error));
    return configuredCamera(deviceId, parsed.data);
  },
};

function configuredCamera(deviceId: string, settings: CameraSettings): Device {
  const points = describePoints(settings);
  const pointIds = new Set(points.map(({ id }) => id));
  return {
    profile: settings.source.kind,
    points,
    methods: [],
    async open(deps, signal) {
      signal.throwIfAborted();
      return openCamera({ deviceId, settings, pointIds }, deps);
    },
  };
}

interface ConfiguredCamera {
  readonly deviceId: string;
  readonly settings: CameraSettings;
  readonly pointIds: ReadonlySet<string>;
}

function openCamera({ deviceId, settings, pointIds }: ConfiguredCamera, deps: DeviceDeps): OpenDevice {
  const { clock, log } = deps;
  const looker = new Looker(settings, { clock, log, ffmpegPath: "ffmpeg" });
  const makeWatch = settings.watch === "stream" ? watchStream : watchByChecks;
  const checks = new Checks({ deviceId, settings, looker, watch: makeWatch(settings, { clock, log }) }, deps);
  return runDevice(
    async (command) => refusal(command, pointIds),
    (signal) => [checks.run(signal)],
  );
}

/** A camera takes no commands; what it is asked decides how that is said. */
function refusal(command: DeviceCommand, pointIds: ReadonlySet<string>): CommandOutcome {
  switch (command.kind) {
    case "write":
    case "select": {
      const reason = pointIds.has(command.pointId) ? "not-writable" : "unknown-point";
      return { kind: "refused", reason, detail: "a camera's points are read only" };
    }
    case "operate":
    case "cancel":
      return { kind: "refused", reason: "no-such-selection", detail: "nothing of a camera can be selected" };
    case "call":
      return { kind: "refused", reason: "unknown-method", detail: "a camera has no methods" };
    default:
      return unreachable(command);
  }
}
