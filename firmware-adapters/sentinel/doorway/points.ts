import type { PointDescription } from "../../adapter.ts";
import type { BoardPoint } from "../../point-board.ts";
import type { SentinelSettings } from "../settings.ts";

/** How long a momentary point shows 1: long enough for a rule to see it, and for a person on the page. */
export const MOMENT_MS = 2_000;
/** A tenth of a degree is noise. */
const TEMPERATURE_DEADBAND_C = 0.1;

const REFUSED: PointDescription = { id: "refused", unit: "", name: { zh: "拒绝通行", en: "Refused" } };
const VERIFIER_DOWN: PointDescription = {
  id: "verifierDown",
  unit: "",
  name: { zh: "核验服务中断", en: "Verifier down" },
};
const TEMPERATURE: PointDescription = { id: "temperature", unit: "Cel", name: { zh: "体温", en: "Temperature" } };
const FEVER: PointDescription = { id: "fever", unit: "", name: { zh: "体温异常", en: "Fever" } };
const GATE: PointDescription = {
  id: "gate",
  unit: "",
  name: { zh: "闸机开启", en: "Gate open" },
  writable: { min: 1, max: 1, isHazardous: false },
};
const GATE_FAILED: PointDescription = { id: "gateFailed", unit: "", name: { zh: "闸机故障", en: "Gate failed" } };

/** The points that a doorway of these settings has. */
export function doorwayPoints({ thermometer, gate }: SentinelSettings): readonly PointDescription[] {
  return [
    REFUSED,
    VERIFIER_DOWN,
    ...(thermometer === undefined ? [] : [TEMPERATURE, FEVER]),
    ...(gate === undefined ? [] : [GATE, GATE_FAILED]),
  ];
}

/** The same for the board. */
export function boardPoints(points: readonly PointDescription[]): readonly BoardPoint[] {
  return points.map(({ id, unit }) => ({ id, unit, deadband: id === TEMPERATURE.id ? TEMPERATURE_DEADBAND_C : 0 }));
}
