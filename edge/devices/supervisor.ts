import assert from "node:assert";

import type { CommitRequest, DeviceDeps, DeviceMemory } from "@outpost/firmware-adapters/adapter.ts";
import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Link } from "@outpost/firmware-adapters/links/link.ts";
import type { LinkSettings } from "@outpost/firmware-adapters/links/settings.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { ConfiguredDevice } from "../site/site.ts";
import { DeviceRunner, type DeviceHealth } from "./device-runner.ts";

export interface SupervisorDeps {
  readonly clock: Clock;
  readonly log: Log;
  openLink(settings: LinkSettings): Link;
  publish(event: DeviceEvent): void;
  commit(deviceId: string, request: CommitRequest, signal: AbortSignal): Promise<"committed" | "known">;
  memory(deviceId: string): DeviceMemory;
  watch: DeviceDeps["watch"];
  /** A device came, went, or changed its health; undefined: it is no longer part of the site. */
  onHealth(deviceId: string, health: DeviceHealth | undefined): void;
}

/** Owns the site's links and devices: one link for all devices on it, each device kept open on its own. */
export class DeviceSupervisor implements AsyncDisposable {
  readonly #deps: SupervisorDeps;
  readonly #links = new Map<string, Link>();
  readonly #runners = new Map<string, DeviceRunner>();

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  openLink(settings: LinkSettings): void {
    assert(!this.#links.has(settings.id), `link ${settings.id} is open already`);
    this.#links.set(settings.id, this.#deps.openLink(settings));
  }

  /** Its devices must be closed before. */
  async closeLink(linkId: string): Promise<void> {
    for (const runner of this.#runners.values()) assert(!runner.linkIds.includes(linkId), `link ${linkId} is in use`);
    const link = this.#links.get(linkId);
    this.#links.delete(linkId);
    await link?.[Symbol.asyncDispose]();
  }

  openDevice(configured: ConfiguredDevice): void {
    const { id, link: linkId } = configured.settings;
    assert(!this.#runners.has(id), `device ${id} is open already`);
    const { clock, log } = this.#deps;
    const runner = new DeviceRunner(configured, {
      clock,
      log,
      link: linkId === undefined ? undefined : this.#link(linkId),
      linkNamed: (other) => this.#link(other),
      publish: (event) => this.#deps.publish(event),
      commit: (request, signal) => this.#deps.commit(id, request, signal),
      memory: this.#deps.memory(id),
      watch: (points, onReading) => this.#deps.watch(points, onReading),
      onHealth: (deviceId, health) => this.#deps.onHealth(deviceId, health),
    });
    this.#runners.set(id, runner);
    this.#deps.onHealth(id, runner.health);
  }

  async closeDevice(deviceId: string): Promise<void> {
    const runner = this.#runners.get(deviceId);
    this.#runners.delete(deviceId);
    await runner?.[Symbol.asyncDispose]();
    this.#deps.onHealth(deviceId, undefined);
  }

  health(deviceId: string): DeviceHealth | undefined {
    return this.#runners.get(deviceId)?.health;
  }

  /** An open link, for what speaks on it without being a device: a modem, a broker. Undefined where there is none. */
  link(linkId: string): Link | undefined {
    return this.#links.get(linkId);
  }

  /** Carries a command out, or refuses it with `device-offline` where the device is not open or not known. */
  async execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome> {
    const runner = this.#runners.get(deviceId);
    if (runner === undefined) return { kind: "refused", reason: "device-offline", detail: `no device ${deviceId}` };
    return await runner.execute(command, signal);
  }

  #link(linkId: string): Link {
    const link = this.#links.get(linkId);
    assert(link !== undefined, `link ${linkId} is not open`);
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#runners.keys()].map((id) => this.closeDevice(id)));
    await Promise.all([...this.#links.keys()].map((id) => this.closeLink(id)));
  }
}
