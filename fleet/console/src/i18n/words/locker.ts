import type { Sentences } from "../language.ts";

/** Locker walls. */
export const LOCKER = {
  "locker.title": { zh: "柜门", en: "Doors" },
  "locker.summary": {
    zh: "共 {total} 门 · 有件 {occupied} · 开着 {open}",
    en: "{total} doors · {occupied} occupied · {open} open",
  },
  "locker.total": { zh: "{total} 门", en: "{total} doors" },
  "locker.door": { zh: "{number} 号门", en: "Door {number}" },
  "locker.door.closed": { zh: "关好", en: "Closed" },
  "locker.door.open": { zh: "开着", en: "Open" },
  "locker.door.left-open": { zh: "久未关", en: "Left open" },
  "locker.door.forced": { zh: "被撬开", en: "Forced" },
  "locker.door.failed": { zh: "没打开", en: "Jammed" },
  "locker.door.unknown": { zh: "未知", en: "Unknown" },
  "locker.occupied": { zh: "有件", en: "Parcel" },
  "locker.empty": { zh: "空", en: "Empty" },
  "locker.hint": { zh: "按一下柜门，确认后打开。", en: "Press a door to open it; you will be asked first." },
  "locker.open.title": { zh: "打开 {number} 号门", en: "Open door {number}" },
  "locker.open.explain": {
    zh: "网关打开这扇门，并以门的反馈为准。门里的东西任何人都能拿走。",
    en: "The gateway opens this door and believes the door's own feedback. Whoever stands there can take what is in it.",
  },
  "locker.openAll": { zh: "全部打开…", en: "Open all…" },
  "locker.openAll.title": { zh: "打开全部柜门", en: "Open every door" },
  "locker.openAll.explain": { zh: "一扇接一扇打开所有柜门。", en: "Opens every door, one after the other." },
  "locker.code": { zh: "取件码", en: "Pick-up code" },
  "locker.redeem": { zh: "凭码开门", en: "Open by code" },
  "locker.redeem.title": { zh: "凭取件码开门", en: "Open by pick-up code" },
  "locker.redeem.explain": {
    zh: "网关自己判断取件码，不需要平台；每个码只能用一次。",
    en: "The gateway judges the code by itself, without the fleet; each code opens once.",
  },
} as const satisfies Sentences;
