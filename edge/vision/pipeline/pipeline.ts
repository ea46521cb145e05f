import type { Frame } from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import type { Bell } from "@outpost/kernel/bell.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import type { CameraReader } from "../cameras/camera-reader.ts";
import type { FrameRing } from "../evidence/frame-ring.ts";
import type { CameraStats, SceneMessage } from "../ipc/core-messages.ts";
import { DEFAULT_GATE, gateAfter, gateFor } from "../scene/motion-gate.ts";
import type { SessionPool } from "../sessions/session-pool.ts";
import type { SessionProcess } from "../sessions/session-process.ts";
import { dueAfter, nextDueMs, nextWork } from "./next-work.ts";
import { planRates } from "./plan-rates.ts";
import { SceneTeller } from "./scene-teller.ts";
import { demandOf, noteCost, sceneFor, unpack, waitingOf, type Seat } from "./seat.ts";

/** A camera at work. */
export interface PipelineCamera {
  readonly id: string;
  readonly reader: Pick<CameraReader, "newest" | "take" | "stats" | "dropped" | "trouble">;
  readonly ring: FrameRing;
  readonly seats: readonly Seat[];
}

export interface PipelineDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly pool: SessionPool;
  readonly bell: Bell;
  readonly cameras: readonly PipelineCamera[];
  /** CPU time a second, in milliseconds, that looks may take. */
  readonly budgetMsPerS: number;
  onScene(message: SceneMessage): void;
  /** Every answer, for a shadow run to compare with. */
  onLooked(seat: Seat, frame: Frame, found: readonly number[], cpuMs: number): void;
}

const PLAN_EVERY_MS = 1_000;
const LONGEST_WAIT_MS = 1_000;

/** Lets models look at cameras' newest pictures, by deadline and within the budget, and tells what is going on there. */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #teller = new SceneTeller();
  readonly #beganAtMs: number;
  readonly #underWay = new Set<Promise<void>>();
  #plannedAtMs = Number.NEGATIVE_INFINITY;
  /** CPU time of all looks so far. */
  #spentMs = 0;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#beganAtMs = deps.clock.monotonicMs();
  }

  get spentMs(): number {
    return this.#spentMs;
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, bell } = this.#deps;
    while (!signal.aborted) {
      this.#plan();
      while (this.#dispatch()) {
        // One after the other, until every process is busy or nobody is due.
      }
      const dueMs = nextDueMs(this.#waiting()) ?? Number.POSITIVE_INFINITY;
      const waitMs = dueMs - clock.monotonicMs();
      // Somebody is due already: then it is a process that is waited for, and the bell rings when one is free.
      const sleepMs = waitMs <= 0 ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs);
      const over = new AbortController();
      const both = AbortSignal.any([signal, over.signal]);
      await Promise.race([clock.sleep(sleepMs, both), bell.next(both)]).catch(() => undefined);
      over.abort();
    }
    await Promise.all(this.#underWay);
  }

  stats(): readonly CameraStats[] {
    const nowMs = this.#deps.clock.monotonicMs();
    return this.#deps.cameras.map(({ id, reader, seats }) => {
      const wanted = Math.max(0, ...seats.map(({ wantedFps }) => wantedFps));
      const trouble = reader.trouble ?? seats.find((seat) => seat.trouble !== undefined)?.trouble ?? null;
      return {
        camera: id,
        fps: reader.stats()?.framesPerSecond ?? 0,
        wantedFps: wanted,
        analysedFps: Math.max(0, ...seats.map(({ figures }) => figures.perSecond(nowMs, this.#beganAtMs))),
        latencyMs: Math.max(0, ...seats.map(({ figures }) => figures.p95Ms(nowMs))),
        dropped: reader.dropped,
        passedOver: seats.reduce((sum, { passedOver }) => sum + passedOver, 0),
        shortfall: Math.max(0, ...seats.map(({ shortfall }) => shortfall)),
        models: seats.map(({ model }) => model),
        trouble: trouble === null ? null : { code: trouble.code.slice(0, 64), message: trouble.message.slice(0, 500) },
      };
    });
  }

  #plan(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs - this.#plannedAtMs < PLAN_EVERY_MS) return;
    this.#plannedAtMs = nowMs;
    const seats = this.#deps.cameras.flatMap((camera) => camera.seats);
    const grants = new Map(planRates(seats.map(demandOf), this.#deps.budgetMsPerS).map((one) => [one.key, one]));
    for (const seat of seats) {
      const grant = grants.get(seat.key);
      if (grant !== undefined) Object.assign(seat, { fps: grant.fps, shortfall: grant.shortfall });
    }
  }

  #waiting() {
    return this.#deps.cameras.flatMap(({ reader, seats }) =>
      seats.map((seat) => waitingOf(seat, reader.newest?.sequence ?? 0)),
    );
  }

  /** Starts the next look. @returns whether there was one, and a process for it. */
  #dispatch(): boolean {
    const { clock, pool, cameras } = this.#deps;
    const nowMs = clock.monotonicMs();
    const usable = cameras.flatMap(({ reader, seats }) =>
      seats
        .filter(({ model }) => pool.free(model) !== undefined)
        .map((seat) => waitingOf(seat, reader.newest?.sequence ?? 0)),
    );
    const key = nextWork(usable, nowMs);
    const camera = cameras.find(({ seats }) => seats.some((seat) => seat.key === key));
    const seat = camera?.seats.find((one) => one.key === key);
    const frame = camera?.reader.newest;
    if (camera === undefined || seat === undefined || frame === undefined) return false;
    const process = pool.free(seat.model);
    if (process === undefined) return false;
    seat.dueMs = dueAfter(seat, nowMs);
    seat.sequence = frame.sequence;
    seat.isBusy = true;
    camera.reader.take();
    const look = this.#look(camera, seat, frame, process);
    this.#underWay.add(look);
    const onDone = (): void => {
      this.#underWay.delete(look);
      // Only now is the seat free again: the ring of the process that answered came before that.
      this.#deps.bell.ring();
    };
    look.finally(onDone).catch(() => undefined);
    return true;
  }

  async #look(camera: PipelineCamera, seat: Seat, frame: Frame, process: SessionProcess): Promise<void> {
    const { clock, pool, log } = this.#deps;
    const { width, height, bytes } = frame;
    const asked = seat.isGated ? gateFor(seat.gate, clock.monotonicMs(), DEFAULT_GATE) : "look";
    const gate = asked === "look" ? {} : { gate: { camera: camera.id, leastShare: DEFAULT_GATE.leastShare } };
    const outcome = await pool.look(process, { kind: "look", model: seat.model, width, height, ...gate }, bytes);
    seat.isBusy = false;
    if (outcome.kind === "failed") {
      seat.trouble = { code: outcome.code, message: outcome.message };
      return;
    }
    const { answer } = outcome;
    if (answer.kind !== "looked" && answer.kind !== "still") return;
    seat.trouble = undefined;
    this.#spentMs += answer.cpuMs;
    noteCost(seat, answer.cpuMs);
    seat.gate = gateAfter(seat.gate, asked, answer.kind, clock.monotonicMs());
    if (answer.kind === "still") seat.passedOver += 1;
    try {
      this.#tell(camera, seat, frame, answer.kind === "looked" ? answer.found : undefined);
      if (answer.kind === "looked") this.#deps.onLooked(seat, frame, answer.found, answer.cpuMs);
    } catch (error) {
      seat.trouble = { code: errorCode(error) ?? "vision/refused", message: asError(error).message };
      log.warn("an algorithm cannot be used on a camera", { camera: camera.id, reason: asError(error).message });
    }
    seat.figures.add(clock.monotonicMs(), clock.monotonicMs() - frame.capturedAtMs);
  }

  /** @param found  undefined where nothing moved. */
  #tell(camera: PipelineCamera, seat: Seat, frame: Frame, found: readonly number[] | undefined): void {
    const state = this.#deps.pool.models.get(seat.model);
    // The answer came from a model that has just been put aside: its classes are those of the last scene.
    const classes = state?.kind === "ready" ? state.classes : (seat.scene?.classes ?? []);
    const scene = sceneFor(seat, classes);
    const atS = frame.capturedAtMs / 1_000;
    const periodS = 1 / seat.fps;
    const detections = found === undefined ? undefined : unpack(found);
    const steps =
      detections === undefined ? scene.stepStill(atS, periodS) : scene.step(detections, frame, atS, periodS);
    if (detections !== undefined) {
      const { bytes: jpeg, width, height, capturedAtMs } = frame;
      const seen = detections.map(({ box, classIndex }) => ({ box, className: classes[classIndex] ?? "" }));
      camera.ring.put({ jpeg, width, height, capturedAtMs, found: seen });
    }
    for (const step of steps) {
      const message = this.#teller.tell(camera.id, step, frame.capturedAtMs);
      if (message !== undefined) this.#deps.onScene(message);
    }
  }
}
