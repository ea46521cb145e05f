import type { TransactionStatus } from "../statuses.ts";

export type ExportLanguage = "zh" | "en";
type Word = Readonly<Record<ExportLanguage, string>>;

/** The header of the file. */
export const COLUMNS: readonly Word[] = [
  { zh: "站点", en: "site" },
  { zh: "网关", en: "gateway" },
  { zh: "充电桩", en: "charge point" },
  { zh: "充电桩名称", en: "charge point name" },
  { zh: "枪号", en: "connector" },
  { zh: "交易号", en: "transaction" },
  { zh: "状态", en: "status" },
  { zh: "卡号（掩码）", en: "id tag (masked)" },
  { zh: "开始（当地时间）", en: "begin (local time)" },
  { zh: "结束（当地时间）", en: "end (local time)" },
  { zh: "时区", en: "time zone" },
  { zh: "开始（UTC）", en: "begin (UTC)" },
  { zh: "结束（UTC）", en: "end (UTC)" },
  { zh: "时长（秒）", en: "duration (s)" },
  { zh: "电量（kWh）", en: "energy (kWh)" },
  { zh: "起始表底（kWh）", en: "meter at begin (kWh)" },
  { zh: "结束表底（kWh）", en: "meter at end (kWh)" },
  { zh: "结束原因", en: "reason of the end" },
  { zh: "离线期间", en: "while offline" },
  { zh: "对账方式", en: "reconciled by" },
  { zh: "数据缺口", en: "gaps" },
  { zh: "重复消息", en: "repeated messages" },
];

export const STATUS_WORDS: Readonly<Record<TransactionStatus, Word>> = {
  charging: { zh: "充电中", en: "charging" },
  ended: { zh: "已结束", en: "ended" },
  refused: { zh: "已拒绝", en: "refused" },
  unended: { zh: "未收到结束", en: "end never came" },
  unmatched: { zh: "未匹配", en: "unmatched" },
};

export const YES: Word = { zh: "是", en: "yes" };
