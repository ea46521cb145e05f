import type { Device, PointLatest } from "../../api/schemas.ts";

const GATEWAY_ID = "gw-jinshan-01";

/** A point in one line; a text in place of the value is the reason why there is none. */
export type SamplePoint = readonly [
  id: string,
  value: number | string,
  writable?: PointLatest["writable"],
  unit?: string,
];

/** Points of one device as the desk holds them. */
export function pointsById(rows: readonly SamplePoint[]): ReadonlyMap<string, PointLatest> {
  return new Map(rows.map((row) => [row[0], samplePoint("device-1", row, 1_000)]));
}

function samplePoint(deviceId: string, row: SamplePoint, occurredAtMs: number): PointLatest {
  const [id, value, writable = null, unit = ""] = row;
  return {
    gatewayId: GATEWAY_ID,
    deviceId,
    id,
    name: NAMES[id.replace(/^door\d+\./, "")] ?? { zh: id, en: id },
    unit,
    writable,
    value: typeof value === "number" ? value : null,
    badReason: typeof value === "number" ? null : value,
    occurredAtMs,
    clockConfidence: "confirmed",
  };
}

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  open: { zh: "柜门打开", en: "Door open" },
  occupied: { zh: "有物品", en: "Occupied" },
  forced: { zh: "未经指令打开", en: "Opened without a command" },
  leftOpen: { zh: "久未关门", en: "Left open" },
  failed: { zh: "未能打开", en: "Failed to open" },
  openAll: { zh: "打开全部柜门", en: "Open every door" },
  pressed: { zh: "已按下", en: "Pressed" },
  test: { zh: "测试模式", en: "Test mode" },
  battery: { zh: "电量", en: "Battery" },
  batteryLow: { zh: "电量低", en: "Battery low" },
  tamper: { zh: "防拆", en: "Tamper" },
  indicator: { zh: "指示灯", en: "Indicator" },
  showing: { zh: "显示内容正确", en: "Shows what it should" },
  message: { zh: "预置信息编号", en: "Canned message" },
  brightness: { zh: "亮度", en: "Brightness" },
  "energy.total": { zh: "正向有功总电能", en: "Active energy" },
  "voltage.a": { zh: "A 相电压", en: "Voltage, phase A" },
  relay: { zh: "继电器", en: "Relay" },
};

export const LOCKER_ID = "locker-wall";
export const BUTTON_ID = "call-button";
export const SIGN_ID = "bus-sign";
export const METER_ID = "meter";

const PRESS = { min: 1, max: 1, isHazardous: false };

/** Door 3 is forced, 5 open, 8 left open, 11 jammed; nobody knows of 12. */
function lockerPoints(): readonly SamplePoint[] {
  const doors = Array.from({ length: 12 }, (_, index) => index + 1).flatMap((number): SamplePoint[] => {
    const isOpen = number === 3 || number === 5 || number === 8;
    return [
      [`door${number}.open`, number === 12 ? "timeout" : Number(isOpen), PRESS],
      [`door${number}.occupied`, Number([1, 4, 5, 9, 10].includes(number))],
      [`door${number}.forced`, Number(number === 3)],
      [`door${number}.leftOpen`, Number(number === 8)],
      [`door${number}.failed`, Number(number === 11)],
    ];
  });
  return [...doors, ["openAll", "not-available", { ...PRESS, isHazardous: true }]];
}

const POINTS: Readonly<Record<string, () => readonly SamplePoint[]>> = {
  [LOCKER_ID]: lockerPoints,
  [BUTTON_ID]: () => [
    ["pressed", 0],
    ["test", 0, { min: 0, max: 1, isHazardous: false }],
    ["battery", 18, null, "%"],
    ["batteryLow", 1],
    ["tamper", 0],
    ["indicator", 0, { min: 0, max: 3, isHazardous: false }],
  ],
  [SIGN_ID]: () => [
    ["showing", 1],
    ["message", 0, { min: 0, max: 2, isHazardous: false }],
    ["brightness", 80, null, "%"],
  ],
  [METER_ID]: () => [
    ["energy.total", 15_284.3, null, "kWh"],
    ["voltage.a", 229.6, null, "V"],
    ["relay", 1, { min: 0, max: 1, isHazardous: true }],
    ...Array.from({ length: 12 }, (_, index): SamplePoint => [`tariff${index + 1}`, index * 11.5, null, "kWh"]),
  ],
};

const text = (id: string, zh: string, en: string) => ({ id, name: { zh, en }, type: "text" }) as const;

const METHODS: Readonly<Record<string, Device["methods"]>> = {
  [LOCKER_ID]: [
    {
      id: "redeem-code",
      name: { zh: "取件码开门", en: "Open by pick-up code" },
      parameters: [text("code", "取件码", "Code")],
    },
  ],
  [SIGN_ID]: [
    { id: "show", name: { zh: "发布信息", en: "Show a text" }, parameters: [text("text", "内容", "Text")] },
    { id: "clear", name: { zh: "撤回信息", en: "Withdraw the text" }, parameters: [] },
  ],
  [METER_ID]: [
    {
      id: "read-frozen",
      name: { zh: "读冻结数据", en: "Read what was frozen" },
      parameters: [
        text("day", "日期", "Day"),
        { id: "count", name: { zh: "条数", en: "How many" }, type: "number", isOptional: true },
      ],
    },
  ],
};

/** A locker wall, a call button, a sign and a meter beside the pump station. */
export function otherDevices(): Device[] {
  return [
    device(LOCKER_ID, "locker", "快件箱", "Parcel lockers"),
    device(BUTTON_ID, "button", "求助按钮", "Call button"),
    device(SIGN_ID, "sign", "公交站牌", "Bus-stop sign"),
    device(METER_ID, "dlt645", "电表", "Meter"),
  ];
}

function device(id: string, adapter: string, zh: string, en: string): Device {
  const methods = METHODS[id] ?? [];
  return {
    gatewayId: GATEWAY_ID,
    id,
    adapter,
    name: { zh, en },
    profile: null,
    state: "online",
    reason: "",
    methods,
  };
}

/** The points of one of them; undefined where it is none. */
export function otherPoints(deviceId: string, nowMs: number): PointLatest[] | undefined {
  return POINTS[deviceId]?.().map((row) => samplePoint(deviceId, row, nowMs - 1_500));
}
