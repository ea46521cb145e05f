import type { DeviceDeps, OpenDevice } from "@outpost/firmware-adapters/adapter.ts";
import {
  eventTime,
  type BadReason,
  type CommandOutcome,
  type DeviceCommand,
  type DeviceEvent,
} from "@outpost/firmware-adapters/event.ts";
import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { linkIdsOf } from "@outpost/wire/site-devices.ts";

import type { ConfiguredDevice } from "../site/site.ts";

const OPEN_TIMEOUT_MS = 30_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/** How a device stands. `starting` until it has shown itself for the first time. */
export interface DeviceHealth {
  readonly state: "starting" | "online" | "offline" | "fault";
  readonly reason: string;
  readonly sinceWallMs: number;
}

export interface RunnerDeps extends Pick<
  DeviceDeps,
  "clock" | "log" | "link" | "linkNamed" | "commit" | "memory" | "watch"
> {
  publish(event: DeviceEvent): void;
  onHealth(deviceId: string, health: DeviceHealth): void;
}

/** Keeps one device open: opens it, opens it anew with back-off when it ends, and knows its health. */
export class DeviceRunner implements AsyncDisposable {
  readonly #configured: ConfiguredDevice;
  readonly #deps: RunnerDeps;
  readonly #stop = new AbortController();
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  readonly #running: Promise<void>;
  #health: DeviceHealth;
  #open: OpenDevice | undefined;

  constructor(configured: ConfiguredDevice, deps: RunnerDeps) {
    this.#configured = configured;
    this.#deps = deps;
    this.#health = { state: "starting", reason: "", sinceWallMs: deps.clock.now().wallMs };
    this.#running = this.#run();
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  /** The links it uses, by id. */
  get linkIds(): readonly string[] {
    return linkIdsOf(this.#configured.settings);
  }

  /** Carries a command out, or refuses it with `device-offline` while the device is not open. */
  async execute(command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome> {
    const open = this.#open;
    if (open === undefined) return { kind: "refused", reason: "device-offline", detail: this.#health.reason };
    return await open.execute(command, AbortSignal.any([signal, this.#stop.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the device is being closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#deps;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#openOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(asError(error));
      }
      await clock.sleep(this.#backoff.nextMs(), signal).catch(() => {});
    }
  }

  async #openOnce(signal: AbortSignal): Promise<void> {
    const { clock, log, link, commit, memory, watch } = this.#deps;
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const onStop = (): void => resolve();
    const deps: DeviceDeps = {
      clock,
      log,
      link,
      linkNamed: (id) => this.#deps.linkNamed(id),
      commit,
      memory,
      watch,
      publish: (event) => this.#publish(event),
    };
    const timeout = AbortSignal.timeout(OPEN_TIMEOUT_MS);
    const open = await this.#configured.device.open(deps, AbortSignal.any([signal, timeout]));
    this.#open = open;
    signal.addEventListener("abort", onStop, { once: true });
    try {
      if (signal.aborted) return;
      await Promise.race([open.ended, stopped]);
    } finally {
      this.#open = undefined;
      signal.removeEventListener("abort", onStop);
      // Its end has been heard of above; here it only must not count as unheard.
      open.ended.catch(() => {});
      await open[Symbol.asyncDispose]();
    }
  }

  #publish(event: DeviceEvent): void {
    if (event.kind === "status") {
      if (event.state === "online") this.#backoff.reset();
      this.#turn({ state: event.state, reason: event.reason, sinceWallMs: event.occurredAtMs });
    }
    this.#deps.publish(event);
  }

  /** The adapter gave up: nobody reads the points now, and nobody may take the old values for new ones. */
  #failed(error: Error): void {
    const { id } = this.#configured.settings;
    this.#deps.log.warn("device failed", { device: id, reason: error.message });
    const time = eventTime(this.#deps.clock.now());
    this.#publish({ kind: "status", deviceId: id, state: "fault", reason: error.message.slice(0, 500), ...time });
    for (const point of this.#configured.device.points) {
      this.#publish({
        kind: "measurement",
        deviceId: id,
        pointId: point.id,
        unit: point.unit,
        reading: { quality: "bad", reason: "not-available" satisfies BadReason, detail: "the device failed" },
        isReportable: true,
        ...time,
      });
    }
  }

  #turn(health: DeviceHealth): void {
    this.#health = health;
    this.#deps.onHealth(this.#configured.settings.id, health);
  }
}
