import { unreachable } from "@outpost/kernel/never.ts";

import type { CameraSettings } from "../settings.ts";
import type { FrameDeps, FrameSource } from "./frame-source.ts";
import { FfmpegSource } from "./kinds/ffmpeg-source.ts";
import { FolderSource } from "./kinds/folder-source.ts";
import { MjpegSource } from "./kinds/mjpeg-source.ts";
import { OnvifSource } from "./kinds/onvif-source.ts";
import { SnapshotSource } from "./kinds/snapshot-source.ts";

/** The way to a camera's pictures that its settings name. Opens nothing yet. */
export function makeSource(settings: CameraSettings, deps: FrameDeps): FrameSource {
  const { source } = settings;
  switch (source.kind) {
    case "rtsp":
      return new FfmpegSource(source, settings, deps);
    case "http":
      return new FfmpegSource({ url: source.url, transport: "tcp" }, settings, deps);
    case "mjpeg":
      return new MjpegSource(source.url, settings, deps);
    case "snapshot":
      return new SnapshotSource(source.url, settings, deps);
    case "folder":
      return new FolderSource(source, deps);
    case "onvif":
      return new OnvifSource(source, settings, deps);
    default:
      return unreachable(source);
  }
}
