import type { Sentences } from "./language.ts";

/** The gateway itself: journal, log, diagnostics, replacing the box. */
export const BOX_WORDS = {
  "journal.epoch": { zh: "纪元", en: "Epoch" },
  "journal.disk": { zh: "磁盘", en: "Disk" },
  "journal.state": { zh: "状态", en: "State" },
  "journal.waiting": { zh: "待上传", en: "Waiting to go up" },
  "journal.stream.alarm": { zh: "报警", en: "Alarms" },
  "journal.stream.result": { zh: "命令结果", en: "Results" },
  "journal.stream.occurrence": { zh: "事件", en: "Occurrences" },
  "journal.stream.measurement": { zh: "测量值", en: "Measurements" },
  "journal.stream.evidence": { zh: "证据", en: "Evidence" },
  "journal.quarantined": { zh: "文件曾损坏，已隔离", en: "the file was damaged and put aside" },
  "journal.missing": { zh: "记录无法打开", en: "The journal cannot be opened" },
  "log.hint": { zh: "最近 500 行，重启后清空。", en: "The last 500 lines since the start." },
  "log.refresh": { zh: "刷新", en: "Refresh" },
  "box.about": { zh: "本网关", en: "This gateway" },
  "box.version": { zh: "版本", en: "Version" },
  "box.started": { zh: "启动时间", en: "Running since" },
  "box.memory": { zh: "内存", en: "Memory" },
  "box.loop": { zh: "处理延迟 p99.9", en: "Loop delay p99.9" },
  "box.lost": { zh: "丢失的事件", en: "Events lost" },
  "box.diagnostics": { zh: "诊断包", en: "Diagnostics" },
  "box.diagnostics.hint": {
    zh: "状态、日志、网络与站点文件，密码和密钥已去除。",
    en: "State, log, network and the site, without passwords and keys.",
  },
  "box.download": { zh: "下载", en: "Download" },
  "box.replace": { zh: "更换网关", en: "Replace this gateway" },
  "box.export.hint": {
    zh: "站点与核对结果存成一个文件。文件含设备密码，请妥善保管。",
    en: "The site and everything that was proved, in one file. It holds the devices' passwords: keep it safe.",
  },
  "box.export": { zh: "导出", en: "Export" },
  "box.restore": { zh: "从文件恢复", en: "Restore from a file" },
  "box.restore.hint": {
    zh: "在新网关上选择旧网关导出的文件（如 U 盘）。网关自己的编号保留。",
    en: "On the new gateway choose the file exported from the old one, on a USB stick say. This gateway keeps its own id.",
  },
  "box.restore.do": { zh: "恢复这个站点", en: "Restore this site" },
  "box.restore.bad": { zh: "这不是导出的网关文件。", en: "This is not an exported gateway." },
  "box.restored": { zh: "已恢复。", en: "Restored." },
} as const satisfies Sentences;
