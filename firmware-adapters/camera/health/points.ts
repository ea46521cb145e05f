import type { PointDescription } from "../../adapter.ts";
import type { BoardPoint } from "../../point-board.ts";
import type { CameraSettings } from "../settings.ts";

type CameraPoint = PointDescription & { readonly deadband: number };

const FRAME_AGE: CameraPoint = {
  id: "frameAge",
  unit: "s",
  name: { zh: "画面时延", en: "Age of the newest picture" },
  deadband: 1,
};
const FROZEN: CameraPoint = { id: "frozen", unit: "", name: { zh: "画面冻结", en: "Picture frozen" }, deadband: 0 };
const DARK: CameraPoint = { id: "dark", unit: "", name: { zh: "画面过暗", en: "Picture dark" }, deadband: 0 };
const BRIGHTNESS: CameraPoint = {
  id: "brightness",
  unit: "%",
  name: { zh: "画面亮度", en: "Mean brightness" },
  deadband: 2,
};
const FRAME_RATE: CameraPoint = { id: "frameRate", unit: "1/s", name: { zh: "帧率", en: "Frame rate" }, deadband: 1 };

function cameraPoints({ watch, isBrightnessMeasured }: CameraSettings): readonly CameraPoint[] {
  return [
    FRAME_AGE,
    FROZEN,
    ...(isBrightnessMeasured ? [DARK, BRIGHTNESS] : []),
    ...(watch === "stream" ? [FRAME_RATE] : []),
  ];
}

/** The points a camera with these settings has. */
export function describePoints(settings: CameraSettings): readonly PointDescription[] {
  return cameraPoints(settings).map(({ id, unit, name }) => ({ id, unit, name }));
}

export function boardPoints(settings: CameraSettings): readonly BoardPoint[] {
  return cameraPoints(settings);
}
