import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice, PointDescription } from "../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../event.ts";
import { byteLink, type ByteLink } from "../links/link.ts";
import { runDevice } from "../run-device.ts";
import { Dlt645Error } from "./errors.ts";
import { ITEMS } from "./items/items.ts";
import { Poller } from "./polling/poller.ts";
import { REPLACED_POINT, Reports, hasCounter, meterPoints } from "./polling/reports.ts";
import { openMeterSession } from "./session/session.ts";
import { dlt645Settings, type Dlt645Settings } from "./settings.ts";

/** Electricity meters that speak DL/T 645-2007 on a shared serial line. Reading only. */
export const dlt645: Adapter = {
  kind: "dlt645",
  configure(deviceId, raw) {
    const parsed = dlt645Settings.safeParse(raw);
    if (!parsed.success) throw new Dlt645Error("dlt645/bad-settings", prettifyError(parsed.error));
    return configuredMeter(deviceId, parsed.data);
  },
};

function configuredMeter(deviceId: string, settings: Dlt645Settings): Device {
  return {
    profile: "DL/T 645-2007",
    points: describedPoints(settings),
    methods: [],
    async open(deps, signal) {
      signal.throwIfAborted();
      return openMeter(deviceId, settings, deps);
    },
  };
}

function openMeter(deviceId: string, settings: Dlt645Settings, deps: DeviceDeps): OpenDevice {
  const link = byteLink(deps.link);
  warnOfParity(link, deviceId, deps);
  const session = openMeterSession(link, settings, deps.clock);
  const { clock, log, memory } = deps;
  const reports = new Reports(deviceId, settings.items, {
    clock,
    log,
    memory,
    publish: (event) => deps.publish(event),
  });
  const poller = new Poller(settings, { clock, session, reports });
  const pointIds = new Set(meterPoints(settings.items).map((point) => point.id));
  return runDevice(
    async (command) => refusalOf(command, pointIds),
    (signal) => [poller.run(signal)],
  );
}

/** The standard knows even parity only; a line set otherwise hears nothing but broken bytes. */
function warnOfParity({ settings }: ByteLink, deviceId: string, { log }: DeviceDeps): void {
  if (settings.kind !== "serial" || settings.parity === "even") return;
  log.warn("a meter's line has even parity", { device: deviceId, link: settings.id, parity: settings.parity });
}

function describedPoints({ items }: Dlt645Settings): readonly PointDescription[] {
  const points = items.map((id) => ({ id, unit: ITEMS[id].unit, name: ITEMS[id].name }));
  if (!hasCounter(items)) return points;
  return [...points, { id: REPLACED_POINT, unit: "", name: { zh: "电表已更换", en: "Meter was exchanged" } }];
}

/** A meter is only read: nothing can be asked of it. */
function refusalOf(command: DeviceCommand, pointIds: ReadonlySet<string>): CommandOutcome {
  switch (command.kind) {
    case "write":
    case "select":
      return pointIds.has(command.pointId)
        ? { kind: "refused", reason: "not-writable", detail: "meters are only read" }
        : { kind: "refused", reason: "unknown-point", detail: `there is no point ${command.pointId}` };
    case "operate":
    case "cancel":
      return { kind: "refused", reason: "no-such-selection", detail: "meters are only read" };
    case "call":
      return { kind: "refused", reason: "unknown-method", detail: `there is no method ${command.methodId}` };
  }
}
