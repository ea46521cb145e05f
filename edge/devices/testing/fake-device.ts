import type { Device, DeviceDeps, OpenDevice } from "@outpost/firmware-adapters/adapter.ts";
import type { DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import type { Link } from "@outpost/firmware-adapters/links/link.ts";
import type { LinkSettings } from "@outpost/firmware-adapters/links/settings.ts";

import type { ConfiguredDevice } from "../../site/site.ts";

/** A device without a line, for tests of what looks after devices. It does what the test tells it. */
export class FakeDevice implements Device {
  readonly profile = "fake";
  readonly methods = [];
  readonly points = [{ id: "level", unit: "m", name: { zh: "水位", en: "Level" } }];
  /** Every opening that was tried, in order. */
  readonly openings: DeviceDeps[] = [];
  readonly commands: DeviceCommand[] = [];
  closed = 0;
  /** Thrown at the next openings, one each. */
  refusals: Error[] = [];
  #end: ((error: Error) => void) | undefined;

  open(deps: DeviceDeps): Promise<OpenDevice> {
    this.openings.push(deps);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise: ended, reject } = Promise.withResolvers<void>();
    this.#end = reject;
    return Promise.resolve({
      ended,
      execute: (command) => {
        this.commands.push(command);
        return Promise.resolve({ kind: "done", before: null, after: null } as const);
      },
      [Symbol.asyncDispose]: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    });
  }

  /** The device gives up by itself. */
  fail(error: Error): void {
    this.#end?.(error);
  }
}

/** The fake as part of a site. */
export function configured(id: string, device: Device, link = "panel"): ConfiguredDevice {
  const settings = {
    unitId: 1,
    profile: "two-pump-station",
    timeoutMs: 1_000,
    maxRegistersPerRead: 125,
    maxGapRegisters: 10,
  };
  return { settings: { id, adapter: "modbus", name: { zh: "站", en: "Station" }, link, settings }, device };
}

/** A link that is never used, and says when it is closed. */
export function fakeLink(settings: LinkSettings, onClose: () => void): Link {
  if (settings.kind !== "tcp") throw new Error("only TCP links are faked");
  return {
    id: settings.id,
    kind: "tcp",
    settings,
    status: { kind: "up" },
    exclusive: () => Promise.reject(new Error("nobody speaks on this line")),
    shared: (kind) => new kind(),
    [Symbol.asyncDispose]: () => {
      onClose();
      return Promise.resolve();
    },
  };
}
