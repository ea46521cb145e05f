import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import { eventTime } from "../event.ts";
import { mqttLink } from "../links/link.ts";
import { PointBoard } from "../point-board.ts";
import { runDevice } from "../run-device.ts";
import type { Fixed } from "./content/standing.ts";
import type { Display, DisplayListener } from "./display/display.ts";
import { HttpDisplay } from "./display/http-display.ts";
import { MqttDisplay } from "./display/mqtt-display.ts";
import { SignError } from "./errors.ts";
import { Commands, fixedContents, signMethods } from "./keeping/commands.ts";
import { Keeper } from "./keeping/keeper.ts";
import { pointsOf } from "./keeping/points.ts";
import { signSettings, type SignSettings } from "./settings.ts";

/** Bus-stop signs: what they show is pushed to them, with its end, and read back. */
export const sign: Adapter = {
  kind: "sign",
  configure(deviceId, raw) {
    const parsed = signSettings.safeParse(raw);
    if (!parsed.success) throw new SignError("sign/bad-settings", prettifyError(parsed.error));
    const contents = fixedContents(parsed.data);
    if (contents.kind === "too-long") throw new SignError("sign/bad-settings", contents.fault);
    return configuredSign(deviceId, parsed.data, contents.fixed);
  },
};

function configuredSign(deviceId: string, settings: SignSettings, fixed: Fixed): Device {
  return {
    profile: `sign over ${settings.via.kind}`,
    points: pointsOf(settings).map(({ id, unit, name, writable }) => ({
      id,
      unit,
      name,
      ...(writable === undefined ? {} : { writable }),
    })),
    methods: signMethods,
    async open(deps, signal) {
      signal.throwIfAborted();
      return openSign({ deviceId, settings, fixed }, deps);
    },
  };
}

interface ConfiguredSign {
  readonly deviceId: string;
  readonly settings: SignSettings;
  readonly fixed: Fixed;
}

function openSign({ deviceId, settings, fixed }: ConfiguredSign, deps: DeviceDeps): OpenDevice {
  const { clock, log, memory } = deps;
  const board = new PointBoard(deviceId, pointsOf(settings), { clock, publish: (event) => deps.publish(event) });
  const keeper = new Keeper(settings, fixed, {
    clock,
    log,
    memory,
    board,
    openDisplay: (listener) => openDisplay(settings, deps, listener),
    onOccurrence: (name, details) =>
      deps.publish({ kind: "occurrence", deviceId, name, details, ...eventTime(clock.now()) }),
  });
  const commands = new Commands(settings, fixed, { clock, board, keeper });
  return runDevice(
    (command, signal) => commands.execute(command, signal),
    (signal) => [keeper.run(signal)],
  );
}

function openDisplay(settings: SignSettings, deps: DeviceDeps, listener: DisplayListener): Display {
  const { via } = settings;
  return via.kind === "http"
    ? new HttpDisplay(via, settings)
    : new MqttDisplay(mqttLink(deps.link), via, settings, listener);
}
