import { CameraError } from "../../errors.ts";
import type { FrameRequest } from "../frame-source.ts";

/** @throws CameraError `camera/jpeg-only` where raw pictures are asked for: whoever wants those decodes them himself. */
export function assertJpegWanted(name: string, { format }: FrameRequest): void {
  if (format !== "jpeg") throw new CameraError("camera/jpeg-only", `${name} hands on JPEGs as they come, nothing else`);
}
