import type { Clock } from "@outpost/kernel/clock.ts";

import { eventTime, type BadReason, type DeviceEvent } from "../../event.ts";
import type { LinkPriority } from "../../links/link.ts";
import { IDLE, stepFlow, type FlowEffect, type FlowInput, type FlowState, type FlowVerdict } from "../flow/flow.ts";
import type { Gate, GateOutcome } from "../gate/gate.ts";
import type { SentinelSettings } from "../settings.ts";
import type { CodeMemory } from "../verifiers/code-memory.ts";
import type { Verifier } from "../verifiers/verifier.ts";
import type { Background } from "./background.ts";
import type { Show } from "./show.ts";

export interface DoorwayDeps {
  readonly deviceId: string;
  readonly clock: Clock;
  readonly show: Show;
  readonly verifier: Verifier;
  readonly memory: CodeMemory;
  readonly background: Background;
  /** Absent: people are told apart, and something else lets them in. */
  readonly gate: Gate | undefined;
  publish(event: DeviceEvent): void;
}

const TICK_MS = 100;

/** Joins what happens at a doorway: codes and temperatures go into the flow, and what the flow decides is done. */
export class Doorway {
  readonly #settings: SentinelSettings;
  readonly #deps: DoorwayDeps;
  readonly #signal: AbortSignal;
  #flow: FlowState = IDLE;

  /** @param signal  aborts when the device is closed. */
  constructor(settings: SentinelSettings, deps: DoorwayDeps, signal: AbortSignal) {
    this.#settings = settings;
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Whether somebody stands there and is to be measured. */
  get isMeasuring(): boolean {
    return this.#flow.at.phase === "measuring";
  }

  onCode(code: string): void {
    // The code goes to the verifiers and nowhere else: what is kept, published and logged is its hash.
    this.#take({ kind: "code", code: this.#deps.memory.shortHash(code) }, code);
  }

  onMeasured(celsius: number): void {
    this.#deps.show.measured(celsius, this.#settings.thermometer?.freshMs ?? 0);
    this.#take({ kind: "temperature", celsius });
  }

  onScannerUp(): void {
    this.#deps.show.found();
  }

  onScannerDown(reason: BadReason, detail: string): void {
    if (this.#deps.show.lost(reason, detail)) this.#take({ kind: "lost" });
  }

  /** Lets time do its work until the signal aborts, then rejects with its reason. */
  async run(): Promise<never> {
    for (;;) {
      await this.#deps.clock.sleep(TICK_MS, this.#signal);
      this.#take({ kind: "tick" });
      this.#deps.show.tick();
    }
  }

  /** Opens the gate for somebody who asks from elsewhere. */
  async openGate(gate: Gate, priority: LinkPriority, signal: AbortSignal): Promise<GateOutcome> {
    const outcome = await gate.open(priority, signal);
    this.#gateAnswered(outcome);
    return outcome;
  }

  #take(input: FlowInput, code?: string): void {
    const [next, effects] = stepFlow(this.#flow, input, this.#settings, this.#deps.clock.monotonicMs());
    this.#flow = next;
    for (const effect of effects) this.#carryOut(effect, code);
  }

  #carryOut(effect: FlowEffect, code: string | undefined): void {
    switch (effect.kind) {
      case "verify":
        if (code !== undefined) this.#deps.background.start(this.#verify(effect.scan, code), this.#signal);
        return;
      case "measure":
        // The thermometer's loop sees by itself that somebody is to be measured.
        return;
      case "admit":
        return this.#admit(effect);
      case "refuse":
        this.#deps.show.flash("refused");
        return this.#occurred("refused", { reason: effect.reason, code: effect.code });
      case "fever":
        this.#deps.show.flash("fever");
        return this.#occurred("fever", {
          temperatureC: effect.celsius,
          ...(effect.code === undefined ? {} : { code: effect.code }),
        });
    }
  }

  async #verify(scan: number, code: string): Promise<void> {
    const verdict = await this.#deps.verifier.verify(code, this.#signal);
    this.#signal.throwIfAborted();
    const known: FlowVerdict = verdict.kind === "unknown" ? { kind: "refuse", reason: "unknown-code" } : verdict;
    this.#take({ kind: "verified", scan, verdict: known });
  }

  #admit({ code, by, isUnverified, celsius }: Extract<FlowEffect, { readonly kind: "admit" }>): void {
    const { gate, background } = this.#deps;
    if (gate !== undefined) background.start(this.#openFor(gate), this.#signal);
    const temperature = celsius === undefined ? {} : { temperatureC: celsius };
    this.#occurred("admitted", { code, by, isUnverified, ...temperature });
  }

  async #openFor(gate: Gate): Promise<void> {
    // As urgent as an operator's order: somebody stands before it.
    this.#gateAnswered(await gate.open("command", this.#signal));
  }

  #gateAnswered(outcome: GateOutcome): void {
    if (outcome.kind === "failed") this.#occurred("gate-failed", { detail: outcome.detail });
  }

  #occurred(name: string, details: Readonly<Record<string, string | number | boolean>>): void {
    const { deviceId, clock } = this.#deps;
    this.#deps.publish({ kind: "occurrence", deviceId, name, details, ...eventTime(clock.now()) });
  }
}
