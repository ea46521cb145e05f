import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice, PointDescription } from "../adapter.ts";
import { eventTime, type DeviceEvent, type EventTime } from "../event.ts";
import { lineLink } from "../links/link.ts";
import { runDevice } from "../run-device.ts";
import { Commands } from "./commands/commands.ts";
import { ModbusError } from "./errors.ts";
import { deviceState } from "./polling/health.ts";
import type { Health } from "./polling/health.ts";
import { runHeartbeat } from "./polling/heartbeat.ts";
import { Planner } from "./polling/planner.ts";
import { PointReports } from "./polling/point-reports.ts";
import { Poller } from "./polling/poller.ts";
import type { Point, PumpStationProfile } from "./profile.ts";
import { PROFILE_NAMES, shippedProfile } from "./profiles/profiles.ts";
import { openSession } from "./session/open-session.ts";
import { modbusSettings } from "./settings.ts";
import type { ModbusSettings } from "./settings.ts";

/** Pump stations, level nodes and other devices that speak Modbus TCP or RTU, each described by a profile. */
export const modbus: Adapter = {
  kind: "modbus",
  configure(deviceId, raw) {
    const parsed = modbusSettings.safeParse(raw);
    if (!parsed.success) throw new ModbusError("modbus/bad-settings", prettifyError(parsed.error));
    return configuredDevice(deviceId, parsed.data, profileOf(parsed.data));
  },
};

function configuredDevice(deviceId: string, settings: ModbusSettings, profile: PumpStationProfile): Device {
  return {
    profile: profile.id,
    points: profile.points.map(describe),
    methods: [],
    open: async (deps, signal) => {
      const device = await openDevice({ deviceId, settings, profile }, deps);
      signal.throwIfAborted();
      return device.start();
    },
  };
}

/** A device whose polling has not begun. The bench and tests drive its poller themselves. */
export interface PreparedDevice {
  readonly poller: Poller;
  start(): OpenDevice;
}

export interface ConfiguredModbus {
  readonly deviceId: string;
  readonly settings: ModbusSettings;
  readonly profile: PumpStationProfile;
}

/**
 * Joins session, poller and commands of one device on its link.
 *
 * @throws ModbusError `modbus/bad-settings` where the unit id cannot be on this kind of link.
 */
export async function openDevice(
  { deviceId, settings, profile }: ConfiguredModbus,
  deps: DeviceDeps,
): Promise<PreparedDevice> {
  const { clock, log } = deps;
  const link = lineLink(deps.link);
  if (link.kind !== "tcp" && (settings.unitId < 1 || settings.unitId > 247)) {
    throw new ModbusError(
      "modbus/bad-settings",
      `settings.unitId: ${settings.unitId} is not 1 to 247 on a serial line`,
    );
  }
  const publish = (event: DeviceEvent): void => deps.publish(event);
  const stamp = (): EventTime => eventTime(clock.now());
  const session = await openSession(link, settings, clock);
  const isOnline = (): boolean => poller.health.phase === "online";
  const reports = new PointReports(deviceId, profile, {
    clock,
    publish,
    onWatched: (point, latest) => commands.observe(point, latest),
  });
  const planner = new Planner(reports.points, settings);
  const commands = new Commands(profile, {
    clock,
    session,
    planner,
    reports,
    isOnline,
    onOccurrence: (name, details) => publish({ kind: "occurrence", deviceId, name, details, ...stamp() }),
  });
  const onHealth = (health: Health): void => {
    const state = deviceState(health);
    if (state !== undefined) publish({ kind: "status", deviceId, state, reason: health.detail, ...stamp() });
  };
  const poller = new Poller(profile, {
    clock,
    session,
    planner,
    reports,
    onHealth,
    afterRound: () => commands.releaseHeld(),
  });
  return {
    poller,
    start() {
      const { heartbeat } = profile;
      return runDevice(
        (command, signal) => commands.execute(command, signal),
        (signal) => [
          poller.run(signal),
          ...(heartbeat === undefined ? [] : [runHeartbeat(heartbeat, { clock, log, session, isOnline }, signal)]),
        ],
      );
    },
  };
}

function profileOf({ profile }: ModbusSettings): PumpStationProfile {
  if (typeof profile !== "string") return profile;
  const shipped = shippedProfile(profile);
  if (shipped !== undefined) return shipped;
  throw new ModbusError(
    "modbus/bad-settings",
    `settings.profile: no profile is called "${profile}"; known are ${PROFILE_NAMES.join(", ")}`,
  );
}

function describe({ id, unit, name, writable }: Point): PointDescription {
  if (writable === undefined) return { id, unit, name };
  const { min, max, isHazardous } = writable;
  return { id, unit, name, writable: { min, max, isHazardous } };
}
