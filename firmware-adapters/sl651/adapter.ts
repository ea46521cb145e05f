import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import { listenerLink } from "../links/link.ts";
import { refuseWrite } from "../receiving/only-reads.ts";
import { runDevice } from "../run-device.ts";
import { Sl651Error } from "./errors.ts";
import { callMethod, METHODS } from "./methods.ts";
import { stationPoints } from "./points.ts";
import { Receiver } from "./receiver.ts";
import { sl651Settings } from "./settings.ts";
import { Station, type StationOptions } from "./station/station.ts";

/** Hydrology stations that report by SL 651-2014 in its HEX/BCD encoding: they call a listener of ours. */
export const sl651: Adapter = {
  kind: "sl651",
  configure(deviceId, raw) {
    const parsed = sl651Settings.safeParse(raw);
    if (!parsed.success) throw new Sl651Error("sl651/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    return configured({ deviceId, settings, points: stationPoints(settings) });
  },
};

function configured(options: StationOptions): Device {
  const { elements, states } = options.points;
  return {
    profile: "SL 651-2014",
    points: [...elements.map(({ id, unit, name }) => ({ id, unit, name })), ...states],
    methods: METHODS,
    open: async (deps, signal) => {
      signal.throwIfAborted();
      return openStation(options, deps);
    },
  };
}

function openStation(options: StationOptions, deps: DeviceDeps): OpenDevice {
  const link = listenerLink(deps.link);
  const life = new AbortController();
  const station = new Station(options, link, deps, life.signal);
  const address = options.settings.station.padStart(10, "0");
  const member = link.shared(Receiver).join(link, address, station, deps.log);
  if (member === "taken") {
    throw new Sl651Error("sl651/station-taken", `settings.station: another device on link ${link.id} has ${address}`);
  }
  const { elements, states } = options.points;
  const pointIds = new Set([...elements, ...states].map(({ id }) => id));
  return runDevice(
    async (command, signal) =>
      command.kind === "call" ? await callMethod(command, station, deps.clock, signal) : refuseWrite(command, pointIds),
    (signal) => {
      signal.addEventListener("abort", () => {
        member[Symbol.dispose]();
        life.abort(signal.reason);
      });
      return station.begin();
    },
  );
}
