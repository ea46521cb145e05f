import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { alarmPage, pointLatest } from "../api/schemas.ts";

const LOOK_EVERY_MS = 100;
const DEVICE_ID = "pump-station";

/** Looks again and again until `look` says yes; a look that fails says no. Rejects with the signal's reason. */
export async function firstThat(look: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await look().catch(() => false))) await delay(LOOK_EVERY_MS, undefined, { signal });
}

async function get<T>(schema: z.ZodType<T>, url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return schema.parse(await answer.json());
}

/** Whether the fleet shows a good level of the demo's pump station. */
export async function isLevelLive(fleetUrl: string, gatewayId: string): Promise<boolean> {
  const points = await get(z.array(pointLatest), `${fleetUrl}/api/devices/${gatewayId}/${DEVICE_ID}/points`);
  const level = points.find((point) => point.id === "level");
  return level !== undefined && level.value !== null;
}

/** Whether the siren's coil is on at the simulator, by the simulator's own word. */
export async function isSirenOn(controlUrl: string): Promise<boolean> {
  const state = await get(z.object({ siren: z.object({ isOn: z.boolean() }) }), `${controlUrl}/state`);
  return state.siren.isOn;
}

/** Whether an alarm of this rule is open at the desk. */
export async function openAlarm(fleetUrl: string, ruleId: string): Promise<boolean> {
  const page = await get(alarmPage, `${fleetUrl}/api/alarms?state=open`);
  return page.alarms.some((alarm) => alarm.ruleId === ruleId);
}
