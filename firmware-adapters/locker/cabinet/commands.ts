import { randomBytes } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";

import type { CommandOutcome, DeviceCommand } from "../../event.ts";
import { stepSelection, type Selection, type SelectionEffect, type SelectionInput } from "../../selection.ts";
import type { Redeemer } from "../codes/redeemer.ts";
import { OPEN_ALL, type Doors } from "../doors/doors.ts";
import type { Compartment, LockerSettings } from "../settings.ts";
import type { Cabinet } from "./cabinet.ts";
import { learnPolarity } from "./learn-polarity.ts";
import { refusal, type Openings, type Refusal } from "./openings.ts";

export interface CommandsDeps {
  readonly clock: Clock;
  readonly cabinet: Cabinet;
  readonly doors: Doors;
  readonly openings: Openings;
  /** Absent where the cabinet takes no codes. */
  readonly redeemer: Redeemer | undefined;
}

type CommandOf<Kind extends DeviceCommand["kind"]> = Extract<DeviceCommand, { readonly kind: Kind }>;

/** What people and rules may ask of a cabinet. */
export class Commands {
  readonly #settings: LockerSettings;
  readonly #deps: CommandsDeps;
  #selection: Selection = { phase: "idle" };
  #isLearning = false;

  constructor(settings: LockerSettings, deps: CommandsDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** Carries a command out or says why not. Rejects only with the signal's reason. */
  async execute(command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome> {
    switch (command.kind) {
      case "write":
        return await this.#write(command, signal);
      case "select":
        return this.#select(command);
      case "operate":
        return await this.#operate(command, signal);
      case "cancel":
        return answerOf(this.#step(command));
      case "call":
        return await this.#call(command, signal);
    }
  }

  async #write({ pointId, value, actor, priority }: CommandOf<"write">, signal: AbortSignal): Promise<CommandOutcome> {
    if (pointId === OPEN_ALL) return refusal("needs-select", "openAll opens every door: select it, then operate");
    const compartment = this.#doorOf(pointId);
    if (compartment === undefined) return this.#notADoor(pointId);
    const objection = this.#objection(value);
    if (objection !== undefined) return objection;
    const { openings } = this.#deps;
    const reserved = openings.reserve(compartment);
    if ("kind" in reserved) return reserved;
    using _ = reserved;
    const order = { actor, reference: "command" };
    const { maxPulses } = this.#settings;
    return await openings.openReserved({ compartment, order, priority: priority ?? "command", maxPulses }, signal);
  }

  #select({ pointId, value, actor }: CommandOf<"select">): CommandOutcome {
    if (pointId !== OPEN_ALL) {
      if (this.#doorOf(pointId) === undefined) return this.#notADoor(pointId);
      return refusal("bad-arguments", `${pointId} needs no selection: write it`);
    }
    const objection = this.#objection(value) ?? this.#clockObjection();
    if (objection !== undefined) return objection;
    const selectionId = randomBytes(16).toString("hex");
    return answerOf(this.#step({ kind: "select", selectionId, pointId, value, actor }));
  }

  async #operate(command: CommandOf<"operate">, signal: AbortSignal): Promise<CommandOutcome> {
    const effect = this.#step(command);
    if (effect.kind !== "carry-out") return answerOf(effect);
    try {
      const objection = this.#objection(effect.value) ?? this.#clockObjection();
      return objection ?? (await this.#deps.openings.openAll(command.actor, signal));
    } finally {
      this.#step({ kind: "finished" });
    }
  }

  async #call(command: CommandOf<"call">, signal: AbortSignal): Promise<CommandOutcome> {
    const { cabinet, clock, redeemer } = this.#deps;
    const { methodId, actor } = command;
    if (methodId === "redeem-code" && redeemer !== undefined) {
      return await redeemer.redeem(command.arguments["code"], actor, signal);
    }
    if (methodId !== "learn-polarity") return refusal("unknown-method", `a locker has no method "${methodId}"`);
    if (this.#isLearning) return refusal("busy", "somebody is at it already");
    this.#isLearning = true;
    try {
      return await learnPolarity(this.#settings, command.arguments["withinSeconds"], { clock, cabinet }, signal);
    } finally {
      this.#isLearning = false;
    }
  }

  #doorOf(pointId: string): Compartment | undefined {
    return this.#deps.doors.compartments.find(({ number }) => pointId === `door${number}.open`);
  }

  #notADoor(pointId: string): Refusal {
    const match = /^door(?<number>\d+)\.(?:occupied|forced|leftOpen|failed)$/.exec(pointId);
    const number = Number(match?.groups?.["number"]);
    if (this.#deps.doors.compartments.some((one) => one.number === number)) {
      return refusal("not-writable", `${pointId} is read only`);
    }
    return refusal("unknown-point", `this cabinet has no point "${pointId}"`);
  }

  #objection(value: number): Refusal | undefined {
    if (value !== 1) return refusal("out-of-limits", "a door can be opened (1), and nothing else");
    return this.#deps.cabinet.isOnline ? undefined : refusal("device-offline", "the lock board does not answer");
  }

  #clockObjection(): Refusal | undefined {
    if (this.#deps.clock.now().confidence !== "doubtful") return undefined;
    return refusal("clock-not-confident", "the gateway's clock is doubtful, so nobody can say when this was ordered");
  }

  #step(input: SelectionInput): SelectionEffect {
    const [next, effect] = stepSelection(this.#selection, input, this.#deps.clock.monotonicMs());
    this.#selection = next;
    return effect;
  }
}

function answerOf(effect: SelectionEffect): CommandOutcome {
  if (effect.kind === "answer") return effect.outcome;
  throw new Error(`a selection step ended in ${effect.kind} where an answer belongs`);
}
