import type { Interlock, PointInput, ProfileInput } from "../profile.ts";

const REMOTE = {
  pointId: "remoteMode",
  is: "equal",
  value: 1,
  why: { zh: "现场选择开关不在“远程”位置", en: "the selector on site is not on remote" },
} satisfies Interlock;

/** What a press of a start or stop button looks like to the station: its controller takes the rising edge. */
const PULSE_MS = 500;

const pumpName = (number: 1 | 2) => (zh: string, en: string) => ({
  zh: `${number}号泵${zh}`,
  en: `Pump ${number} ${en}`,
});

/** What one pump says. In each table its block starts at ten times its number. */
function pumpReadings(number: 1 | 2): PointInput[] {
  const id = `pump${number}`;
  const at = number * 10;
  const name = pumpName(number);
  const bit = { table: "discrete-input", type: { kind: "bool" }, pollGroup: "fast" } satisfies Partial<PointInput>;
  const word = {
    table: "input-register",
    type: { kind: "uint16" },
    notAvailable: [65_535],
  } satisfies Partial<PointInput>;
  const double = {
    table: "input-register",
    type: { kind: "uint32", order: "CDAB" },
    pollGroup: "slow",
  } satisfies Partial<PointInput>;
  return [
    { ...bit, id: `${id}.running`, name: name("运行", "running"), address: at },
    { ...bit, id: `${id}.fault`, name: name("故障", "fault"), address: at + 1 },
    { ...bit, id: `${id}.available`, name: name("可用", "available"), address: at + 2 },
    {
      ...word,
      id: `${id}.current`,
      name: name("电流", "current"),
      address: at,
      scale: 0.1,
      unit: "A",
      range: { min: 0, max: 500 },
      deadband: 0.5,
      pollGroup: "normal",
    },
    {
      ...word,
      id: `${id}.power`,
      name: name("功率", "power"),
      address: at + 1,
      scale: 0.1,
      unit: "kW",
      range: { min: 0, max: 500 },
      deadband: 0.2,
      pollGroup: "normal",
    },
    {
      ...word,
      id: `${id}.startsLastHour`,
      name: name("近一小时启动次数", "starts in the last hour"),
      address: at + 2,
      range: { min: 0, max: 200 },
      pollGroup: "normal",
    },
    {
      ...double,
      id: `${id}.hours`,
      name: name("运行时间", "running hours"),
      address: at + 4,
      scale: 0.1,
      unit: "h",
      deadband: 0.1,
    },
    { ...double, id: `${id}.starts`, name: name("启动次数", "starts"), address: at + 6 },
  ];
}

/** What must hold before a pump may be started. */
function startInterlocks(id: string): Interlock[] {
  return [
    REMOTE,
    {
      pointId: "level",
      is: "at-least",
      value: 0.6,
      why: { zh: "液位过低，水泵会空转", en: "the level is so low that the pump would run dry" },
    },
    { pointId: "mainsFail", is: "equal", value: 0, why: { zh: "市电中断", en: "the mains supply has failed" } },
    {
      pointId: `${id}.fault`,
      is: "equal",
      value: 0,
      why: { zh: "该泵有故障未复位", en: "the pump has a fault that is not reset" },
    },
    {
      pointId: `${id}.available`,
      is: "equal",
      value: 1,
      why: { zh: "该泵不可用（检修或断开）", en: "the pump is not available (isolated or in repair)" },
    },
  ];
}

/** The two buttons of one pump. */
function pumpButtons(number: 1 | 2): PointInput[] {
  const id = `pump${number}`;
  const at = number * 10;
  const name = pumpName(number);
  const button = { table: "coil", type: { kind: "bool" }, pollGroup: "slow" } satisfies Partial<PointInput>;
  return [
    {
      ...button,
      id: `${id}.start`,
      name: name("启动", "start"),
      address: at,
      writable: {
        min: 1,
        max: 1,
        isHazardous: true,
        pulseMs: PULSE_MS,
        interlocks: startInterlocks(id),
        feedback: { pointId: `${id}.running`, value: 1, withinMs: 10_000 },
        startLimits: { maxStartsPerHour: 10, minOffMs: 60_000 },
      },
    },
    {
      ...button,
      id: `${id}.stop`,
      name: name("停止", "stop"),
      address: at + 1,
      writable: {
        min: 1,
        max: 1,
        isHazardous: true,
        pulseMs: PULSE_MS,
        interlocks: [REMOTE],
        feedback: { pointId: `${id}.running`, value: 0, withinMs: 10_000 },
      },
    },
  ];
}

const contact = { table: "discrete-input", type: { kind: "bool" }, pollGroup: "fast" } satisfies Partial<PointInput>;
const flow = {
  table: "input-register",
  type: { kind: "uint16" },
  scale: 0.1,
  unit: "L/s",
  notAvailable: [65_535],
  range: { min: 0, max: 5_000 },
  deadband: 0.5,
  pollGroup: "fast",
} satisfies Partial<PointInput>;
const levelSetting = {
  table: "holding-register",
  type: { kind: "uint16" },
  scale: 0.001,
  unit: "m",
  range: { min: 0, max: 10 },
  deadband: 0.001,
  pollGroup: "slow",
} satisfies Partial<PointInput>;

/** A wet well with two pumps behind a small controller. Levels in millimetres, flows in tenths of a litre per second. */
export const twoPumpStation: ProfileInput = {
  id: "two-pump-station",
  name: { zh: "双泵排水泵站", en: "Two-pump drainage station" },
  isVerified: false,
  source: "Outpost's own map, spoken by firmware-adapters/modbus/simulator and held against no other device yet",
  pollGroups: {
    fast: { everyMs: 500, keepAliveMs: 60_000 },
    normal: { everyMs: 2_000, keepAliveMs: 300_000 },
    slow: { everyMs: 10_000, keepAliveMs: 900_000 },
  },
  heartbeat: { address: 20, everyMs: 2_000 },
  points: [
    {
      id: "level",
      name: { zh: "集水井液位", en: "Wet well level" },
      table: "input-register",
      address: 0,
      type: { kind: "uint16" },
      scale: 0.001,
      unit: "m",
      notAvailable: [65_535],
      range: { min: 0, max: 10 },
      deadband: 0.01,
      pollGroup: "fast",
    },
    { ...flow, id: "inflow", name: { zh: "进水流量", en: "Inflow" }, address: 1 },
    { ...flow, id: "outflow", name: { zh: "出水流量", en: "Outflow" }, address: 2 },
    {
      id: "supplyVoltage",
      name: { zh: "控制器电源电压", en: "Controller supply voltage" },
      table: "input-register",
      address: 3,
      type: { kind: "uint16" },
      scale: 0.01,
      unit: "V",
      notAvailable: [65_535],
      range: { min: 0, max: 60 },
      deadband: 0.1,
      pollGroup: "normal",
    },
    {
      id: "pumpedVolume",
      name: { zh: "累计排水量", en: "Pumped volume" },
      table: "input-register",
      address: 4,
      type: { kind: "float32", order: "CDAB" },
      unit: "m3",
      range: { min: 0, max: 1e9 },
      deadband: 0.1,
      pollGroup: "normal",
    },
    { ...contact, id: "mainsFail", name: { zh: "市电中断", en: "Mains failure" }, address: 0 },
    { ...contact, id: "highLevelFloat", name: { zh: "高液位浮球", en: "High level float" }, address: 1 },
    { ...contact, id: "remoteMode", name: { zh: "远程模式", en: "Remote mode" }, address: 2 },
    { ...contact, id: "overflow", name: { zh: "溢流", en: "Overflow" }, address: 3 },
    { ...contact, id: "doorOpen", name: { zh: "门开", en: "Door open" }, address: 4 },
    {
      ...contact,
      id: "gatewayLost",
      name: { zh: "站控器未收到网关心跳", en: "Station misses the gateway's heartbeat" },
      address: 5,
    },
    ...pumpReadings(1),
    ...pumpButtons(1),
    ...pumpReadings(2),
    ...pumpButtons(2),
    {
      id: "siren",
      name: { zh: "现场警笛", en: "Local siren" },
      table: "coil",
      address: 0,
      type: { kind: "bool" },
      pollGroup: "fast",
      writable: { min: 0, max: 1, isHazardous: false },
    },
    {
      id: "alarmReset",
      name: { zh: "故障复位", en: "Fault reset" },
      table: "coil",
      address: 1,
      type: { kind: "bool" },
      pollGroup: "slow",
      writable: { min: 1, max: 1, isHazardous: true, pulseMs: PULSE_MS, interlocks: [REMOTE] },
    },
    {
      ...levelSetting,
      id: "startLevel",
      name: { zh: "启泵液位", en: "Start level" },
      address: 0,
      writable: { min: 1, max: 4, isHazardous: true, interlocks: [REMOTE] },
    },
    {
      ...levelSetting,
      id: "stopLevel",
      name: { zh: "停泵液位", en: "Stop level" },
      address: 1,
      writable: { min: 0.6, max: 3, isHazardous: true, interlocks: [REMOTE] },
    },
    {
      ...levelSetting,
      id: "assistLevel",
      name: { zh: "双泵启动液位", en: "Second pump level" },
      address: 2,
      writable: { min: 1, max: 5, isHazardous: true, interlocks: [REMOTE] },
    },
    {
      ...levelSetting,
      id: "highLevel",
      name: { zh: "高液位报警值", en: "High level limit" },
      address: 3,
      writable: { min: 1, max: 8, isHazardous: true, interlocks: [REMOTE] },
    },
  ],
};
