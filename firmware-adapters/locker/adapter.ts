import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import type { DeviceEvent } from "../event.ts";
import { byteLink } from "../links/link.ts";
import { PointBoard } from "../point-board.ts";
import { runDevice } from "../run-device.ts";
import { LockBus } from "./bus/lock-bus.ts";
import { Cabinet } from "./cabinet/cabinet.ts";
import { Commands } from "./cabinet/commands.ts";
import { Openings } from "./cabinet/openings.ts";
import { methodsOf, pointsOf } from "./cabinet/points.ts";
import { Redeemer } from "./codes/redeemer.ts";
import { DoorMemory } from "./doors/door-memory.ts";
import { Doors } from "./doors/doors.ts";
import { LockerError } from "./errors.ts";
import { lockerSettings, waysOf, type LockerSettings } from "./settings.ts";

/** Parcel, meal, retail and recycling cabinets: one lock board each, on a serial line or a serial server. */
export const locker: Adapter = {
  kind: "locker",
  configure(deviceId, raw) {
    const parsed = lockerSettings.safeParse(raw);
    if (!parsed.success) throw new LockerError("locker/bad-settings", prettifyError(parsed.error));
    return configuredDevice(deviceId, parsed.data);
  },
};

function configuredDevice(deviceId: string, settings: LockerSettings): Device {
  return {
    profile: `${settings.cabinet} ${settings.protocol}`,
    points: pointsOf(settings),
    methods: methodsOf(settings),
    open: async (deps, signal) => {
      signal.throwIfAborted();
      return openDevice(deviceId, settings, deps);
    },
  };
}

/** Joins bus, doors, commands and codes of one cabinet. @throws LockerError `locker/line-conflict`. */
function openDevice(deviceId: string, settings: LockerSettings, deps: DeviceDeps): OpenDevice {
  const { clock, log } = deps;
  const link = byteLink(deps.link);
  const bus = link.shared(LockBus);
  const publish = (event: DeviceEvent): void => deps.publish(event);
  const board = new PointBoard(deviceId, pointsOf(settings), { clock, publish });
  const memory = new DoorMemory(deps.memory, log);
  const doors = new Doors(deviceId, settings, { clock, board, memory, publish });
  const terms = { link, clock, gapMs: settings.gapMs, timeoutMs: settings.timeoutMs };
  const cabinet = new Cabinet(settings, { clock, bus, terms, doors, board });
  const openings = new Openings(settings, { clock, bus, terms, doors, cabinet });
  const redeemer =
    settings.codes === undefined
      ? undefined
      : new Redeemer(settings.codes, {
          clock,
          log,
          publish,
          memory: deps.memory,
          commit: (request, signal) => deps.commit(request, signal),
          doors,
          openings,
          isOnline: () => cabinet.isOnline,
        });
  const commands = new Commands(settings, { clock, cabinet, doors, openings, redeemer });
  const membership = bus.join({
    protocol: settings.protocol,
    board: settings.board,
    ways: waysOf(settings),
    onPush: () => cabinet.hurry(),
  });
  const running = runDevice(
    (command, signal) => commands.execute(command, signal),
    (signal) => [cabinet.run(signal), memory.run(signal)],
  );
  return {
    ended: running.ended,
    execute: (command, signal) => running.execute(command, signal),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      membership[Symbol.dispose]();
    },
  };
}
