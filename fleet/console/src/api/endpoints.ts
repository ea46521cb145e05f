import { z } from "zod";

import type { Alarm, AlarmDetail, AlarmPage, Command, Demo, Device, PointLatest } from "../../../api/schemas.ts";
import type { GatewaySummary, PointHistory } from "../../../api/schemas.ts";
import {
  alarmDetail,
  alarmPage,
  command,
  demo,
  demoPulled,
  device,
  gatewaySummary,
  type order,
  pointHistory,
  pointLatest,
} from "../../../api/schemas.ts";
import { ask } from "./ask.ts";

/** Which device, everywhere in the console. */
export interface DeviceRef {
  readonly gatewayId: string;
  readonly deviceId: string;
}

export function askGateways(signal: AbortSignal): Promise<readonly GatewaySummary[]> {
  return ask(z.array(gatewaySummary), "/api/gateways", { signal });
}

export function askDevices(gatewayId: string, signal: AbortSignal): Promise<readonly Device[]> {
  return ask(z.array(device), `/api/gateways/${encodeURIComponent(gatewayId)}/devices`, { signal });
}

export function askPoints({ gatewayId, deviceId }: DeviceRef, signal: AbortSignal): Promise<readonly PointLatest[]> {
  const path = `/api/devices/${encodeURIComponent(gatewayId)}/${encodeURIComponent(deviceId)}/points`;
  return ask(z.array(pointLatest), path, { signal });
}

/** A span of a point's life, at most `maxPoints` buckets. Times in Unix milliseconds. */
export interface HistoryQuestion extends DeviceRef {
  readonly pointId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxPoints: number;
}

export function askHistory(question: HistoryQuestion, signal: AbortSignal): Promise<PointHistory> {
  const where = [question.gatewayId, question.deviceId, question.pointId].map(encodeURIComponent).join("/");
  const span = new URLSearchParams({
    fromMs: String(Math.floor(question.fromMs)),
    toMs: String(Math.ceil(question.toMs)),
    maxPoints: String(question.maxPoints),
  });
  return ask(pointHistory, `/api/points/${where}/history?${span.toString()}`, { signal });
}

/** The newest first; `cursor` is the page before's `nextCursor`. */
export function askAlarms(
  question: {
    readonly state: "open" | "all" | Alarm["state"];
    readonly limit: number;
    readonly gateway?: string;
    readonly cursor?: string;
  },
  signal: AbortSignal,
): Promise<AlarmPage> {
  const query = new URLSearchParams({ state: question.state, limit: String(question.limit) });
  if (question.gateway !== undefined) query.set("gateway", question.gateway);
  if (question.cursor !== undefined) query.set("cursor", question.cursor);
  return ask(alarmPage, `/api/alarms?${query.toString()}`, { signal });
}

export function askAlarm(alarmId: string, signal: AbortSignal): Promise<AlarmDetail> {
  return ask(alarmDetail, `/api/alarms/${encodeURIComponent(alarmId)}`, { signal });
}

/** Asks the gateway, which alone changes an alarm; its result comes with the returned command, later. */
export function acknowledge(alarm: Alarm, actor: string, note: string): Promise<Command> {
  const body = { expectedVersion: alarm.version, actor, ...(note === "" ? {} : { note }) };
  return ask(command, `/api/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, { body });
}

/** What a gateway can be told to do. */
export type Order = z.infer<typeof order>;

/** Sent inside the gateway's live session or not at all; its result comes with the returned command, later. */
export function giveOrder(gatewayId: string, given: Order, actor: string): Promise<Command> {
  return ask(command, "/api/commands", { body: { gatewayId, actor, order: given } });
}

export function askCommand(commandId: string, signal: AbortSignal): Promise<Command> {
  return ask(command, `/api/commands/${encodeURIComponent(commandId)}`, { signal });
}

/** How the simulated site really stands, where this fleet belongs to a demo. */
export function askDemo(signal: AbortSignal): Promise<Demo> {
  return ask(demo, "/api/demo", { signal });
}

/** Pulls a lever of a simulator, never of a real device. */
export async function pullLever(simulator: string, lever: string, body: object = {}): Promise<void> {
  await ask(demoPulled, `/api/demo/${encodeURIComponent(simulator)}/${encodeURIComponent(lever)}`, { body });
}
