import type { Name } from "../../adapter.ts";

/** One bit of a station's state and alarm word. */
export interface StateBit {
  readonly bit: number;
  readonly name: Name;
  /** The bit's value when the point is 1. */
  readonly activeAt: 0 | 1;
}

/** SL 651-2014, table 58; bit 0 is the lowest of the word, which is our reading of it. */
export const STATES = {
  acLost: { bit: 0, activeAt: 1, name: { zh: "交流停电", en: "Mains lost" } },
  batteryLow: { bit: 1, activeAt: 1, name: { zh: "蓄电池电压低", en: "Battery low" } },
  levelAlarm: { bit: 2, activeAt: 1, name: { zh: "水位超限报警", en: "Level alarm" } },
  flowAlarm: { bit: 3, activeAt: 1, name: { zh: "流量超限报警", en: "Flow alarm" } },
  qualityAlarm: { bit: 4, activeAt: 1, name: { zh: "水质超限报警", en: "Water quality alarm" } },
  flowMeterFault: { bit: 5, activeAt: 1, name: { zh: "流量仪表故障", en: "Flow meter fault" } },
  levelMeterFault: { bit: 6, activeAt: 1, name: { zh: "水位仪表故障", en: "Level meter fault" } },
  boxOpen: { bit: 7, activeAt: 0, name: { zh: "终端箱门开启", en: "Cabinet open" } },
  memoryFault: { bit: 8, activeAt: 1, name: { zh: "存储器异常", en: "Memory fault" } },
  pumpRunning: { bit: 10, activeAt: 0, name: { zh: "水泵工作", en: "Pump running" } },
  waterUsedUp: { bit: 11, activeAt: 1, name: { zh: "剩余水量超限", en: "Water allowance used up" } },
} as const satisfies Record<string, StateBit>;

export type StateId = keyof typeof STATES;
