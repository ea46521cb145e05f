import { unreachable } from "@outpost/kernel/never.ts";
import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps } from "../adapter.ts";
import { runDevice } from "../run-device.ts";
import { openChirpstackButton } from "./chirpstack/chirpstack-button.ts";
import { carryOut } from "./commands.ts";
import { ButtonError } from "./errors.ts";
import { openGpioButton } from "./gpio/gpio-button.ts";
import { Button } from "./life/button.ts";
import { pointsOf, profileOf } from "./points.ts";
import { buttonSettings, type ButtonSettings } from "./settings.ts";
import type { Source } from "./source.ts";
import { openZigbeeButton } from "./zigbee2mqtt/zigbee-button.ts";

/** Emergency buttons and one-tap call posts: wired, Zigbee and LoRaWAN. */
export const button: Adapter = {
  kind: "button",
  configure(deviceId, raw) {
    const parsed = buttonSettings.safeParse(raw);
    if (!parsed.success) throw new ButtonError("button/bad-settings", prettifyError(parsed.error));
    return configuredButton(deviceId, parsed.data);
  },
};

function configuredButton(deviceId: string, settings: ButtonSettings): Device {
  return {
    profile: profileOf(settings),
    points: pointsOf(settings),
    methods: [],
    async open(deps, signal) {
      signal.throwIfAborted();
      const opened = new Button(deviceId, settings, deps);
      const source = sourceOf(settings, opened, deps);
      return runDevice(
        (command, stop) => carryOut(command, { settings, button: opened, show: source.show }, stop),
        (stop) => [opened.run(stop), source.run(stop)],
      );
    },
  };
}

function sourceOf(settings: ButtonSettings, opened: Button, deps: DeviceDeps): Source {
  switch (settings.source) {
    case "gpio":
      return openGpioButton(settings, opened, deps);
    case "zigbee2mqtt":
      return openZigbeeButton(settings, opened, deps);
    case "chirpstack":
      return openChirpstackButton(settings, opened, deps);
    default:
      return unreachable(settings);
  }
}
