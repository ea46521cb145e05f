import type { Random } from "../../../testing/random.ts";
import { PHASES, type PerPhase, type Phase } from "../../words.ts";
import {
  highestGrantA,
  startSupply,
  stepSupply,
  type Known,
  type Member,
  type SendGrant,
  type SupplyInput,
  type SupplySettings,
  type SupplyState,
} from "../supply-control.ts";

export const STEP_MS = 500;

/** A station that obeys late, forgets grants when they end, and is told things by a network that loses and delays. */
interface Station {
  readonly member: Member;
  /** What the car would take. */
  wantsA: number;
  drawsA: number;
  isConnected: boolean;
  hasTransaction: boolean;
  /** A TxProfile names its transaction: one for another is refused. */
  transaction: number;
  /** The one the controller has heard of last. */
  reportedTransaction: number;
  grant: { readonly limitA: number; readonly untilMs: number } | undefined;
  /** Limits that were in force, and until when the current may still be as high: it follows each change by and by. */
  former: readonly { readonly limitA: number; readonly untilMs: number }[];
}

interface Message {
  readonly atMs: number;
  run(): void;
}

/**
 * A supply with its stations, on a clock of its own. Everything that can happen to messages, cars and the controller is
 * drawn by chance; `overA` tells by how much any phase was ever over its limit.
 */
export class SimulatedSite {
  readonly #random: Random;
  readonly #settings: SupplySettings;
  readonly #stations: Station[];
  #controller: SupplyState | undefined;
  /** What the controller wrote down before it told anybody. */
  readonly #written = new Map<string, number>();
  #messages: Message[] = [];
  #nowMs = 0;
  overA = 0;
  /** Energy taken, in ampere-steps: a supply that grants nothing is safe too. */
  drawnASteps = 0;

  constructor(settings: SupplySettings, random: Random) {
    this.#random = random;
    this.#settings = settings;
    this.#stations = settings.members.map((member) => ({
      member,
      wantsA: random.whole(0, 40),
      drawsA: 0,
      isConnected: true,
      hasTransaction: random.whole(0, 2) > 0,
      transaction: 1,
      reportedTransaction: 1,
      grant: undefined,
      former: [],
    }));
    this.#startController();
  }

  step(): void {
    this.#nowMs += STEP_MS;
    this.#somethingHappens();
    const due = this.#messages.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#messages = this.#messages.filter(({ atMs }) => atMs > this.#nowMs);
    for (const message of due) message.run();
    for (const station of this.#stations) this.#draw(station);
    this.#look();
    for (const station of this.#stations) if (station.isConnected) this.#report(station);
    this.#feed({ kind: "tick" });
  }

  #startController(): void {
    this.#controller = startSupply(this.#settings, this.#written, this.#nowMs);
    for (const station of this.#stations) this.#report(station);
  }

  #somethingHappens(): void {
    const random = this.#random;
    if (random.whole(0, 60) === 0) this.#controller = undefined;
    if (this.#controller === undefined && random.whole(0, 10) === 0) this.#startController();
    for (const station of this.#stations) {
      if (random.whole(0, 25) === 0) station.wantsA = random.whole(0, 40);
      if (random.whole(0, 60) === 0) station.isConnected = !station.isConnected;
      if (random.whole(0, 50) === 0) this.#turnTransaction(station);
    }
  }

  #turnTransaction(station: Station): void {
    this.#changeLimit(station, () => {
      station.hasTransaction = !station.hasTransaction;
      station.transaction += 1;
      // A TxProfile goes with its transaction.
      station.grant = undefined;
    });
  }

  #feed(input: SupplyInput): void {
    if (this.#controller === undefined) return;
    const [next, grants] = stepSupply(this.#settings, this.#controller, input, this.#nowMs);
    this.#controller = next;
    for (const grant of grants) {
      this.#written.set(grant.key, highestGrantA(next, grant.key));
      this.#send(grant, next);
    }
  }

  /** The way there, the station's mind and the way back, each slow or lost. */
  #send(grant: SendGrant, sender: SupplyState): void {
    const random = this.#random;
    const { callTimeoutMs } = this.#settings;
    const station = this.#stations.find(({ member }) => member.key === grant.key);
    if (station === undefined) return;
    const thereMs = random.whole(0, callTimeoutMs);
    const backMs = random.whole(0, callTimeoutMs);
    const isLost = random.whole(0, 6) === 0 || !station.isConnected;
    const isAnswerLost = isLost || random.whole(0, 6) === 0 || thereMs + backMs > callTimeoutMs;
    const { reportedTransaction } = station;
    let answer: "accepted" | "refused" = "accepted";
    if (!isLost) {
      this.#later(thereMs, () => {
        if (station.transaction !== reportedTransaction || random.whole(0, 20) === 0) answer = "refused";
        else this.#obey(station, grant);
      });
    }
    const told = (outcome: "accepted" | "refused" | "lost"): void => {
      // A controller that died meanwhile hears nothing, and its successor did not ask.
      if (this.#controller !== undefined && this.#controller.nextId >= sender.nextId) {
        this.#feed({ kind: "answered", key: grant.key, id: grant.id, answer: outcome });
      }
    };
    this.#later(isAnswerLost ? callTimeoutMs : thereMs + backMs, () => told(isAnswerLost ? "lost" : answer));
  }

  #obey(station: Station, grant: SendGrant): void {
    this.#changeLimit(station, () => {
      station.grant = { limitA: grant.limitA, untilMs: this.#nowMs + grant.leaseMs };
    });
  }

  #changeLimit(station: Station, change: () => void): void {
    const before = this.#limitOf(station);
    change();
    if (this.#limitOf(station) === before) return;
    const untilMs = this.#nowMs + this.#random.whole(0, this.#settings.settleMs - STEP_MS);
    station.former = [...station.former, { limitA: before, untilMs }];
  }

  #limitOf({ grant, member }: Station): number {
    return grant === undefined ? member.fallbackA : grant.limitA;
  }

  #draw(station: Station): void {
    if (station.grant !== undefined && station.grant.untilMs <= this.#nowMs) {
      this.#changeLimit(station, () => {
        station.grant = undefined;
      });
    }
    station.former = station.former.filter(({ untilMs }) => this.#nowMs < untilMs);
    // Until it has followed, a car may go up to whatever was allowed before.
    const limitA = Math.max(this.#limitOf(station), ...station.former.map((one) => one.limitA));
    station.drawsA = station.wantsA < 6 || limitA < 6 ? 0 : Math.min(station.wantsA, limitA, station.member.maxA);
  }

  #look(): void {
    for (const phase of PHASES) {
      const flowsA = this.#flowsOn(phase);
      this.overA = Math.max(this.overA, flowsA - this.#settings.limitA[phase]);
      this.drawnASteps += flowsA;
    }
  }

  #flowsOn(phase: Phase): number {
    return this.#stations.reduce(
      (sum, { member, drawsA }) => (member.phases.includes(phase) ? sum + drawsA : sum),
      this.#settings.otherLoadsA[phase],
    );
  }

  #report(station: Station): void {
    const { member, drawsA, isConnected, hasTransaction } = station;
    if (this.#controller !== undefined) station.reportedTransaction = station.transaction;
    const on = (phase: Phase): number => (member.phases.includes(phase) ? drawsA : 0);
    const meteredA: PerPhase = { L1: on("L1"), L2: on("L2"), L3: on("L3") };
    const known: Known = {
      status: hasTransaction ? "charging" : "available",
      isConnected,
      hasTransaction,
      hasFallback: true,
      meteredA: this.#random.whole(0, 3) > 0 ? meteredA : undefined,
      meteredAtMs: this.#nowMs,
    };
    this.#feed({ kind: "known", key: member.key, known });
  }

  #later(ms: number, run: () => void): void {
    this.#messages.push({ atMs: this.#nowMs + ms, run });
  }
}
