import type { PointDescription } from "@outpost/firmware-adapters/adapter.ts";

import type { ConfiguredDevice } from "./check-site.ts";
import { isHolding, type ActionSettings, type HoldingAction, type SendingAction } from "./site-alarms.ts";
import { watchedPointsOf } from "./site-devices.ts";
import { showNames, showValue } from "./site-fault.ts";
import type { SiteDocument } from "./site.ts";

/** Something the schema cannot see, because it takes the devices' own points to know. */
export interface CrossFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Checks rules and actions against the points their devices really have. No faults: an empty list. */
export function crossCheck(document: SiteDocument, devices: readonly ConfiguredDevice[]): CrossFault[] {
  const points = new Map(devices.map(({ settings, device }) => [settings.id, device.points] as const));
  const faults = document.rules.flatMap((rule, index) => [
    ...missingPoint(points, rule, ["rules", index]),
    ...(rule.suppressWhile === undefined
      ? []
      : missingPoint(points, rule.suppressWhile, ["rules", index, "suppressWhile"])),
    ...(rule.acknowledgeBy === undefined
      ? []
      : missingPoint(points, rule.acknowledgeBy, ["rules", index, "acknowledgeBy"])),
  ]);
  document.devices.forEach((device, index) => {
    for (const { path, device: deviceId, point } of watchedPointsOf(device)) {
      const at = ["devices", index, "settings", ...path];
      faults.push(...missingPoint(points, { device: deviceId, point }, at));
    }
  });
  const heldBy = new Map<string, string>();
  document.actions.forEach((action, index) => {
    if (action.kind === "write-point") faults.push(...checkWritePoint(points, action, ["actions", index]));
    if (action.kind === "show-text") faults.push(...checkSign(devices, action, ["actions", index]));
    if (!isHolding(action)) return;
    faults.push(...checkHoldPoint(points, action, ["actions", index]));
    if ("feedback" in action && action.feedback !== undefined) {
      faults.push(...missingPoint(points, action.feedback, ["actions", index, "feedback"]));
    }
    const place = `${action.device}/${action.point}`;
    const other = heldBy.get(place);
    if (other !== undefined) {
      const message = `expected a point that no other action holds, found "${action.point}", held by "${other}"`;
      faults.push({ path: ["actions", index, "point"], message });
    }
    heldBy.set(place, action.id);
  });
  return [...faults, ...checkTimeZone(document.site.timeZone)];
}

type PointsByDevice = ReadonlyMap<string, readonly PointDescription[]>;

function missingPoint(
  points: PointsByDevice,
  target: { readonly device: string; readonly point: string },
  path: readonly PropertyKey[],
): CrossFault[] {
  const known = points.get(target.device) ?? [];
  if (known.some((point) => point.id === target.point)) return [];
  const names = showNames(known.map((point) => point.id));
  const message = `expected a point of device "${target.device}" (${names}), found ${showValue(target.point)}`;
  return [{ path: [...path, "point"], message }];
}

function checkHoldPoint(points: PointsByDevice, action: HoldingAction, path: readonly PropertyKey[]): CrossFault[] {
  const point = points.get(action.device)?.find(({ id }) => id === action.point);
  if (point === undefined) return missingPoint(points, action, path);
  const at = [...path, "point"];
  if (point.writable === undefined) {
    return [{ path: at, message: `expected a writable point, found "${point.id}", which is read only` }];
  }
  const { min, max, isHazardous } = point.writable;
  if (isHazardous) {
    const message = `expected a point that may be written at once, found "${point.id}", which takes select and operate`;
    return [{ path: at, message }];
  }
  const faults = Object.entries(heldValues(action)).flatMap(([key, value]) => {
    if (value >= min && value <= max) return [];
    return [{ path: [...path, key], message: `expected ${min} to ${max}, found ${value}` }];
  });
  if (action.kind !== "show-progress" && action.active === action.idle) {
    faults.push({ path: [...path, "idle"], message: `expected another value than "active", found ${action.idle}` });
  }
  return faults;
}

function checkWritePoint(
  points: PointsByDevice,
  action: Extract<SendingAction, { kind: "write-point" }>,
  path: readonly PropertyKey[],
): CrossFault[] {
  const point = points.get(action.device)?.find(({ id }) => id === action.point);
  if (point === undefined) return missingPoint(points, action, path);
  if (point.writable === undefined) {
    const message = `expected a writable point, found "${point.id}", which is read only`;
    return [{ path: [...path, "point"], message }];
  }
  const { min, max } = point.writable;
  if (action.value >= min && action.value <= max) return [];
  return [{ path: [...path, "value"], message: `expected ${min} to ${max}, found ${action.value}` }];
}

function checkSign(
  devices: readonly ConfiguredDevice[],
  action: Extract<ActionSettings, { kind: "show-text" }>,
  path: readonly PropertyKey[],
): CrossFault[] {
  const methods = devices.find(({ settings }) => settings.id === action.device)?.device.methods ?? [];
  if (["show", "clear"].every((id) => methods.some((method) => method.id === id))) return [];
  const message = `expected a sign, found ${showValue(action.device)}, which shows no text`;
  return [{ path: [...path, "device"], message }];
}

/** Every value an action may write to its point, by the name it has in the site file. */
function heldValues(action: HoldingAction): Readonly<Record<string, number>> {
  const { idle } = action;
  if (action.kind !== "show-progress") return { active: action.active, idle };
  const { raised, delivered, acknowledged } = action;
  return { idle, raised, delivered, acknowledged };
}

function checkTimeZone(timeZone: string): CrossFault[] {
  try {
    new Intl.DateTimeFormat("en", { timeZone }).format();
    return [];
  } catch {
    const message = `expected an IANA time zone such as Asia/Shanghai, found ${showValue(timeZone)}`;
    return [{ path: ["site", "timeZone"], message }];
  }
}
