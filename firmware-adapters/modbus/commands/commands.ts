import { randomBytes } from "node:crypto";

import { asError } from "@outpost/kernel/thrown.ts";

import type { CommandOutcome, DeviceCommand } from "../../event.ts";
import { LinkError } from "../../links/errors.ts";
import { LineMutex } from "../../links/line-mutex.ts";
import type { LinkPriority } from "../../links/link.ts";
import { stepSelection } from "../../selection.ts";
import type { Selection, SelectionEffect, SelectionInput } from "../../selection.ts";
import { ModbusError } from "../errors.ts";
import type { PolledPoint, TimedReading } from "../polling/point-reports.ts";
import type { Point, PumpStationProfile } from "../profile.ts";
import { carryOut } from "./carry-out.ts";
import { refusalByInterlock, refusalToWrite, refused } from "./permission.ts";
import type { Facts } from "./permission.ts";
import { PointIo } from "./point-io.ts";
import type { PointIoDeps } from "./point-io.ts";
import { releaseButton } from "./press-button.ts";
import { NEVER_SEEN, observeRun } from "./run-history.ts";
import type { RunHistory } from "./run-history.ts";

/** Writes of one point that may wait for one that is under way. */
const MAX_WAITING_WRITES = 8;

export interface CommandsDeps extends PointIoDeps {
  isOnline(): boolean;
  /** Something worth keeping happened to a command's point beside the command itself. */
  onOccurrence(name: string, details: Readonly<Record<string, string | number | boolean>>): void;
}

type CommandOf<Kind extends DeviceCommand["kind"]> = Extract<DeviceCommand, { readonly kind: Kind }>;

/** Carries out one device's commands, and remembers what they depend on: selection, run histories, pressed buttons. */
export class Commands {
  readonly #deps: CommandsDeps;
  readonly #runs = new Map<string, RunHistory>();
  readonly #queues = new Map<string, LineMutex>();
  readonly #presses = new Set<string>();
  /** Buttons that may still be pressed: by us with the answer lost, or by whoever ran before us. */
  readonly #held = new Set<string>();
  readonly #seenButtons = new Set<string>();
  #selection: Selection = { phase: "idle" };

  constructor(profile: PumpStationProfile, deps: CommandsDeps) {
    this.#deps = deps;
    for (const { id, writable } of profile.points) {
      if (writable !== undefined) this.#queues.set(id, new LineMutex({ maxWaiting: MAX_WAITING_WRITES }));
      if (writable?.startLimits !== undefined && writable.feedback !== undefined) {
        this.#runs.set(writable.feedback.pointId, NEVER_SEEN);
      }
    }
  }

  /** Takes a reading of a pulse coil or of a machine's run state into account. */
  observe(point: Point, { reading, atMs }: TimedReading): void {
    const history = this.#runs.get(point.id);
    if (history !== undefined) this.#runs.set(point.id, observeRun(history, reading, atMs));
    if (point.writable?.pulseMs === undefined || reading.quality === "bad") return;
    if (reading.value === 0) this.#held.delete(point.id);
    // At 1 before we ever pressed it: left so by a gateway that died in the middle of a press.
    else if (!this.#seenButtons.has(point.id) && !this.#presses.has(point.id)) this.#held.add(point.id);
    this.#seenButtons.add(point.id);
  }

  /** Lets go of buttons that were found pressed, or that could not be released when it was time to. */
  async releaseHeld(): Promise<void> {
    for (const id of this.#held) {
      const point = this.#deps.reports.point(id);
      if (point === undefined || this.#presses.has(id)) continue;
      const isReleased = await releaseButton(point, this.#io("command"));
      if (isReleased) this.#held.delete(id);
      this.#deps.onOccurrence("latched-button", { point: id, isReleased });
    }
  }

  /** Carries a command out or says why not. Rejects only with the signal's reason, and only before anything was written. */
  async execute(command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome> {
    try {
      switch (command.kind) {
        case "write":
          return await this.#write(command, signal);
        case "select":
          return await this.#select(command, signal);
        case "operate":
          return await this.#operate(command, signal);
        case "cancel":
          return this.#answerOf(this.#step(command));
        case "call":
          return refused("unknown-method", `a Modbus device has no method "${command.methodId}"`);
      }
    } catch (error) {
      signal.throwIfAborted();
      return notReached(error);
    }
  }

  async #write(command: CommandOf<"write">, signal: AbortSignal): Promise<CommandOutcome> {
    const priority = command.priority ?? "command";
    const point = this.#deps.reports.point(command.pointId);
    if (point === undefined) return unknownPoint(command.pointId);
    const objection = refusalToWrite(point.point, command.value, this.#facts(priority));
    if (objection !== undefined) return objection;
    if (point.point.writable?.isHazardous === true) {
      return refused("needs-select", `${command.pointId} is hazardous: select it, then operate`);
    }
    return await this.#permitted(point, command.value, priority, signal);
  }

  async #select(command: CommandOf<"select">, signal: AbortSignal): Promise<CommandOutcome> {
    const { pointId, value, actor } = command;
    const point = this.#deps.reports.point(pointId);
    if (point === undefined) return unknownPoint(pointId);
    const objection =
      refusalToWrite(point.point, value, this.#facts("command")) ?? (await this.#interlocked(point, "command", signal));
    if (objection !== undefined) return objection;
    const selectionId = randomBytes(16).toString("hex");
    return this.#answerOf(this.#step({ kind: "select", selectionId, pointId, value, actor }));
  }

  async #operate(command: CommandOf<"operate">, signal: AbortSignal): Promise<CommandOutcome> {
    const effect = this.#step(command);
    if (effect.kind !== "carry-out") return this.#answerOf(effect);
    try {
      const point = this.#deps.reports.point(effect.pointId);
      if (point === undefined) return unknownPoint(effect.pointId);
      const objection = refusalToWrite(point.point, effect.value, this.#facts("command"));
      return objection ?? (await this.#permitted(point, effect.value, "command", signal));
    } finally {
      this.#step({ kind: "finished" });
    }
  }

  /** The last look at the interlocks and then the write, with no other write of this point in between. */
  async #permitted(
    point: PolledPoint,
    value: number,
    priority: LinkPriority,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const { id } = point.point;
    const release = await this.#queues.get(id)?.acquire(priority, signal);
    this.#presses.add(id);
    try {
      const objection = await this.#interlocked(point, priority, signal);
      if (objection !== undefined) return objection;
      const onHeld = (): void => {
        this.#held.add(id);
      };
      return await carryOut({ point, value, onHeld }, this.#io(priority), signal);
    } finally {
      this.#presses.delete(id);
      release?.();
    }
  }

  async #interlocked(
    point: PolledPoint,
    priority: LinkPriority,
    signal: AbortSignal,
  ): Promise<CommandOutcome | undefined> {
    const rule = point.point.writable;
    if (rule === undefined) return undefined;
    const ids = new Set(rule.interlocks.map((lock) => lock.pointId));
    if (rule.startLimits !== undefined && rule.feedback !== undefined) ids.add(rule.feedback.pointId);
    const points = [...ids].map((id) => this.#deps.reports.point(id)).filter((one) => one !== undefined);
    // An alarm's actuator is judged on the last readings, whose age its interlocks bound, and loses no time.
    if (points.length > 0 && priority !== "alarm") await this.#io(priority).refresh(points, signal);
    return refusalByInterlock(rule, this.#facts(priority));
  }

  #facts(priority: LinkPriority): Facts {
    const { monotonicMs, confidence } = this.#deps.clock.now();
    return {
      nowMs: monotonicMs,
      clockConfidence: confidence,
      // The poll may not have noticed yet that a device is back; an alarm's actuator is tried in any case.
      isOnline: priority === "alarm" || this.#deps.isOnline(),
      latest: (id) => this.#deps.reports.latest(id),
      runs: (id) => this.#runs.get(id) ?? NEVER_SEEN,
    };
  }

  #io(priority: LinkPriority): PointIo {
    return new PointIo(this.#deps, priority);
  }

  #step(input: SelectionInput): SelectionEffect {
    const [next, effect] = stepSelection(this.#selection, input, this.#deps.clock.monotonicMs());
    this.#selection = next;
    return effect;
  }

  #answerOf(effect: SelectionEffect): CommandOutcome {
    if (effect.kind === "answer") return effect.outcome;
    throw new Error(`a selection step ended in ${effect.kind} where an answer belongs`);
  }
}

function unknownPoint(pointId: string): CommandOutcome {
  return refused("unknown-point", `the profile has no point "${pointId}"`);
}

/** Only reads come before the write, so nothing has happened at the device yet. */
function notReached(error: unknown): CommandOutcome {
  if (error instanceof LinkError && error.code === "link/busy") return refused("busy", error.message);
  if (error instanceof LinkError || error instanceof ModbusError) return refused("device-offline", error.message);
  throw asError(error);
}
