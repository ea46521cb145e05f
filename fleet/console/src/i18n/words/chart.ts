import type { Sentences } from "../language.ts";

/** Trends. */
export const CHART = {
  "chart.title": { zh: "趋势", en: "Trend" },
  "chart.level": { zh: "液位", en: "Level" },
  "chart.span": { zh: "时间跨度", en: "Span" },
  "chart.span.15m": { zh: "15 分钟", en: "15 min" },
  "chart.span.1h": { zh: "1 小时", en: "1 h" },
  "chart.span.6h": { zh: "6 小时", en: "6 h" },
  "chart.span.1d": { zh: "1 天", en: "1 d" },
  "chart.span.7d": { zh: "7 天", en: "7 d" },
  "chart.toLive": { zh: "回到实时", en: "Back to live" },
  "chart.following": { zh: "跟随实时", en: "Following" },
  "chart.empty": { zh: "这段时间没有数据", en: "Nothing was recorded in this span" },
  "chart.range": { zh: "最低 {min}，最高 {max}", en: "{min} to {max}" },
  "chart.zone": { zh: "站点时间 {zone}", en: "Site time {zone}" },
  "chart.hint": { zh: "拖动平移，Ctrl + 滚轮缩放", en: "Drag to move, Ctrl + wheel to zoom" },
  "chart.earlier": { zh: "更早", en: "Earlier" },
  "chart.later": { zh: "更晚", en: "Later" },
  "chart.closer": { zh: "放大", en: "Zoom in" },
  "chart.farther": { zh: "缩小", en: "Zoom out" },
} as const satisfies Sentences;
