import type { Frame } from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { Detection } from "@outpost/models/decoders/detections/detection.ts";

import type { ShadowReport } from "../ipc/core-messages.ts";
import { unpack, type Seat } from "../pipeline/seat.ts";
import { CameraScene } from "../scene/camera-scene.ts";
import { SessionPool } from "../sessions/session-pool.ts";
import type { SessionProcess } from "../sessions/session-process.ts";
import { agreedThings, agreementOf } from "./agreement.ts";

export interface ShadowDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** The active model's version now. */
  activeVersion(): string;
}

export interface ShadowRequest {
  readonly model: string;
  readonly folder: string;
  readonly cpuCores: number;
}

/** One of the two sides on one camera: a scene of its own, and whether each would-be alarm stands. */
interface Side {
  readonly scene: CameraScene;
  readonly standing: Set<string>;
}

const MAX_LATENCIES = 2_000;
/** A candidate that has been idle may take so much at once, no more. */
const MAX_CREDIT_MS = 500;

/**
 * Lets a candidate look at the same pictures as the active model, in a process of its own and within a share of the CPU,
 * and says how the two compare. What it finds has no effect. Both sides see the very same frames, also where the share
 * allows only some of them: so the would-be alarms of the two can be compared.
 */
export class ShadowRun implements AsyncDisposable {
  readonly #request: ShadowRequest;
  readonly #deps: ShadowDeps;
  readonly #pool: SessionPool;
  readonly #sides = new Map<string, { readonly active: Side; readonly candidate: Side }>();
  readonly #counts = { frames: 0, failures: 0, both: 0 };
  readonly #active = { things: 0, alarms: 0, latencies: new Array<number>() };
  readonly #candidate = { things: 0, alarms: 0, latencies: new Array<number>() };
  #creditMs = 0;
  #creditedAtMs: number;
  #isLooking = false;
  #lookMs = 0;

  constructor(request: ShadowRequest, deps: ShadowDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#creditedAtMs = deps.clock.monotonicMs();
    const { clock, log } = deps;
    this.#pool = new SessionPool({ clock, log, onChanged() {} }, 1, new Map([[request.model, request.folder]]));
    this.#pool.begin();
  }

  /** Takes what the active model has found on a frame; the candidate looks at it too where its share allows. Never waits. */
  take(seat: Seat, frame: Frame, found: readonly number[], cpuMs: number): void {
    if (seat.model !== this.#request.model || this.#isLooking || !this.#hasCredit()) return;
    const process = this.#pool.free(this.#request.model);
    if (process === undefined) return;
    this.#isLooking = true;
    this.#look(process, seat, frame, { found, cpuMs })
      .catch((error: unknown) => {
        this.#counts.failures += 1;
        this.#deps.log.warn("a shadow run cannot be compared", { reason: String(error) });
      })
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #look(
    process: SessionProcess,
    seat: Seat,
    frame: Frame,
    active: { readonly found: readonly number[]; readonly cpuMs: number },
  ): Promise<void> {
    const { width, height, bytes } = frame;
    const outcome = await this.#pool.look(process, { kind: "look", model: this.#request.model, width, height }, bytes);
    if (outcome.kind === "failed" || outcome.answer.kind !== "looked") {
      this.#counts.failures += 1;
      return;
    }
    const { answer } = outcome;
    this.#spend(answer.cpuMs);
    note(this.#active.latencies, active.cpuMs);
    note(this.#candidate.latencies, answer.cpuMs);
    this.#compare(seat, frame, unpack(active.found), unpack(answer.found));
  }

  report(): ShadowReport {
    const state = this.#pool.models.get(this.#request.model);
    const { frames, failures, both } = this.#counts;
    return {
      model: this.#request.model,
      activeVersion: this.#deps.activeVersion(),
      candidateVersion: state?.kind === "ready" ? state.version : (state?.reason ?? "opening").slice(0, 64),
      frames,
      agreement: agreementOf({ both, active: this.#active.things, candidate: this.#candidate.things }),
      active: figuresOf(this.#active),
      candidate: figuresOf(this.#candidate),
      failures,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }

  #compare(seat: Seat, frame: Frame, active: readonly Detection[], candidate: readonly Detection[]): void {
    this.#counts.frames += 1;
    this.#counts.both += agreedThings(active, candidate);
    this.#active.things += active.length;
    this.#candidate.things += candidate.length;
    const sides = this.#sidesOf(seat);
    if (sides === undefined) return;
    this.#active.alarms += newAlarms(seat, sides.active, active, frame);
    this.#candidate.alarms += newAlarms(seat, sides.candidate, candidate, frame);
  }

  #sidesOf(seat: Seat) {
    const known = this.#sides.get(seat.key);
    if (known !== undefined) return known;
    const state = this.#pool.models.get(seat.model);
    if (state?.kind !== "ready" || seat.scene === undefined) return undefined;
    const side = (classes: readonly string[]): Side => {
      return { scene: new CameraScene(seat.camera, seat.uses, classes), standing: new Set() };
    };
    const sides = { active: side(seat.scene.classes), candidate: side(state.classes) };
    this.#sides.set(seat.key, sides);
    return sides;
  }

  #hasCredit(): boolean {
    const nowMs = this.#deps.clock.monotonicMs();
    const earnedMs = (nowMs - this.#creditedAtMs) * this.#request.cpuCores;
    this.#creditedAtMs = nowMs;
    this.#creditMs = Math.min(MAX_CREDIT_MS, this.#creditMs + earnedMs);
    return this.#creditMs >= Math.min(MAX_CREDIT_MS, this.#lookMs);
  }

  #spend(cpuMs: number): void {
    this.#lookMs = cpuMs;
    this.#creditMs -= cpuMs;
  }
}

/** How many default alarms this frame would raise: the limit is passed now and was not before. */
function newAlarms(seat: Seat, { scene, standing }: Side, found: readonly Detection[], frame: Frame): number {
  let raised = 0;
  for (const { algorithm: id, scope, evaluation } of scene.step(
    found,
    frame,
    frame.capturedAtMs / 1_000,
    1 / seat.fps,
  )) {
    const alarm = seat.uses.find(({ algorithm }) => algorithm.id === id)?.algorithm.alarm;
    const value = alarm === undefined || alarm === null ? undefined : evaluation.readings[alarm.output];
    if (alarm === undefined || alarm === null || value === undefined) continue;
    const key = `${id} ${scope}`;
    const isPassed = alarm.is === "above" ? value > alarm.limit : value < alarm.limit;
    if (isPassed && !standing.has(key)) raised += 1;
    if (isPassed) standing.add(key);
    else standing.delete(key);
  }
  return raised;
}

function note(latencies: number[], ms: number): void {
  latencies.push(ms);
  if (latencies.length > MAX_LATENCIES) latencies.shift();
}

function figuresOf(side: { readonly things: number; readonly alarms: number; readonly latencies: readonly number[] }) {
  const sorted = side.latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), things: side.things, alarms: side.alarms };
}
