import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { AlgorithmManifest } from "@outpost/models/algorithm.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";
import type { VisionSettings } from "@outpost/wire/vision.ts";

import { SYSTEM } from "../../rules/system-alarms.ts";
import { VisionError } from "../errors.ts";
import type { Beat, Configuration, Order, Report, ShadowReport } from "../ipc/core-messages.ts";
import { ScenePublisher } from "./scene-publisher.ts";
import { VisionProcess, type VisionState } from "./vision-process.ts";

export interface VisionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly algorithms: ReadonlyMap<string, AlgorithmManifest>;
  /** Where models' packages lie; later folders go before earlier ones. */
  readonly modelFolders: readonly string[];
  readonly evidenceFolder: string;
  readonly ffmpegPath?: string;
  publish(event: DeviceEvent): void;
  setFact(ruleId: string, isSo: boolean): void;
}

/** What the core knows of vision: for its page, its metrics, and whoever asks. */
export interface VisionStatus {
  /** `off`: the site has none. */
  readonly state: VisionState | { readonly kind: "off" };
  readonly beat: Beat | undefined;
}

/** Opening a model takes reading, checking and golden pictures. */
const SWAP_TIMEOUT_MS = 300_000;
/** A shortfall below this is no reason to call anybody. */
const SHORT_SHARE = 0.2;

/**
 * Vision as the core has it: one process, kept running; scenes that become events of the cameras; evidence asked for when
 * an alarm is about a camera. The core has no picture, no model and no runtime for one.
 */
export class Vision implements AsyncDisposable {
  readonly #deps: VisionDeps;
  readonly #process: VisionProcess;
  /** Not in the state directory: a socket's path may have 107 bytes at most. */
  #folder: string | undefined;
  readonly #answers = new Map<number, (report: Extract<Report, { kind: "answer" }>) => void>();
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  #publisher: ScenePublisher | undefined;
  #cameras: ReadonlySet<string> = new Set();
  #beat: Beat | undefined;
  #nextId = 1;

  constructor(deps: VisionDeps) {
    this.#deps = deps;
    this.#process = new VisionProcess({
      clock: deps.clock,
      log: deps.log,
      onReport: (report) => this.#onReport(report),
      onState: (state) => this.#onState(state),
    });
  }

  /** Where pictures are served on this machine; undefined while there is nothing to see. */
  get socketPath(): string | undefined {
    return this.#running === undefined || this.#folder === undefined ? undefined : join(this.#folder, "pictures");
  }

  get status(): VisionStatus {
    if (this.#running === undefined) return { state: { kind: "off" }, beat: undefined };
    return { state: this.#process.state, beat: this.#beat };
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Goes over to what the site says: the process is ended, and begun anew where there is something to look at. */
  async apply(document: SiteDocument): Promise<void> {
    await this.#stop();
    const { vision } = document;
    if (vision === undefined) return this.#forget();
    const { clock, algorithms } = this.#deps;
    this.#publisher = new ScenePublisher(vision, { clock, algorithms, publish: (event) => this.#deps.publish(event) });
    this.#cameras = new Set(vision.cameras.map(({ device }) => device));
    this.#folder ??= await mkdtemp(join(tmpdir(), "outpost-vision-"));
    const stop = new AbortController();
    const configuration = this.#configuration(vision, document, join(this.#folder, "pictures"));
    const done = this.#process.run(configuration, stop.signal);
    // It ends with an error only by a bug of ours.
    done.catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
    this.#running = { stop, done };
  }

  /** To be called with every step of every alarm: one that is raised about a camera gets its evidence. */
  onAlarm({ change, deviceId, occurrenceId, ruleId, occurredAtMs, raisedAtMs }: AlarmRecord): void {
    if (deviceId === undefined || !this.#cameras.has(deviceId)) return;
    if (change !== "raised" && change !== "re-raised") return;
    const now = this.#deps.clock.now();
    const atMs = now.monotonicMs - Math.max(0, now.wallMs - occurredAtMs);
    this.#process.send({ kind: "keep-evidence", occurrenceId, ruleId, camera: deviceId, atMs, raisedAtMs });
  }

  /**
   * Puts another package in a model's place while cameras are being looked at.
   *
   * @param folder  the package.
   * @throws VisionError `vision/refused` with the reason; what ran runs on.
   */
  async swap(model: string, folder: string): Promise<void> {
    await this.#order((id) => ({ kind: "swap", id, model, folder }));
  }

  /** Begins a shadow run, in place of one that runs; `shadowReport` tells how it goes. @throws as `swap`. */
  async beginShadow(model: string, folder: string, cpuCores: number): Promise<void> {
    await this.#order((id) => ({ kind: "shadow", id, model, folder, cpuCores }));
  }

  async endShadow(): Promise<void> {
    await this.#order((id) => ({ kind: "end-shadow", id }));
  }

  get shadowReport(): ShadowReport | undefined {
    return this.#beat?.shadow ?? undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #configuration(vision: VisionSettings, { devices }: SiteDocument, socketPath: string): Configuration {
    const { modelFolders, evidenceFolder, ffmpegPath } = this.#deps;
    const sources = devices.flatMap((device) => {
      if (device.adapter !== "camera" || !this.#cameras.has(device.id)) return [];
      return [{ device: device.id, settings: device.settings }];
    });
    return {
      kind: "configure",
      vision,
      sources,
      modelFolders: [...modelFolders],
      evidenceFolder,
      socketPath,
      ...(ffmpegPath === undefined ? {} : { ffmpegPath }),
    };
  }

  async #order(make: (id: number) => Order): Promise<void> {
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve } = Promise.withResolvers<Extract<Report, { kind: "answer" }>>();
    this.#answers.set(id, resolve);
    const over = new AbortController();
    try {
      if (!this.#process.send(make(id))) throw new VisionError("vision/refused", "vision does not run");
      const late = this.#deps.clock.sleep(SWAP_TIMEOUT_MS, over.signal).then(
        () => undefined,
        () => undefined,
      );
      const answer = await Promise.race([promise, late]);
      if (answer?.isDone !== true)
        throw new VisionError("vision/refused", answer?.reason ?? "vision did not answer in time");
    } finally {
      over.abort();
      this.#answers.delete(id);
    }
  }

  async #stop(): Promise<void> {
    this.#running?.stop.abort(new Error("vision is stopped"));
    await this.#running?.done;
    this.#running = undefined;
    this.#beat = undefined;
  }

  #forget(): void {
    this.#publisher = undefined;
    this.#cameras = new Set();
    for (const id of [SYSTEM.visionDown, SYSTEM.visionModel, SYSTEM.visionShort]) this.#deps.setFact(id, false);
  }

  #onReport(report: Report): void {
    switch (report.kind) {
      case "ready":
        return;
      case "scene":
        return this.#publisher?.scene(report);
      case "beat":
        return this.#onBeat(report);
      case "evidence":
        return this.#deps.log.info("evidence of an alarm", { ...report });
      case "answer":
        return this.#answers.get(report.id)?.(report);
    }
  }

  #onBeat(beat: Beat): void {
    this.#beat = beat;
    this.#publisher?.beat(beat);
    this.#deps.setFact(
      SYSTEM.visionModel,
      beat.models.some(({ state }) => state !== "ready"),
    );
    this.#deps.setFact(
      SYSTEM.visionShort,
      beat.cameras.some(({ shortfall }) => shortfall >= SHORT_SHARE),
    );
  }

  #onState(state: VisionState): void {
    this.#deps.setFact(SYSTEM.visionDown, state.kind !== "up");
    if (state.kind !== "down") return;
    this.#beat = undefined;
    this.#publisher?.down(state.reason);
  }
}
