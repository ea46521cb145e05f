import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, MethodDescription, OpenDevice } from "../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../event.ts";
import { listenerLink } from "../links/link.ts";
import { runDevice } from "../run-device.ts";
import { Dc09Error } from "./errors.ts";
import { describePoints } from "./points/panel-points.ts";
import { Account } from "./receiver/account.ts";
import { Dc09Receiver } from "./receiver/receiver.ts";
import { dc09Settings, type Dc09Settings } from "./settings.ts";

const METHODS: readonly MethodDescription[] = [
  { id: "forget", name: { zh: "清除未恢复的状态", en: "Forget what was not taken back" }, parameters: [] },
];

/** Alarm panels and social-alarm units that report by SIA DC-09. A device is one account on a listening port. */
export const dc09: Adapter = {
  kind: "dc09",
  configure(deviceId, raw) {
    const parsed = dc09Settings.safeParse(raw);
    if (!parsed.success) throw new Dc09Error("dc09/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    const device: Device = {
      profile: settings.key === undefined ? "SIA DC-09" : "SIA DC-09, encrypted",
      points: describePoints(settings),
      methods: METHODS,
      open: async (deps, signal) => {
        signal.throwIfAborted();
        return openAccount(deviceId, settings, deps);
      },
    };
    return device;
  },
};

/** @throws Dc09Error `dc09/account-taken`; LinkError `link/taken`. */
function openAccount(deviceId: string, settings: Dc09Settings, deps: DeviceDeps): OpenDevice {
  const link = listenerLink(deps.link);
  const life = new AbortController();
  const account = new Account(deviceId, settings, deps, life.signal);
  const attached = link.shared(Dc09Receiver).attach(link, account, deps);
  const device = runDevice(
    (command) => execute(account, command),
    (signal) => [account.run(signal)],
  );
  const watching = link.onStatus((status) => account.onLink(status));
  return {
    ended: device.ended,
    execute: (command, signal) => device.execute(command, signal),
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      life.abort(new Error("the device was closed"));
      await attached[Symbol.asyncDispose]();
      await device[Symbol.asyncDispose]();
    },
  };
}

async function execute(account: Account, command: DeviceCommand): Promise<CommandOutcome> {
  switch (command.kind) {
    case "write":
    case "select": {
      const isKnown = describePoints(account.settings).some(({ id }) => id === command.pointId);
      return isKnown
        ? { kind: "refused", reason: "not-writable", detail: "a panel tells, and is not told" }
        : { kind: "refused", reason: "unknown-point", detail: command.pointId };
    }
    case "operate":
    case "cancel":
      return { kind: "refused", reason: "no-such-selection", detail: "nothing here can be selected" };
    case "call":
      if (command.methodId !== "forget") {
        return { kind: "refused", reason: "unknown-method", detail: command.methodId };
      }
      return await forget(account, command);
  }
}

async function forget(
  account: Account,
  { actor, arguments: given }: Extract<DeviceCommand, { readonly kind: "call" }>,
): Promise<CommandOutcome> {
  if (Object.keys(given).length > 0) return { kind: "refused", reason: "bad-arguments", detail: "takes none" };
  try {
    await account.forget(actor);
    return { kind: "done", before: null, after: null };
  } catch (error) {
    return { kind: "refused", reason: "not-committed", detail: String(error) };
  }
}
