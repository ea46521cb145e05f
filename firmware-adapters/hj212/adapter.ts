import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import { listenerLink } from "../links/link.ts";
import { refuseWrite } from "../receiving/only-reads.ts";
import { runDevice } from "../run-device.ts";
import { Hj212Error } from "./errors.ts";
import { callMethod, METHODS } from "./methods.ts";
import { factorPoints, STATE_POINTS } from "./points.ts";
import { Receiver } from "./receiver.ts";
import { hj212Settings } from "./settings.ts";
import { Station, type StationOptions } from "./station/station.ts";

/** Environment monitors that report by HJ 212-2017, or HJ/T 212-2005: stations that call a listener of ours. */
export const hj212: Adapter = {
  kind: "hj212",
  configure(deviceId, raw) {
    const parsed = hj212Settings.safeParse(raw);
    if (!parsed.success) throw new Hj212Error("hj212/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    return configured({ deviceId, settings, points: factorPoints(settings) });
  },
};

function configured(options: StationOptions): Device {
  return {
    profile: "HJ 212-2017",
    points: [...options.points.map(({ id, unit, name }) => ({ id, unit, name })), ...STATE_POINTS],
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
  const { mn } = options.settings;
  const member = link.shared(Receiver).join(link, mn, station, deps.log);
  if (member === "taken") {
    throw new Hj212Error("hj212/station-taken", `settings.mn: another device on link ${link.id} has ${mn}`);
  }
  const pointIds = new Set([...options.points, ...STATE_POINTS].map(({ id }) => id));
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
