import type { Clock } from "@outpost/kernel/clock.ts";
import { unreachable } from "@outpost/kernel/never.ts";

import type { DeviceDeps } from "../../adapter.ts";
import { eventTime } from "../../event.ts";
import { PointBoard } from "../../point-board.ts";
import { CameraError, type CameraErrorCode } from "../errors.ts";
import type { CameraSettings } from "../settings.ts";
import { NEW_CAMERA, stepHealth, type Health, type HealthEffect, type HealthInput } from "./health.ts";
import type { Look, Looker, Watch } from "./look.ts";
import { pauseMs } from "./pace.ts";
import { boardPoints } from "./points.ts";

export interface ChecksParts {
  readonly deviceId: string;
  readonly settings: CameraSettings;
  readonly looker: Looker;
  readonly watch: Watch;
}

/** Looks at a camera again and again, and says what that shows. */
export class Checks {
  readonly #parts: ChecksParts;
  readonly #deps: Pick<DeviceDeps, "clock" | "publish">;
  readonly #clock: Clock;
  readonly #board: PointBoard;
  #health: Health = NEW_CAMERA;

  constructor(parts: ChecksParts, deps: Pick<DeviceDeps, "clock" | "publish">) {
    this.#parts = parts;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#board = new PointBoard(parts.deviceId, boardPoints(parts.settings), deps);
  }

  /** Ends only by `signal`, whose reason it rejects with, or by a defect of ours. */
  async run(signal: AbortSignal): Promise<never> {
    try {
      for (;;) {
        const code = await this.#check(signal);
        await this.#clock.sleep(pauseMs(this.#health, code, this.#parts.settings), signal);
      }
    } finally {
      await this.#parts.watch[Symbol.asyncDispose]();
    }
  }

  /** @returns why it failed; undefined where it did not. */
  async #check(signal: AbortSignal): Promise<CameraErrorCode | undefined> {
    const { looker, watch } = this.#parts;
    try {
      const look = await looker.look(watch, signal);
      signal.throwIfAborted();
      const { digest, capturedAtMs } = look;
      this.#step({ kind: "picture", atMs: this.#clock.monotonicMs(), digest, capturedAtMs });
      this.#show(look);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CameraError)) throw error;
      const { code, message } = error;
      this.#step({ kind: "failure", atMs: this.#clock.monotonicMs(), code, message });
      return code;
    }
  }

  #step(input: HealthInput): void {
    const [health, effects] = stepHealth(this.#health, input, this.#parts.settings);
    this.#health = health;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: HealthEffect): void {
    switch (effect.kind) {
      case "online":
        this.#board.online("pictures come");
        return;
      case "lost":
        this.#board.lost(effect.reason, effect.detail, effect.state);
        return;
      case "frozen":
        this.#occur("frozen", { forS: seconds(effect.forMs), checks: effect.checks });
        return;
      case "restored":
        this.#occur("restored", { was: effect.was, forS: seconds(effect.forMs) });
        return;
      default:
        unreachable(effect);
    }
  }

  #show({ capturedAtMs, brightness, framesPerSecond }: Look): void {
    this.#board.good("frameAge", Math.max(0, this.#clock.monotonicMs() - capturedAtMs) / 1_000);
    this.#board.good("frozen", this.#health.isFrozen ? 1 : 0);
    if (framesPerSecond !== undefined) this.#board.good("frameRate", framesPerSecond);
    if (brightness === undefined) return;
    if (brightness instanceof CameraError) {
      this.#board.bad("brightness", "not-available", brightness.message);
      this.#board.bad("dark", "not-available", brightness.message);
      return;
    }
    this.#board.good("brightness", brightness);
    this.#board.good("dark", brightness < this.#parts.settings.darkBelowPercent ? 1 : 0);
  }

  #occur(name: string, details: Readonly<Record<string, string | number>>): void {
    const { deviceId } = this.#parts;
    this.#deps.publish({ kind: "occurrence", deviceId, name, details, ...eventTime(this.#clock.now()) });
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
