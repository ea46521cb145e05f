import type { Name } from "../../adapter.ts";

/** What a panel's events are gathered into, for rules to watch. */
export type PointKind =
  | "emergency"
  | "inactivity"
  | "fire"
  | "gas"
  | "water"
  | "temperature"
  | "burglary"
  | "otherAlarm"
  | "tamper"
  | "batteryLow"
  | "mainsLost"
  | "supervisionLoss"
  | "communicationFault"
  | "fault"
  | "test";

export interface PointMeaning {
  readonly id: PointKind;
  readonly name: Name;
  /** Whether it turns its zone's point on too: somebody or something there needs help. */
  readonly isAlarm: boolean;
  /** Senders of these tell no end, so it comes by itself after `momentaryMs`. */
  readonly isMomentary: boolean;
}

const lasting = { isAlarm: false, isMomentary: false };
const alarm = { isAlarm: true, isMomentary: false };
const call = { isAlarm: true, isMomentary: true };

/** Every point that a panel has, whatever its zones. 1 while it is so, 0 while it is not. */
export const POINTS: readonly PointMeaning[] = [
  { id: "emergency", name: { zh: "紧急求助", en: "Emergency call" }, ...call },
  { id: "inactivity", name: { zh: "长时间无活动", en: "No sign of life" }, ...call },
  { id: "fire", name: { zh: "火警", en: "Fire" }, ...alarm },
  { id: "gas", name: { zh: "燃气或一氧化碳泄漏", en: "Gas or carbon monoxide" }, ...alarm },
  { id: "water", name: { zh: "漏水", en: "Water leak" }, ...alarm },
  { id: "temperature", name: { zh: "温度异常", en: "Too hot or too cold" }, ...alarm },
  { id: "burglary", name: { zh: "入侵报警", en: "Burglary" }, ...alarm },
  { id: "otherAlarm", name: { zh: "其他报警", en: "Other alarm" }, ...alarm },
  { id: "tamper", name: { zh: "防拆报警", en: "Tamper" }, ...lasting },
  { id: "batteryLow", name: { zh: "电池电量低", en: "Battery low" }, ...lasting },
  { id: "mainsLost", name: { zh: "市电断电", en: "Mains lost" }, ...lasting },
  { id: "supervisionLoss", name: { zh: "探测器失联", en: "A sensor is missing" }, ...lasting },
  { id: "communicationFault", name: { zh: "通信故障", en: "Communication fault" }, ...lasting },
  { id: "fault", name: { zh: "设备故障", en: "Fault" }, ...lasting },
  { id: "test", name: { zh: "测试", en: "Test call" }, isAlarm: false, isMomentary: true },
];

const BY_ID: ReadonlyMap<PointKind, PointMeaning> = new Map(POINTS.map((point) => [point.id, point]));

export function isMomentary(kind: PointKind): boolean {
  return BY_ID.get(kind)?.isMomentary === true;
}

export function isAlarm(kind: PointKind): boolean {
  return BY_ID.get(kind)?.isAlarm === true;
}

/** What a code stands for. */
export interface CodeMeaning {
  /** The occurrence's name. */
  readonly name: string;
  /** The point that it turns on. */
  readonly raises?: PointKind;
  /** The points that it turns off. */
  readonly clears?: readonly PointKind[];
}
