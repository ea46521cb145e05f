import { Bell } from "@outpost/kernel/bell.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { AlgorithmManifest } from "@outpost/models/algorithm.ts";

import { CameraReader } from "./cameras/camera-reader.ts";
import { EvidenceKeeper } from "./evidence/evidence-keeper.ts";
import { EvidenceStore } from "./evidence/evidence-store.ts";
import { FrameRing } from "./evidence/frame-ring.ts";
import { drawSeen } from "./evidence/picture-maker.ts";
import type { Configuration, ModelStats, Order, Report, VisionCamera } from "./ipc/core-messages.ts";
import { LocalPicture } from "./local-picture.ts";
import { cameraView } from "./pictures/camera-view.ts";
import { servePictures } from "./pictures/picture-server.ts";
import { Pipeline, type PipelineCamera } from "./pipeline/pipeline.ts";
import { seatsOf } from "./pipeline/seat.ts";
import { packageFolder, SessionPool } from "./sessions/session-pool.ts";
import { ShadowRun } from "./shadow/shadow-run.ts";

export interface VisionWorkDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly algorithms: ReadonlyMap<string, AlgorithmManifest>;
  report(report: Report): void;
}

const BEAT_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 3_600_000;
/** All cameras' last pictures together. */
const RING_BYTES = 64 * 1_024 * 1_024;
const RING_MS = 10_000;

/** A camera at work, with the reader that must be run. */
type ReadCamera = PipelineCamera & { readonly reader: CameraReader };

/** Everything the vision process does for one configuration. Another configuration is another process. */
export class VisionWork {
  readonly #deps: VisionWorkDeps;
  readonly #configuration: Configuration;
  readonly #bell = new Bell();
  readonly #pool: SessionPool;
  readonly #cameras: readonly ReadCamera[];
  readonly #pipeline: Pipeline;
  readonly #store: EvidenceStore;
  readonly #keeper: EvidenceKeeper;
  #shadow: ShadowRun | undefined;

  private constructor(deps: VisionWorkDeps, configuration: Configuration, pool: SessionPool, bell: Bell) {
    const { clock, log } = deps;
    const { vision, evidenceFolder } = configuration;
    this.#deps = deps;
    this.#configuration = configuration;
    this.#bell = bell;
    this.#pool = pool;
    this.#cameras = vision.cameras.map((camera) => this.#camera(camera));
    this.#pipeline = new Pipeline({
      clock,
      log,
      pool,
      bell,
      cameras: this.#cameras,
      budgetMsPerS: 1_000 * Math.min(vision.cpuCores, vision.sessionProcesses),
      onScene: (message) => deps.report(message),
      onLooked: (...looked) => this.#shadow?.take(...looked),
    });
    this.#store = new EvidenceStore(evidenceFolder, vision.evidence);
    this.#keeper = new EvidenceKeeper({
      clock,
      store: this.#store,
      pool,
      settings: vision.evidence,
      ring: (id) => this.#find(id)?.ring,
      report: (report) => deps.report(report),
    });
  }

  /** Finds the models' packages; opens nothing yet. */
  static async prepare(deps: VisionWorkDeps, configuration: Configuration): Promise<VisionWork> {
    const { clock, log, algorithms } = deps;
    const { vision, modelFolders } = configuration;
    const { faceModel } = vision.evidence;
    const used = vision.cameras.flatMap(({ algorithms: own }) => own.map(({ id }) => algorithms.get(id)?.model));
    const names = [...used, vision.evidence.isBlurred ? faceModel : undefined];
    const folders = new Map<string, string | undefined>();
    for (const name of names) if (name !== undefined) folders.set(name, await packageFolder(modelFolders, name));
    const bell = new Bell();
    const pool = new SessionPool({ clock, log, onChanged: () => bell.ring() }, vision.sessionProcesses, folders);
    return new VisionWork(deps, configuration, pool, bell);
  }

  /** Works until `signal` aborts; leaves nothing behind then. */
  async run(signal: AbortSignal): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.#pool);
    stack.defer(async () => await this.#shadow?.[Symbol.asyncDispose]());
    await this.#store.discardUnfinished();
    stack.use(await servePictures(this.#configuration.socketPath, this.#pictures()));
    this.#pool.begin();
    this.#deps.report({ kind: "ready" });
    await Promise.all([
      ...this.#cameras.map(async ({ reader }) => await reader.run(signal)),
      this.#pipeline.run(signal),
      this.#keeper.run(signal),
      this.#beat(signal),
      this.#sweep(signal),
    ]);
  }

  /** Carries out what the core orders while it runs. Never throws. */
  async obey(order: Exclude<Order, { kind: "configure" }>): Promise<void> {
    switch (order.kind) {
      case "keep-evidence":
        return this.#keeper.want(order);
      case "swap":
        return this.#answer(order.id, await this.#pool.swap(order.model, order.folder));
      case "shadow": {
        await this.#shadow?.[Symbol.asyncDispose]();
        this.#shadow = new ShadowRun(order, { ...this.#deps, activeVersion: () => this.#version(order.model) });
        return this.#answer(order.id, undefined);
      }
      case "end-shadow":
        await this.#shadow?.[Symbol.asyncDispose]();
        this.#shadow = undefined;
        return this.#answer(order.id, undefined);
    }
  }

  #camera(camera: VisionCamera): ReadCamera {
    const { clock, log, algorithms } = this.#deps;
    const { sources, vision, ffmpegPath } = this.#configuration;
    const uses = camera.algorithms.flatMap((settings) => {
      const algorithm = algorithms.get(settings.id);
      return algorithm === undefined ? [] : [{ algorithm, settings }];
    });
    const seats = seatsOf(camera, uses);
    const settings = sources.find(({ device }) => device === camera.device)?.settings;
    if (settings === undefined) throw new Error(`camera ${camera.device} has no source`);
    const request = {
      settings,
      maxFramesPerSecond: Math.max(0.01, ...seats.map(({ wantedFps }) => wantedFps)),
      analysisWidthPx: camera.analysisWidthPx,
    };
    const keepMs = RING_MS + 2_000 * vision.evidence.clipS;
    return {
      id: camera.device,
      reader: new CameraReader(request, { clock, log, ...(ffmpegPath === undefined ? {} : { ffmpegPath }) }, () =>
        this.#bell.ring(),
      ),
      ring: new FrameRing({ keepMs, maxBytes: RING_BYTES / vision.cameras.length }),
      seats,
    };
  }

  #pictures() {
    const { evidence } = this.#configuration.vision;
    return {
      still: async (id: string): Promise<LocalPicture | undefined> => {
        const seen = this.#find(id)?.ring.newest;
        return seen === undefined ? undefined : new LocalPicture((await drawSeen(this.#pool, seen, evidence)).jpeg);
      },
      view: (id: string) => {
        const camera = this.#find(id);
        const settings = this.#configuration.vision.cameras.find(({ device }) => device === id);
        return camera === undefined || settings === undefined ? undefined : cameraView(camera, settings);
      },
      evidence: async () => await this.#store.list(),
      evidencePicture: async (occurrenceId: string, file: string) => await this.#store.picture(occurrenceId, file),
    };
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let before = { atMs: clock.monotonicMs(), spentMs: 0 };
    while (!signal.aborted) {
      await clock.sleep(BEAT_EVERY_MS, signal).catch(() => undefined);
      const now = { atMs: clock.monotonicMs(), spentMs: this.#pipeline.spentMs };
      this.#deps.report({
        kind: "beat",
        cameras: [...this.#pipeline.stats()],
        models: [...this.#modelStats()],
        cpuCores: (now.spentMs - before.spentMs) / Math.max(1, now.atMs - before.atMs),
        rssMiB: process.memoryUsage.rss() / 1_048_576,
        shadow: this.#shadow?.report() ?? null,
      });
      before = now;
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      await this.#store.sweep(clock.now().wallMs).catch((error: unknown) => {
        log.error("old evidence cannot be removed", { reason: String(error) });
      });
      await clock.sleep(SWEEP_EVERY_MS, signal).catch(() => undefined);
    }
  }

  #modelStats(): readonly ModelStats[] {
    return [...this.#pool.models].map(([model, state]) => ({
      model,
      version: state.kind === "ready" ? state.version : "",
      grade: state.kind === "ready" ? state.grade : "",
      state: state.kind,
      reason: state.kind === "ready" ? "" : state.reason,
      lookMs: Math.max(0, ...this.#seats(model).map(({ costMs }) => costMs)),
    }));
  }

  #seats(model: string) {
    return this.#cameras.flatMap(({ seats }) => seats.filter((seat) => seat.model === model));
  }

  #version(model: string): string {
    const state = this.#pool.models.get(model);
    return state?.kind === "ready" ? state.version : "";
  }

  #find(id: string): ReadCamera | undefined {
    return this.#cameras.find((one) => one.id === id);
  }

  #answer(id: number, refusal: string | undefined): void {
    this.#deps.report({ kind: "answer", id, isDone: refusal === undefined, reason: (refusal ?? "").slice(0, 500) });
  }
}
