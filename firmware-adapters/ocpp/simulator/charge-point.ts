import { z } from "zod";

import type { StationCall } from "../words.ts";
import {
  ANY_CAR,
  filledIn,
  type Arrival,
  type ChargePointDeps,
  type ChargePointOptions,
  type FilledOptions,
} from "./charge-point-options.ts";
import type { BootCause, Dialect } from "./dialects/dialect.ts";
import { answers16 } from "./dialects/v16-answers.ts";
import { words16 } from "./dialects/v16-words.ts";
import { answers201 } from "./dialects/v201-answers.ts";
import { words201 } from "./dialects/v201-words.ts";
import { Line, LineError } from "./line/line.ts";
import { changed, wellBehaved, type Misbehaviour, type MisbehaviourChange } from "./line/misbehaviour.ts";
import { Outbox, type Acknowledged } from "./line/outbox.ts";
import { Commands, type LoginChange } from "./station/commands.ts";
import type { Connector } from "./station/connector.ts";
import { Station, type SwipeOutcome } from "./station/station.ts";
import type { StopReason } from "./station/transaction.ts";

const bootAnswer = z.object({ status: z.string(), currentTime: z.string(), interval: z.number() });
const BETWEEN_STEPS_MS = 100;
const MAX_CALLS_UNDER_WAY = 200;

/** Starts a simulated charge point: it calls its central system until it is disposed. */
export function startChargePoint(options: ChargePointOptions, deps: ChargePointDeps): SimulatedChargePoint {
  return new SimulatedChargePoint(options, deps);
}

/** A charge point as its driver, its electrician and its central system know it. */
export class SimulatedChargePoint implements AsyncDisposable {
  readonly identity: string;
  readonly station: Station;
  readonly #options: FilledOptions;
  readonly #deps: ChargePointDeps;
  readonly #dialect: Dialect;
  readonly #line: Line;
  readonly #outbox: Outbox;
  readonly #stop = new AbortController();
  readonly #work = new Set<Promise<unknown>>();
  readonly #running: Promise<unknown>;
  #bootCause: BootCause | undefined = "power-up";
  #isBooting = false;
  #lastSwipe: SwipeOutcome | undefined;
  #bootDueMs = 0;
  /** Monotonic, when the last one left. */
  #heartbeatAtMs = 0;
  #clockOffsetMs = 0;

  constructor(options: ChargePointOptions, deps: ChargePointDeps) {
    const { identity, version } = options;
    this.identity = identity;
    this.#options = filledIn(options);
    this.#deps = deps;
    const plate = { vendor: "Outpost", model: "Simulated", serial: identity.slice(0, 25), firmware: "1.0.0" };
    this.#dialect = version === "ocpp1.6" ? words16(plate) : words201(plate);
    const voice = {
      isOnline: () => this.#line.isUp && this.#bootCause === undefined && !this.#line.misbehaviour.isSilent,
    };
    this.station = new Station(
      { ...this.#options, settings: options.settings ?? {} },
      {
        dialect: this.#dialect,
        voice: {
          get isOnline() {
            return voice.isOnline();
          },
          ask: (call) => this.#ask(call),
          queue: (message) => this.#outbox.push(message),
          later: (work) => this.#begin(work),
        },
        monotonicMs: () => deps.clock.monotonicMs(),
        nowMs: () => this.nowMs(),
      },
    );
    const commands = this.#commands();
    this.#line = new Line(this.#options, {
      ...deps,
      onAnswer: version === "ocpp1.6" ? answers16(commands) : answers201(commands),
      onOpen: () => this.#onOpen(),
      onClose: () => this.#outbox.close(),
    });
    this.#outbox = this.#newOutbox();
    const { signal } = this.#stop;
    this.#running = Promise.all([this.#line.run(signal), this.#outbox.run(signal), this.#tick(signal)]);
    // Seen by whoever disposes; a failure that is no stop is a bug and ends the process there.
    this.#running.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** The station's own wall clock. */
  nowMs(): number {
    return this.#deps.clock.now().wallMs + this.#clockOffsetMs;
  }

  get isConnected(): boolean {
    return this.#line.isUp;
  }

  /** Whether its central side has accepted it, on the connection that is up now. */
  get isAccepted(): boolean {
    return this.#line.isUp && this.#bootCause === undefined;
  }

  get queueLength(): number {
    return this.#outbox.length;
  }

  get acknowledged(): readonly Acknowledged[] {
    return this.#outbox.acknowledged;
  }

  get misbehaviour(): Misbehaviour {
    return this.#line.misbehaviour;
  }

  /** @returns false where there is no such connector, or a car on it. */
  plug(connectorId: number, car: Arrival = {}): boolean {
    return this.station.plug(connectorId, { ...ANY_CAR, ...car });
  }

  unplug(connectorId: number): boolean {
    return this.station.unplug(connectorId);
  }

  /** What the car on a connector would draw from now on. @returns false where there is none. */
  setWish(connectorId: number, wantsA: number): boolean {
    const car = this.station.connector(connectorId)?.outlet.car;
    if (car !== undefined) car.wantsA = wantsA;
    return car !== undefined;
  }

  async swipe(connectorId: number, idTag: string): Promise<SwipeOutcome> {
    this.#lastSwipe = await this.station.swipe(connectorId, idTag);
    return this.#lastSwipe;
  }

  /** Somebody plugs a car in, and holds a card up as soon as the station is in service and set up. @returns as `plug`. */
  arrive(connectorId: number, idTag: string, car: Arrival = {}): boolean {
    if (!this.plug(connectorId, car)) return false;
    this.#begin(async () => {
      // A station that was never set up has no limit yet: it is given a while to be.
      for (let looks = 0; !this.isAccepted || (looks < 40 && !this.station.hasDefault(connectorId)); looks += 1) {
        await this.#deps.clock.sleep(this.#options.tickMs, this.#stop.signal);
      }
      await this.swipe(connectorId, idTag);
    });
    return true;
  }

  /** Ends a transaction at the station, without a tag. @returns false where there is none. */
  endTransaction(connectorId: number): boolean {
    const connector = this.station.connector(connectorId);
    if (connector?.transaction === undefined) return false;
    this.station.stop(connector, "Local");
    return true;
  }

  fault(connectorId: number, errorCode = "GroundFailure"): boolean {
    return this.station.setFault(connectorId, errorCode);
  }

  clearFault(connectorId: number): boolean {
    return this.station.setFault(connectorId, undefined);
  }

  /** Drops the line and stays away. */
  cut(forMs: number): void {
    this.#outbox.close();
    this.#line.cut(forMs);
  }

  /** Starts anew, as after a reset or a power cut: what runs ends, what is queued and installed stays. */
  reboot(reason: StopReason = "PowerLoss"): void {
    for (const connector of this.station.connectors) {
      this.station.stop(connector, reason);
      connector.authorised = undefined;
      connector.isFinishing = false;
    }
    this.station.forgetTold();
    this.#bootCause = reason === "PowerLoss" ? "power-up" : "reset";
    this.cut(this.#options.rebootMs);
  }

  /** @param connectorId  undefined: all. */
  setLag(lagMs: number, connectorId?: number): void {
    for (const connector of this.station.connectors) {
      if (connectorId === undefined || connector.id === connectorId) connector.outlet.lagMs = lagMs;
    }
  }

  /** Begins to misbehave in these ways, beside those before. */
  misbehave(how: MisbehaviourChange): void {
    this.#line.misbehaviour = changed(this.#line.misbehaviour, how);
    if (how.clockOffsetS !== undefined) this.#clockOffsetMs = how.clockOffsetS * 1_000;
    if (how.isSilent === false && this.isAccepted) this.#outbox.open();
  }

  behave(): void {
    this.misbehave(wellBehaved());
  }

  sendGarbage(bytes: number): boolean {
    return this.#line.sendGarbage(bytes);
  }

  state(): object {
    const { identity, station, isAccepted } = this;
    return {
      identity,
      version: this.#options.version,
      isAccepted,
      line: this.#line.state(),
      clock: new Date(this.nowMs()).toISOString(),
      connectors: station.connectors.map((one) => one.state()),
      lastSwipe: this.#lastSwipe ?? null,
      queueLength: this.queueLength,
      transactionMessages: this.#outbox.state(),
      tags: { listVersion: station.tags.listVersion, ...station.tags.sizes },
      profiles: station.profiles,
      misbehaviour: this.misbehaviour,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the charge point was stopped"));
    await this.#running.catch(() => {});
    await Promise.all(this.#work);
  }

  #commands(): Commands {
    return new Commands(this.station, {
      dialect: this.#dialect,
      commonName: this.identity,
      nowMs: () => this.nowMs(),
      waiting: () => this.queueLength,
      cabinet: {
        isRefusingProfiles: () => this.misbehaviour.refusesProfiles,
        reboot: (reason) => this.#afterAnswer(() => this.reboot(reason)),
        say: (call) => {
          if (call !== undefined) this.#begin(() => this.#ask(call));
        },
        sayInTurn: (calls) => this.#begin(() => this.#sayInTurn(calls)),
        sayStatus: (connector) => this.#tellStatus(connector),
        later: (work) => this.#begin(work),
        ask: (call) => this.#ask(call),
        callAs: (change) => this.#callAs(change),
      },
    });
  }

  #callAs({ key, own, securityProfile }: LoginChange): boolean {
    const { secureUrl, secureTls, tls } = this.#options;
    const isMoving = securityProfile !== undefined && securityProfile >= 2;
    if (isMoving && secureUrl === undefined) return false;
    this.#afterAnswer(() =>
      this.#line.callAs({
        ...(key === undefined ? {} : { key }),
        ...(own === undefined ? {} : { tls: { ...tls, ...own } }),
        ...(isMoving && secureUrl !== undefined ? { url: secureUrl, tls: secureTls } : {}),
      }),
    );
    return true;
  }

  #newOutbox(): Outbox {
    const { settings } = this.station;
    const takeOne = (what: "lostAnswers" | "duplicates"): boolean => {
      const left = this.misbehaviour[what];
      if (left > 0) this.misbehave({ [what]: left - 1 });
      return left > 0;
    };
    return new Outbox({
      clock: this.#deps.clock,
      send: (call) => this.#line.call(call),
      retries: () => ({ attempts: settings.number("attempts"), waitMs: settings.number("retryS") * 1_000 }),
      losesAnswer: () => takeOne("lostAnswers"),
      sendsTwice: () => takeOne("duplicates"),
      keeps: this.#options.keptMessages,
    });
  }

  #onOpen(): void {
    if (this.#bootCause !== undefined) this.#bootDueMs = 0;
    else {
      this.#outbox.open();
      this.#heartbeatAtMs = this.#deps.clock.monotonicMs();
    }
  }

  async #tick(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.station.tick();
      if (this.#line.isUp && !this.misbehaviour.isSilent) this.#speak();
      await this.#deps.clock.sleep(this.#options.tickMs, signal);
    }
  }

  /** Whatever is due to be said. */
  #speak(): void {
    const monotonicMs = this.#deps.clock.monotonicMs();
    if (this.#bootCause !== undefined) {
      if (!this.#isBooting && monotonicMs >= this.#bootDueMs) this.#begin(() => this.#boot());
      return;
    }
    for (const connector of this.station.connectors) {
      if (connector.toldStatus !== this.#statusOf(connector)) this.#tellStatus(connector);
    }
    const everyMs = Math.max(1, this.station.settings.number("heartbeatS")) * 1_000;
    if (monotonicMs < this.#heartbeatAtMs + everyMs) return;
    this.#heartbeatAtMs = monotonicMs;
    this.#begin(async () => {
      const answer = bootAnswer
        .pick({ currentTime: true })
        .safeParse(await this.#ask({ action: "Heartbeat", payload: {} })).data;
      if (answer !== undefined) this.#setClock(answer.currentTime);
    });
  }

  async #boot(): Promise<void> {
    this.#isBooting = true;
    const answer = bootAnswer.safeParse(await this.#ask(this.#dialect.boot(this.#bootCause ?? "power-up"))).data;
    this.#isBooting = false;
    const { clock } = this.#deps;
    if (answer?.status !== "Accepted" || !this.#line.isUp) {
      this.#bootDueMs = clock.monotonicMs() + Math.max(1, answer?.interval ?? 1) * 1_000;
      return;
    }
    this.#bootCause = undefined;
    this.#setClock(answer.currentTime);
    if (answer.interval > 0) this.station.settings.set("heartbeatS", String(answer.interval));
    this.#heartbeatAtMs = clock.monotonicMs();
    const own = this.#dialect.stationStatus(this.nowMs());
    if (own !== undefined) this.#begin(() => this.#ask(own));
    this.#outbox.open();
  }

  #setClock(currentTime: string): void {
    const ms = Date.parse(currentTime);
    if (!Number.isFinite(ms) || this.misbehaviour.clockOffsetS !== 0) return;
    this.#clockOffsetMs = ms - this.#deps.clock.now().wallMs;
  }

  #tellStatus(connector: Connector): void {
    const told = this.#statusOf(connector);
    connector.toldStatus = told;
    this.#begin(async () => {
      const answer = await this.#ask(this.#dialect.status(connector, this.nowMs()));
      // It was not heard: said again as soon as there is a line.
      if (answer === undefined && connector.toldStatus === told) connector.toldStatus = undefined;
    });
  }

  #statusOf({ status, fault }: Connector): string {
    return `${status} ${fault ?? ""}`;
  }

  /** The answer leaves before the line does. */
  #afterAnswer(work: () => void): void {
    this.#begin(async () => {
      await this.#deps.clock.sleep(BETWEEN_STEPS_MS, this.#stop.signal);
      work();
    });
  }

  async #sayInTurn(calls: readonly StationCall[]): Promise<void> {
    for (const call of calls) {
      await this.#deps.clock.sleep(BETWEEN_STEPS_MS, this.#stop.signal);
      await this.#ask(call);
    }
  }

  /** @returns undefined where there was no result. */
  async #ask(call: StationCall): Promise<unknown> {
    try {
      return await this.#line.call(call);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#deps.log.debug("not heard", { identity: this.identity, action: call.action, reason: error.message });
      return undefined;
    }
  }

  #begin(work: () => Promise<unknown>): void {
    if (this.#stop.signal.aborted || this.#work.size >= MAX_CALLS_UNDER_WAY) return;
    const begun = work()
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) throw error;
      })
      .finally(() => this.#work.delete(begun));
    this.#work.add(begun);
  }
}
