import type { Alarm, AlarmDetail, Command, Device, GatewaySummary, PointHistory } from "../../api/schemas.ts";
import type { PointLatest } from "../../api/schemas.ts";
import { otherDevices } from "./sample-devices.ts";
import { sampleNotifications } from "./sample-escalation.ts";

/** One district in miniature: a pump station that works, one that is cut off. */
export const STATION = { gatewayId: "gw-jinshan-01", deviceId: "pump-station-1" } as const;
export const CUT_OFF_GATEWAY = "gw-tinglin-02";

const ALARM_ID = "5f0c9d4e8b7a43219c0d1e2f3a4b5c6d";

export function sampleGateways(nowMs: number): GatewaySummary[] {
  const common = {
    agentVersion: "0.1.0",
    firstSeenAtMs: nowMs - 40 * 86_400_000,
    clockConfidence: "confirmed",
  } as const;
  return [
    {
      ...common,
      id: STATION.gatewayId,
      state: "online",
      lastSeenAtMs: nowMs - 2_000,
      site: {
        id: "longxu-road",
        name: { zh: "龙须路排水泵站", en: "Longxu Road drainage station" },
        timeZone: "Asia/Shanghai",
      },
      deviceCount: 5,
      troubledDeviceCount: 0,
      openAlarmCount: 2,
    },
    {
      ...common,
      id: CUT_OFF_GATEWAY,
      state: "offline",
      lastSeenAtMs: nowMs - 3 * 3_600_000,
      site: {
        id: "tinglin-east",
        name: { zh: "亭林东泵站", en: "Tinglin East station" },
        timeZone: "Asia/Shanghai",
      },
      deviceCount: 1,
      troubledDeviceCount: 1,
      openAlarmCount: 1,
    },
  ];
}

export function sampleDevices(gatewayId: string): Device[] {
  const isCutOff = gatewayId === CUT_OFF_GATEWAY;
  return [
    {
      gatewayId,
      id: STATION.deviceId,
      adapter: "modbus",
      name: { zh: "一号泵站", en: "Pump station 1" },
      profile: "two-pump-station",
      state: isCutOff ? "offline" : "online",
      reason: isCutOff ? "link-down: 192.168.1.20:502 does not answer" : "",
      methods: [],
    },
    ...(gatewayId === STATION.gatewayId ? otherDevices() : []),
  ];
}

type PointRow = readonly [id: string, zh: string, en: string, unit: string, value: number | string];

/** A text in place of the value is the reason why there is none. */
const POINT_ROWS: readonly PointRow[] = [
  ["level", "集水井液位", "Wet well level", "m", 1.84],
  ["inflow", "进水流量", "Inflow", "L/s", 31.5],
  ["outflow", "出水流量", "Outflow", "L/s", 42],
  ["supplyVoltage", "控制器电源电压", "Controller supply voltage", "V", 24.1],
  ["pumpedVolume", "累计排水量", "Pumped volume", "m3", 128_431.6],
  ["mainsFail", "市电中断", "Mains failure", "", 0],
  ["highLevelFloat", "高液位浮球", "High level float", "", 0],
  ["remoteMode", "远程模式", "Remote mode", "", 1],
  ["overflow", "溢流", "Overflow", "", 0],
  ["doorOpen", "门开", "Door open", "", 1],
  ["gatewayLost", "站控器未收到网关心跳", "Station misses the gateway's heartbeat", "", 0],
  ["siren", "现场警笛", "Local siren", "", 0],
  ["startLevel", "启泵液位", "Start level", "m", 2.2],
  ["stopLevel", "停泵液位", "Stop level", "m", 1],
  ["assistLevel", "双泵启动液位", "Second pump level", "m", 2.8],
  ["highLevel", "高液位报警值", "High level limit", "m", 3.2],
  ["pump1.running", "1 号泵运行", "Pump 1 running", "", 1],
  ["pump1.fault", "1 号泵故障", "Pump 1 fault", "", 0],
  ["pump1.available", "1 号泵可用", "Pump 1 available", "", 1],
  ["pump1.current", "1 号泵电流", "Pump 1 current", "A", 21.4],
  ["pump1.power", "1 号泵功率", "Pump 1 power", "kW", 10.9],
  ["pump1.startsLastHour", "1 号泵近一小时启动次数", "Pump 1 starts in the last hour", "", 3],
  ["pump1.hours", "1 号泵运行时间", "Pump 1 running hours", "h", 4_210.4],
  ["pump1.starts", "1 号泵启动次数", "Pump 1 starts", "", 18_211],
  ["pump2.running", "2 号泵运行", "Pump 2 running", "", 0],
  ["pump2.fault", "2 号泵故障", "Pump 2 fault", "", 0],
  ["pump2.available", "2 号泵可用", "Pump 2 available", "", 1],
  ["pump2.current", "2 号泵电流", "Pump 2 current", "A", "not-available"],
  ["pump2.power", "2 号泵功率", "Pump 2 power", "kW", 0],
  ["pump2.startsLastHour", "2 号泵近一小时启动次数", "Pump 2 starts in the last hour", "", 2],
  ["pump2.hours", "2 号泵运行时间", "Pump 2 running hours", "h", 4_198.7],
  ["pump2.starts", "2 号泵启动次数", "Pump 2 starts", "", 18_190],
];

export function samplePoints(gatewayId: string, nowMs: number): PointLatest[] {
  return POINT_ROWS.map(([id, zh, en, unit, value]) => ({
    gatewayId,
    deviceId: STATION.deviceId,
    id,
    name: { zh, en },
    unit,
    writable: null,
    value: typeof value === "number" ? value : null,
    badReason: typeof value === "number" ? null : value,
    occurredAtMs: nowMs - 1_500,
    clockConfidence: "confirmed",
  }));
}

export function sampleAlarms(nowMs: number): Alarm[] {
  const common = {
    version: 1,
    suppression: { kind: "none" },
    change: "raised",
    actor: null,
    note: null,
    clockConfidence: "confirmed",
  } as const;
  return [
    {
      ...common,
      id: ALARM_ID,
      gatewayId: STATION.gatewayId,
      ruleId: "door-open",
      deviceId: STATION.deviceId,
      pointId: "doorOpen",
      priority: "low",
      state: "active-unacknowledged",
      message: { zh: "泵房门打开", en: "The pump house door is open" },
      value: 1,
      raisedAtMs: nowMs - 400_000,
      occurredAtMs: nowMs - 400_000,
    },
    {
      ...common,
      id: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      gatewayId: STATION.gatewayId,
      ruleId: "pump2-current-lost",
      deviceId: STATION.deviceId,
      pointId: "pump2.current",
      priority: "medium",
      state: "active-acknowledged",
      version: 2,
      change: "acknowledged",
      actor: "王伟",
      note: "已派人检查互感器",
      message: { zh: "2 号泵电流无数据", en: "No current reading from pump 2" },
      value: null,
      raisedAtMs: nowMs - 5_400_000,
      occurredAtMs: nowMs - 5_100_000,
    },
    {
      ...common,
      id: "ffeeddccbbaa99887766554433221100",
      gatewayId: CUT_OFF_GATEWAY,
      ruleId: "level-high",
      deviceId: STATION.deviceId,
      pointId: "level",
      priority: "critical",
      state: "normal",
      version: 4,
      change: "cleared",
      message: { zh: "集水井液位过高", en: "Wet well level is high" },
      value: 2.9,
      raisedAtMs: nowMs - 90_000_000,
      occurredAtMs: nowMs - 88_000_000,
    },
  ];
}

/** The alarm that a storm brings. */
export function stormAlarm(nowMs: number): Alarm {
  return {
    id: "c0ffee00c0ffee00c0ffee00c0ffee00",
    gatewayId: STATION.gatewayId,
    version: 1,
    ruleId: "level-high",
    deviceId: STATION.deviceId,
    pointId: "level",
    priority: "critical",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change: "raised",
    message: { zh: "集水井液位过高，有溢流危险", en: "Wet well level is high: it may overflow" },
    value: 3.26,
    actor: null,
    note: null,
    raisedAtMs: nowMs,
    occurredAtMs: nowMs,
    clockConfidence: "confirmed",
  };
}

export function sampleAlarmDetail(alarm: Alarm, commands: readonly Command[]): AlarmDetail {
  const { version, state, suppression, change, value, actor, note, occurredAtMs } = alarm;
  const newest = { version, state, suppression, change, value, actor, note, occurredAtMs };
  const raised = {
    ...newest,
    version: 1,
    change: "raised",
    state: "active-unacknowledged",
    actor: null,
    note: null,
  } as const;
  const steps = version === 1 ? [newest] : [{ ...raised, occurredAtMs: alarm.raisedAtMs }, newest];
  const told = alarm.asking === undefined ? {} : { notifications: sampleNotifications(occurredAtMs + 300_000) };
  return { ...alarm, steps, ...told, commands: [...commands] };
}

/** A well that fills and is pumped out again every eight minutes, with half an hour of a broken level sensor. */
export function sampleHistory(pointId: string, span: { fromMs: number; toMs: number }, nowMs: number): PointHistory {
  const toMs = Math.min(span.toMs, nowMs);
  const bucketMs = Math.max(5_000, (span.toMs - span.fromMs) / 400);
  const buckets: PointHistory["buckets"] = [];
  for (let atMs = Math.ceil(span.fromMs / bucketMs) * bucketMs; atMs < toMs; atMs += bucketMs) {
    const phase = (atMs % 480_000) / 480_000;
    const isPumping = phase > 0.6;
    const level = isPumping ? 2.2 - (phase - 0.6) * 3 : 1 + phase * 2;
    const values: Readonly<Record<string, number>> = {
      level,
      inflow: 30 + 4 * Math.sin(atMs / 90_000),
      outflow: isPumping ? 74 : 0,
      "pump1.running": isPumping && atMs % 960_000 < 480_000 ? 1 : 0,
      "pump2.running": isPumping && atMs % 960_000 >= 480_000 ? 1 : 0,
    };
    const isBroken = pointId === "level" && nowMs - atMs > 480_000 && nowMs - atMs < 560_000;
    const value = isBroken ? null : (values[pointId] ?? 0);
    const spread = pointId === "level" ? Math.min(0.6, bucketMs / 300_000) : 0;
    buckets.push({
      atMs,
      min: value === null ? null : value - spread,
      max: value === null ? null : value + spread,
      average: value,
      goodCount: value === null ? 0 : 3,
      badCount: value === null ? 3 : 0,
      badReason: value === null ? "not-available" : null,
    });
  }
  const unit = pointId === "level" ? "m" : pointId.endsWith("flow") ? "L/s" : "";
  return { ...STATION, pointId, unit, fromMs: span.fromMs, toMs: span.toMs, bucketMs, buckets };
}
