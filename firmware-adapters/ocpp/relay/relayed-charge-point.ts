import { AsyncLocalStorage } from "node:async_hooks";

import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps, OpenDevice } from "../../adapter.ts";
import { eventTime, type DeviceEvent } from "../../event.ts";
import { listenerLink, type ListenerLink } from "../../links/link.ts";
import { PointBoard } from "../../point-board.ts";
import { runDevice } from "../../run-device.ts";
import type { Verdict } from "../authorisation/authorisation.ts";
import type { Facts } from "../protocol/facts.ts";
import type { IncomingCall } from "../server/connection.ts";
import { OcppServer } from "../server/ocpp-server.ts";
import type { OcppSettings } from "../settings.ts";
import { OcppSite, type LimitAnswer, type SiteStation } from "../site/ocpp-site.ts";
import { Background } from "../station/background.ts";
import type { NewProtocol } from "../station/charge-point.ts";
import { Connectors } from "../station/connectors.ts";
import { execute } from "../station/execute.ts";
import type { MeterSample } from "../station/meter-sample.ts";
import type { BookMessage, StationHost, StationProtocol } from "../station/station-host.ts";
import { Tolerances } from "../station/tolerances.ts";
import type { BookInput, BookOutcome } from "../transactions/book.ts";
import type { Event201, Outcome201 } from "../transactions/book201.ts";
import type { ConnectorState, ConnectorStatus, Phase } from "../words.ts";
import { ForeignProfiles } from "./foreign-profiles.ts";
import { Gate } from "./gate.ts";
import { RelayedLimits } from "./limits.ts";
import type { LineEnd, RelayLine } from "./line/relay-line.ts";
import { describeRelayedPoints, UPSTREAM_AWAY } from "./points.ts";
import { Reading, type ReadingHost, type UpstreamAnswer } from "./reading.ts";
import { RelayedTransactions } from "./relayed-transactions.ts";
import type { RelaySettings } from "./settings.ts";

const LOOK_EVERY_MS = 1_000;
/** A station that has booted says so first, and takes nothing before upstream has let it go on. */
const AFTER_CONNECT_MS = 2_000;
const AFTER_BOOT_MS = 200;
/** Reading waits for nobody: there is nothing to be ended early. */
const NEVER = new AbortController().signal;

/** What it takes to relay one charge point. */
export interface RelayedOptions {
  readonly settings: OcppSettings;
  readonly relay: RelaySettings;
  readonly newProtocol: NewProtocol;
}

/**
 * One charge point whose central system is upstream. It answers nothing itself: it reads what passes, and makes calls of
 * its own where the supply or somebody at the gateway wants something.
 */
export class RelayedChargePoint implements SiteStation, StationHost {
  readonly identity: string;
  readonly heartbeatEveryMs: number;
  readonly #deviceId: string;
  readonly #options: RelayedOptions;
  readonly #deps: DeviceDeps;
  readonly #link: ListenerLink;
  readonly #site: OcppSite;
  readonly #board: PointBoard;
  readonly #connectors: Connectors;
  readonly #transactions: RelayedTransactions;
  readonly #limits = new RelayedLimits();
  readonly #foreign: ForeignProfiles;
  readonly #gate: Gate;
  /** What upstream said to the call that is being read. */
  readonly #answers = new AsyncLocalStorage<UpstreamAnswer | undefined>();
  readonly #background: Background;
  readonly #tolerances: Tolerances;
  #speaking: { readonly line: RelayLine; readonly protocol: StationProtocol } | undefined;
  /** Ends the setting up that another has overtaken. */
  #settling = new AbortController();

  constructor(deviceId: string, options: RelayedOptions, deps: DeviceDeps) {
    const { settings, relay } = options;
    const { clock, memory, log } = deps;
    const ids = settings.connectors.map(({ id }) => id);
    const publish = (event: DeviceEvent): void => deps.publish(event);
    this.identity = settings.identity;
    this.heartbeatEveryMs = settings.heartbeatEveryMs;
    this.#deviceId = deviceId;
    this.#options = options;
    this.#deps = deps;
    this.#link = listenerLink(deps.link);
    this.#site = this.#link.shared(OcppSite);
    this.#board = new PointBoard(deviceId, describeRelayedPoints(ids), { clock, publish });
    this.#connectors = new Connectors(this.identity, ids, { clock, board: this.#board });
    this.#background = new Background((what, error) => {
      log.info("not done", { identity: this.identity, what, reason: asError(error).message });
    });
    this.#tolerances = new Tolerances(this.identity, { board: this.#board, log });
    this.#foreign = new ForeignProfiles(memory);
    this.#transactions = new RelayedTransactions(deviceId, {
      clock,
      memory,
      publish,
      commit: (request, signal) => deps.commit(request, signal),
      measured: (connectorId, samples) => this.#connectors.recentMeasurements(connectorId, samples),
      begin: (what, work) => this.#background.begin(what, work),
    });
    this.#gate = new Gate({
      identity: this.identity,
      versions: settings.versions,
      relay,
      clock,
      log,
      onLine: (line) => this.#onLine(line),
      onEnd: (line, end) => this.#onEnd(line, end),
      onRefused: (reason) => this.#upstreamIsAway(reason),
    });
    this.#showRunning();
  }

  open(): OpenDevice {
    const { identity, versions, securityProfile, authorizationKey, commonName } = this.#options.settings;
    const gate = this.#gate;
    const expected = this.#link.shared(OcppServer).expect(
      {
        identity,
        versions,
        securityProfile,
        password: authorizationKey,
        commonName: commonName ?? identity,
        isTurnedAway: () => gate.isShut,
        onUpgrade: (upgrade) => gate.onUpgrade(upgrade),
      },
      this.#link,
      this.#deps,
    );
    const joined = this.#site.join(this);
    const device = runDevice(
      (command, signal) =>
        execute(
          command,
          { points: describeRelayedPoints(this.#connectors.ids), protocol: this.#speaking?.protocol },
          signal,
        ),
      (signal) => [this.#watch(signal)],
    );
    return {
      ended: device.ended,
      execute: (command, signal) => device.execute(command, signal),
      [Symbol.asyncDispose]: async () => {
        this.#background.stop();
        joined[Symbol.dispose]();
        await gate.close("the device was closed");
        expected[Symbol.dispose]();
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
    return !this.#foreign.overrule && this.#limits.isTaken(connectorId, limitA);
  }

  setFallback(connectorId: number, limitA: number, maxA: number): void {
    if (this.#limits.want(connectorId, limitA, maxA)) this.#settleIn(0);
  }

  showWiring(connectorId: number, phases: readonly Phase[]): void {
    this.#connectors.showWiring(connectorId, phases);
  }

  async setLimit(connectorId: number, limitA: number, leaseMs: number, signal: AbortSignal): Promise<LimitAnswer> {
    const transactionId = this.#connectors.state(connectorId)?.transactionId;
    if (this.#speaking === undefined || transactionId === undefined) return "refused";
    const order = { connectorId, transactionId, limitA, leaseMs };
    const answer = await this.#speaking.protocol.setLimit(order, signal);
    if (answer !== "accepted") return answer;
    this.#limits.granted(order, this.#deps.clock.monotonicMs());
    this.#connectors.showLimit(connectorId, limitA);
    return answer;
  }

  // What is read of what passes.

  nowMs(): number {
    return this.#deps.clock.now().wallMs;
  }

  async booted(facts: Facts): Promise<void> {
    this.#connectors.forgetStatuses();
    this.note("boot", facts);
    // A station that has booted may have lost what it was set to, and is set to it when upstream lets it go on.
    this.#limits.doubt();
    this.#settling.abort(new Error("the station has booted"));
    this.#site.changed(this.identity);
  }

  /** Upstream's business. */
  async takeCertificateRequest(): Promise<boolean> {
    return false;
  }

  showStatus(connectorId: number, status: ConnectorStatus, facts: Facts): void {
    this.#connectors.showStatus(connectorId, status);
    if (status === "faulted" || (facts["errorCode"] ?? "NoError") !== "NoError") {
      this.note("connector-fault", { connector: connectorId, status, ...facts });
    }
    this.#site.changed(this.identity);
  }

  statusOf(connectorId: number): ConnectorStatus | undefined {
    return this.#connectors.isTold(connectorId) ? this.#connectors.state(connectorId)?.status : undefined;
  }

  async showSamples(connectorId: number, samples: readonly MeterSample[]): Promise<void> {
    for (const event of this.#connectors.recentMeasurements(connectorId, samples)) this.#deps.publish(event);
    this.#site.changed(this.identity);
  }

  /** As upstream has decided. Where it has not, this goes into an answer that is thrown away. */
  decide(): Verdict {
    return this.#answers.getStore()?.verdict ?? "Accepted";
  }

  async enter(input: BookInput, message: BookMessage): Promise<BookOutcome> {
    const startedAs = this.#answers.getStore()?.transactionId;
    const outcome = await this.#transactions.enter(input, message, startedAs, NEVER);
    if (outcome === undefined && input.kind === "meter") await this.showSamples(input.connectorId, message.samples);
    this.#showRunning();
    return outcome ?? { kind: "unmatched-meter" };
  }

  async enter201(event: Event201, message: BookMessage): Promise<Outcome201> {
    const outcome = await this.#transactions.enter201(event, message, NEVER);
    this.#showRunning();
    return outcome;
  }

  connectorOf(transactionId: string): number | undefined {
    return this.#transactions.connectorOf(transactionId);
  }

  runningStateOf(connectorId: number): { readonly chargingState: string | undefined } | undefined {
    return this.#transactions.running(connectorId);
  }

  note(name: string, facts: Facts): void {
    const time = eventTime(this.#deps.clock.now());
    this.#deps.publish({ kind: "occurrence", deviceId: this.#deviceId, name, details: facts, ...time });
  }

  // Its lines, one after the other.

  #onLine(line: RelayLine): Reading["onFrame"] {
    const wishes = {
      settings: this.#options.settings,
      site: this.#site,
      isTold: (connectorId: number) => this.#connectors.isTold(connectorId),
    };
    const protocol = this.#options.newProtocol(line, this, wishes);
    const reading = new Reading(line.version, this.#readingHost(protocol));
    this.#speaking = { line, protocol };
    this.#connectors.heard();
    this.#showOnline(line);
    this.#tolerances.show();
    this.#settleIn(AFTER_CONNECT_MS);
    return (from, frame) => {
      if (from === "station") {
        this.#connectors.heard();
        this.#showOnline(line);
      }
      reading.onFrame(from, frame);
    };
  }

  #readingHost(protocol: StationProtocol): ReadingHost {
    const read = (call: IncomingCall, answer: UpstreamAnswer | undefined): void =>
      this.#background.begin(call.action, () => this.#answers.run(answer, () => protocol.onCall(call, NEVER)));
    return {
      read,
      tolerated: (action, what) => this.#tolerances.note(action, what),
      upstreamAnswered: () => this.#gate.upstreamAnswered(),
      bootAccepted: () => this.#settleIn(AFTER_BOOT_MS),
      profileAccepted: (action, payload) => {
        this.#background.begin(action, () => this.#foreign.accepted(action, payload));
        this.#setAgain();
      },
    };
  }

  #onEnd(line: RelayLine, { by, reason }: LineEnd): void {
    if (this.#speaking?.line !== line) return;
    this.#speaking = undefined;
    this.#settling.abort(new Error("the line has ended"));
    // It may say them again, or not: they are asked for at the next contact.
    this.#connectors.forgetStatuses();
    if (this.#background.isStopped) return;
    if (by === "upstream") this.#upstreamIsAway(reason);
    else this.#connectors.lost("link-down", "the charge point is not connected");
    this.#site.changed(this.identity);
  }

  #showOnline({ version }: RelayLine): void {
    this.#board.online(`relayed, ${version}`);
    this.#board.good(UPSTREAM_AWAY, 0);
  }

  #upstreamIsAway(reason: string): void {
    if (this.#background.isStopped) return;
    this.#connectors.lost("link-down", `upstream is away (${reason}), so the charge point is turned away`);
    this.#board.good(UPSTREAM_AWAY, 1);
  }

  // Calls of our own.

  /** Sets what our supply wants and asks for what is not known, after a while, in place of any such work under way. */
  #settleIn(afterMs: number): void {
    const speaking = this.#speaking;
    if (speaking === undefined) return;
    const { line, protocol } = speaking;
    this.#settling.abort(new Error("begun anew"));
    this.#settling = new AbortController();
    const overtaken = AbortSignal.any([this.#settling.signal, line.closed]);
    this.#background.begin("setting up", async (stop) => {
      const signal = AbortSignal.any([stop, overtaken]);
      await this.#deps.clock.sleep(afterMs, signal);
      await this.#limits.take(protocol, signal);
      this.#site.changed(this.identity);
      for (const connector of this.#connectors.ids.filter((id) => !this.#connectors.isTold(id))) {
        await protocol.call("trigger", { message: "StatusNotification", connector }, signal);
      }
    });
  }

  /** Upstream has changed the station's charging profiles: ours may be gone. */
  #setAgain(): void {
    const speaking = this.#speaking;
    if (speaking === undefined) return;
    this.#limits.doubt();
    this.#site.changed(this.identity);
    this.#settleIn(0);
    this.#background.begin("grants", async (stop) => {
      const signal = AbortSignal.any([stop, speaking.line.closed]);
      for (const order of this.#limits.left(this.#deps.clock.monotonicMs())) {
        if (this.#connectors.state(order.connectorId)?.transactionId !== order.transactionId) continue;
        await speaking.protocol.setLimit(order, signal);
      }
    });
  }

  // What time does.

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    this.#connectors.lost("not-yet-read", "has not called yet");
    const watching = this.#link.onStatus((status) => {
      if (status.kind === "down") this.#connectors.lost("link-down", status.reason);
    });
    try {
      for (;;) {
        await clock.sleep(LOOK_EVERY_MS, signal);
        this.#gate.tick();
        const silentMs = clock.monotonicMs() - this.#connectors.heardAtMs;
        if (this.#speaking !== undefined && silentMs > this.#options.settings.silentAfterMs) this.#giveUp(silentMs);
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
    speaking?.line.close("silent for too long");
    this.#site.changed(this.identity);
  }

  #showRunning(): void {
    for (const id of this.#connectors.ids) {
      this.#connectors.setTransaction(id, this.#transactions.running(id)?.transactionId);
    }
    this.#site.changed(this.identity);
  }
}
