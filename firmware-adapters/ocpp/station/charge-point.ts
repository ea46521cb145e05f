import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps, OpenDevice } from "../../adapter.ts";
import { eventTime } from "../../event.ts";
import { listenerLink, type ListenerLink } from "../../links/link.ts";
import { PointBoard } from "../../point-board.ts";
import { runDevice } from "../../run-device.ts";
import type { Verdict } from "../authorisation/authorisation.ts";
import type { StationWishes } from "../protocol/wishes.ts";
import type { Connection, OnCall } from "../server/connection.ts";
import { OcppServer } from "../server/ocpp-server.ts";
import type { OcppSettings } from "../settings.ts";
import { OcppSite, type LimitAnswer, type SiteStation } from "../site/ocpp-site.ts";
import type { BookInput, BookOutcome } from "../transactions/book.ts";
import type { Event201, Outcome201 } from "../transactions/book201.ts";
import type { ConnectorState, ConnectorStatus, Phase, StationConnection } from "../words.ts";
import { Background } from "./background.ts";
import { Connectors } from "./connectors.ts";
import { execute } from "./execute.ts";
import type { MeterSample } from "./meter-sample.ts";
import { describePoints } from "./points.ts";
import { Secrets } from "./secrets.ts";
import type { BookMessage, StationHost, StationProtocol } from "./station-host.ts";
import { Tolerances } from "./tolerances.ts";
import { TransactionLedger } from "./transaction-ledger.ts";

type Facts = Readonly<Record<string, string | number | boolean>>;

/** Makes a version's way to speak for one connection. */
export type NewProtocol = (connection: StationConnection, host: StationHost, wishes: StationWishes) => StationProtocol;

const LOOK_EVERY_MS = 1_000;
/** A station that has booted says so first, and takes nothing before it has the answer. */
const AFTER_CONNECT_MS = 2_000;
const AFTER_BOOT_MS = 200;

interface Fallback {
  readonly limitA: number;
  readonly maxA: number;
  isTaken: boolean;
}

/** One charge point: waits for its call, answers it, and knows what it does, whatever version it speaks. */
export class ChargePoint implements SiteStation, StationHost {
  readonly identity: string;
  readonly heartbeatEveryMs: number;
  readonly #deviceId: string;
  readonly #settings: OcppSettings;
  readonly #deps: DeviceDeps;
  readonly #link: ListenerLink;
  readonly #site: OcppSite;
  readonly #newProtocol: NewProtocol;
  readonly #board: PointBoard;
  readonly #connectors: Connectors;
  readonly #ledger: TransactionLedger;
  readonly #fallbacks = new Map<number, Fallback>();
  readonly #tolerances: Tolerances;
  readonly #secrets: Secrets;
  readonly #background: Background;
  #speaking: { readonly connection: Connection; readonly protocol: StationProtocol } | undefined;
  /** Ends the setting up that another has overtaken. */
  #settling = new AbortController();

  constructor(deviceId: string, settings: OcppSettings, deps: DeviceDeps, newProtocol: NewProtocol) {
    const ids = settings.connectors.map(({ id }) => id);
    this.identity = settings.identity;
    this.heartbeatEveryMs = settings.heartbeatEveryMs;
    this.#deviceId = deviceId;
    this.#settings = settings;
    this.#deps = deps;
    this.#link = listenerLink(deps.link);
    this.#site = this.#link.shared(OcppSite);
    this.#newProtocol = newProtocol;
    this.#board = new PointBoard(deviceId, describePoints(ids), {
      clock: deps.clock,
      publish: (event) => deps.publish(event),
    });
    this.#connectors = new Connectors(settings.identity, ids, { clock: deps.clock, board: this.#board });
    this.#tolerances = new Tolerances(this.identity, { board: this.#board, log: deps.log });
    this.#background = new Background((what, error) => {
      // Setting up fails with the line, and is done again with the next.
      const isOfLine = what === "fallbacks" || what === "setting up";
      if (isOfLine && this.#speaking === undefined) return;
      deps.log.warn("charge point: work failed", { identity: this.identity, what, reason: asError(error).message });
    });
    const { clock, memory } = deps;
    this.#secrets = new Secrets(settings, {
      ...deps,
      authority: () => this.#site.rules.authority,
      speaking: () => this.#speaking?.protocol,
      background: this.#background,
      note: (name, facts) => this.note(name, facts),
    });
    this.#ledger = new TransactionLedger(deviceId, {
      clock,
      memory,
      meterEveryMs: settings.meterEveryMs,
      commit: (request, signal) => deps.commit(request, signal),
      measured: (connectorId, samples) => this.#connectors.recentMeasurements(connectorId, samples),
    });
    this.#showRunning();
  }

  open(): OpenDevice {
    const { identity, versions } = this.#settings;
    const expected = this.#link
      .shared(OcppServer)
      .expect(
        this.#secrets.caller({ identity, versions, onConnect: (connection) => this.#onConnect(connection) }),
        this.#link,
        this.#deps,
      );
    const joined = this.#site.join(this);
    const device = runDevice(
      (command, signal) =>
        execute(
          command,
          { points: describePoints(this.#connectors.ids), protocol: this.#secrets.guarded(this.#speaking?.protocol) },
          signal,
        ),
      (signal) => [this.#watch(signal)],
    );
    return {
      ended: device.ended,
      execute: (command, signal) => device.execute(command, signal),
      [Symbol.asyncDispose]: async () => {
        this.#background.stop();
        expected[Symbol.dispose]();
        joined[Symbol.dispose]();
        await device[Symbol.asyncDispose]();
        await this.#background.over();
      },
    };
  }

  // What the supply sees.

  get isConnected(): boolean {
    return this.#speaking !== undefined;
  }

  connector(connectorId: number): ConnectorState | undefined {
    return this.#connectors.state(connectorId);
  }

  hasFallback(connectorId: number, limitA: number): boolean {
    const fallback = this.#fallbacks.get(connectorId);
    return fallback?.isTaken === true && fallback.limitA === limitA;
  }

  setFallback(connectorId: number, limitA: number, maxA: number): void {
    const before = this.#fallbacks.get(connectorId);
    if (before?.limitA === limitA && before.maxA === maxA) return;
    this.#fallbacks.set(connectorId, { limitA, maxA, isTaken: false });
    this.#background.begin("fallbacks", (signal) => this.#takeFallbacks(signal));
  }

  showWiring(connectorId: number, phases: readonly Phase[]): void {
    this.#connectors.showWiring(connectorId, phases);
  }

  async setLimit(connectorId: number, limitA: number, leaseMs: number, signal: AbortSignal): Promise<LimitAnswer> {
    const transactionId = this.#connectors.state(connectorId)?.transactionId;
    if (this.#speaking === undefined || transactionId === undefined) return "refused";
    const answer = await this.#speaking.protocol.setLimit({ connectorId, transactionId, limitA, leaseMs }, signal);
    if (answer === "accepted") this.#connectors.showLimit(connectorId, limitA);
    return answer;
  }

  // What its connection tells.

  nowMs(): number {
    return this.#deps.clock.now().wallMs;
  }

  async booted(facts: Facts): Promise<void> {
    this.#connectors.forgetStatuses();
    this.note("boot", facts);
    // A station that has booted may have lost what it was set to.
    for (const fallback of this.#fallbacks.values()) fallback.isTaken = false;
    this.#settleIn(AFTER_BOOT_MS);
  }

  showStatus(connectorId: number, status: ConnectorStatus, facts: Facts): void {
    this.#connectors.showStatus(connectorId, status);
    if (status === "faulted" || (facts["errorCode"] ?? "NoError") !== "NoError") {
      this.note("connector-fault", { connector: connectorId, status, ...facts });
    }
    this.#site.changed(this.identity);
  }

  async showSamples(connectorId: number, samples: readonly MeterSample[]): Promise<void> {
    for (const event of this.#connectors.recentMeasurements(connectorId, samples)) this.#deps.publish(event);
    this.#site.changed(this.identity);
  }

  decide(idTag: string, connectorId: number | undefined): Verdict {
    const { wallMs, confidence } = this.#deps.clock.now();
    const runningElsewhere = (): number =>
      [...this.#site.stations.values()].filter(
        (station) =>
          station instanceof ChargePoint && station.isChargingWith(idTag, station === this ? connectorId : undefined),
      ).length;
    return this.#site.decide(idTag, { nowMs: wallMs, isClockTrusted: confidence !== "doubtful", runningElsewhere });
  }

  isChargingWith(idTag: string, exceptConnector: number | undefined): boolean {
    return this.#ledger.isChargingWith(idTag, exceptConnector);
  }

  statusOf(connectorId: number): ConnectorStatus | undefined {
    return this.#connectors.isTold(connectorId) ? this.#connectors.state(connectorId)?.status : undefined;
  }

  connectorOf(transactionId: string): number | undefined {
    return this.#ledger.connectorOf(transactionId);
  }

  runningStateOf(connectorId: number): { readonly chargingState: string | undefined } | undefined {
    return this.#ledger.running(connectorId);
  }

  enter(input: BookInput, message: BookMessage): Promise<BookOutcome> {
    return this.#entered(this.#ledger.enter(input, message, this.#background.signal));
  }

  enter201(event: Event201, message: BookMessage): Promise<Outcome201> {
    return this.#entered(this.#ledger.enter201(event, message, this.#background.signal));
  }

  takeCertificateRequest(csr: string): Promise<boolean> {
    return this.#secrets.sign(csr);
  }

  note(name: string, facts: Facts): void {
    const time = eventTime(this.#deps.clock.now());
    this.#deps.publish({ kind: "occurrence", deviceId: this.#deviceId, name, details: facts, ...time });
  }

  async #entered<Outcome>(entering: Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await entering;
      this.#showRunning();
      this.#site.changed(this.identity);
      return outcome;
    } catch (error) {
      // Not on the disk, so not answered: hung up on, the station keeps the message and sends it again.
      this.#deps.log.error("a charging message was not recorded", {
        identity: this.identity,
        reason: asError(error).message,
      });
      this.#speaking?.connection.close("not recorded");
      throw error;
    }
  }

  #onConnect(connection: Connection): OnCall {
    const wishes = {
      settings: this.#settings,
      site: this.#site,
      isTold: (connectorId: number) => this.#connectors.isTold(connectorId),
    };
    const protocol = this.#newProtocol(connection, this, wishes);
    this.#speaking = { connection, protocol };
    this.#ledger.speaks(connection.version);
    this.#showRunning();
    this.#connectors.heard();
    const how = `connected, ${connection.version}`;
    this.#board.online(how);
    this.#tolerances.show();
    connection.closed.addEventListener("abort", () => this.#onClosed(connection), { once: true });
    this.#settleIn(AFTER_CONNECT_MS);
    return (call, signal) => {
      this.#connectors.heard();
      this.#board.online(how);
      this.#tolerances.note(call.action, call.tolerated);
      return protocol.onCall(call, signal);
    };
  }

  #onClosed(connection: Connection): void {
    if (this.#speaking?.connection !== connection) return;
    this.#speaking = undefined;
    this.#connectors.forgetStatuses();
    if (!this.#background.isStopped) this.#connectors.lost("link-down", "the charge point is not connected");
    this.#site.changed(this.identity);
  }

  /** Sets the station up as it is to be, after a while, in place of any setting up that is under way. */
  #settleIn(afterMs: number): void {
    const speaking = this.#speaking;
    if (speaking === undefined) return;
    this.#settling.abort(new Error("begun anew"));
    this.#settling = new AbortController();
    const overtaken = AbortSignal.any([this.#settling.signal, speaking.connection.closed]);
    this.#background.begin("setting up", async (stop) => {
      const signal = AbortSignal.any([stop, overtaken]);
      try {
        await this.#deps.clock.sleep(afterMs, signal);
        // What keeps the supply safe without us comes first.
        await this.#takeFallbacks(signal);
        await speaking.protocol.settleIn(signal);
      } catch (error) {
        if (!overtaken.aborted) throw error;
      }
    });
  }

  async #takeFallbacks(signal: AbortSignal): Promise<void> {
    const protocol = this.#speaking?.protocol;
    if (protocol === undefined) return;
    for (const [connectorId, fallback] of this.#fallbacks) {
      if (fallback.isTaken) continue;
      const stationMaxA = [...this.#fallbacks.values()].reduce((sum, { maxA }) => sum + maxA, 0);
      const isTaken = await protocol.setFallback(connectorId, fallback.limitA, stationMaxA, signal);
      // Another may have been asked for meanwhile.
      if (this.#fallbacks.get(connectorId) === fallback) fallback.isTaken = isTaken;
    }
    this.#site.changed(this.identity);
  }

  #showRunning(): void {
    for (const id of this.#connectors.ids) {
      this.#connectors.setTransaction(id, this.#ledger.running(id)?.transactionId);
    }
  }

  /** A connection that has fallen silent, and a listener that cannot listen. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    this.#connectors.lost("not-yet-read", "has not called yet");
    const watching = this.#link.onStatus((status) => {
      if (status.kind === "down") this.#connectors.lost("link-down", status.reason);
    });
    try {
      for (;;) {
        await clock.sleep(LOOK_EVERY_MS, signal);
        const silentMs = clock.monotonicMs() - this.#connectors.heardAtMs;
        if (this.#speaking !== undefined && silentMs > this.#settings.silentAfterMs) this.#giveUp(silentMs);
      }
    } finally {
      watching[Symbol.dispose]();
    }
  }

  #giveUp(silentMs: number): void {
    const speaking = this.#speaking;
    // Before its end is heard of, which would give another reason.
    this.#speaking = undefined;
    this.#connectors.forgetStatuses();
    this.#connectors.lost("timeout", `nothing for ${Math.round(silentMs / 1_000)} s`);
    speaking?.connection.close("silent for too long");
    this.#site.changed(this.identity);
  }
}
