import { randomUUID } from "node:crypto";

import type { StationCall } from "../../words.ts";
import {
  limitNow,
  withoutTransaction,
  type ChargingProfile,
  type LimitQuestion,
} from "../charger/charging-profiles.ts";
import type { Car } from "../charger/outlet.ts";
import { StationSettings, type SettingName } from "../charger/settings.ts";
import { Tags, type TagInfo } from "../charger/tags.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { TransactionMessage } from "../line/outbox.ts";
import { Connector } from "./connector.ts";
import type { StopReason, Transaction } from "./transaction.ts";

/** How the station reaches its central side. */
export interface Voice {
  readonly isOnline: boolean;
  /** Now or never. @returns undefined where there was no result. */
  ask(call: StationCall): Promise<unknown>;
  /** Sooner or later, in order. */
  queue(message: TransactionMessage): void;
  /** Does something after the present answer is out. */
  later(work: () => Promise<void>): void;
}

export interface StationOptions {
  readonly connectors: number;
  readonly phases: 1 | 3;
  /** What the hardware lets through on each phase. */
  readonly maxA: number;
  readonly lagMs: number;
  /** What a 1.6 station calls a transaction whose start was never answered: -1 as the errata have it, or any number. */
  readonly ownNumbers: "minus-one" | "random";
  readonly settings: Partial<Record<SettingName, string>>;
}

export interface StationDeps {
  readonly dialect: Dialect;
  readonly voice: Voice;
  monotonicMs(): number;
  /** The station's own wall clock. */
  nowMs(): number;
}

/** What became of a tag held to the reader. */
export type SwipeOutcome = "started" | "waits-for-cable" | "stopped" | "refused" | "not-possible";

const START_WH = 1_000;

/** What a charging station does, in no version's words: who may charge, how much, and what is told of it. */
export class Station {
  readonly settings: StationSettings;
  readonly tags = new Tags();
  readonly connectors: readonly Connector[];
  readonly #options: StationOptions;
  readonly #deps: StationDeps;
  profiles: readonly ChargingProfile[] = [];

  constructor(options: StationOptions, deps: StationDeps) {
    const { phases, maxA, lagMs } = options;
    this.#options = options;
    this.#deps = deps;
    this.settings = new StationSettings(options.settings);
    this.connectors = Array.from(
      { length: options.connectors },
      (_, index) => new Connector(index + 1, { phases, maxA, lagMs, energyWh: START_WH * (index + 1) }),
    );
  }

  connector(id: number): Connector | undefined {
    return this.connectors.find((one) => one.id === id);
  }

  /** The connector that runs this transaction, by the name that the central side uses for it. */
  chargingAs(name: string): Connector | undefined {
    return this.connectors.find(
      ({ transaction }) => transaction !== undefined && this.#deps.dialect.nameOf(transaction) === name,
    );
  }

  limitQuestion({ id, transaction }: Connector, nowMs: number): LimitQuestion {
    const sharedBy = this.connectors.filter(({ isEnergised }) => isEnergised).length;
    return {
      connectorId: id,
      phases: this.#options.phases,
      hardwareA: this.#options.maxA,
      transaction: transaction && {
        id: this.#deps.dialect.nameOf(transaction),
        startedAtMs: transaction.startedAtMs,
      },
      nowMs,
      sharedBy: Math.max(1, sharedBy),
    };
  }

  /** Lets time pass up to now: limits, currents, meters, and what has run out. */
  tick(): void {
    const nowMs = this.#deps.nowMs();
    const monotonicMs = this.#deps.monotonicMs();
    for (const connector of this.connectors) {
      if (connector.authorised !== undefined && monotonicMs >= connector.authorised.untilMs) {
        connector.authorised = undefined;
      }
      if (connector.reservation !== undefined && nowMs >= connector.reservation.untilMs) {
        connector.reservation = undefined;
      }
      connector.limit = limitNow(this.profiles, this.limitQuestion(connector, nowMs));
      connector.outlet.step(monotonicMs, connector.isEnergised ? connector.limit.limitA : undefined);
      this.#meter(connector, monotonicMs);
    }
  }

  plug(connectorId: number, car: Car): boolean {
    const connector = this.connector(connectorId);
    if (connector === undefined || connector.outlet.car !== undefined) return false;
    connector.outlet.car = car;
    connector.isFinishing = false;
    const { authorised } = connector;
    if (authorised !== undefined && connector.fault === undefined) this.#begin(connector, authorised);
    return true;
  }

  unplug(connectorId: number): boolean {
    const connector = this.connector(connectorId);
    if (connector?.outlet.car === undefined) return false;
    connector.outlet.step(this.#deps.monotonicMs(), undefined);
    if (this.settings.isOn("stopsOnUnplug")) this.stop(connector, "EVDisconnected");
    connector.outlet.car = undefined;
    connector.isFinishing = false;
    return true;
  }

  /** Somebody holds a tag to the reader: it starts, stops, or is refused. */
  async swipe(connectorId: number, idTag: string): Promise<SwipeOutcome> {
    const connector = this.connector(connectorId);
    if (connector === undefined || connector.fault !== undefined) return "not-possible";
    const { transaction } = connector;
    if (transaction !== undefined) {
      if (!this.tags.isSameGroup(idTag, transaction.idTag)) return "refused";
      this.stop(connector, "Local", idTag);
      return "stopped";
    }
    if (!connector.isOperative) return "not-possible";
    if (connector.reservation !== undefined && !this.tags.mayUse(idTag, connector.reservation)) {
      return "refused";
    }
    if (!(await this.#mayCharge(idTag))) return "refused";
    return this.authorise(connector, idTag);
  }

  /** A tag may charge here: at once where a cable is in, or else within the time for plugging in. */
  authorise(connector: Connector, idTag: string, remoteStartId?: number): "started" | "waits-for-cable" {
    const untilMs = this.#deps.monotonicMs() + this.settings.number("plugWithinS") * 1_000;
    connector.authorised = { idTag, untilMs, remoteStartId };
    if (connector.outlet.car === undefined) return "waits-for-cable";
    this.#begin(connector, connector.authorised);
    return "started";
  }

  /** Whether a limit was set for whoever begins to charge there. */
  hasDefault(connectorId: number): boolean {
    return this.profiles.some((one) => one.purpose === "tx-default" && [0, connectorId].includes(one.connectorId));
  }

  /** The central side wants somebody to charge. @returns the connector, where there is one for it. */
  remoteStart(idTag: string, connectorId: number | undefined, remoteStartId?: number): Connector | undefined {
    const candidates = this.connectors.filter(({ id }) => connectorId === undefined || id === connectorId);
    const found = candidates.find(
      ({ isFree, reservation }) => isFree && (reservation === undefined || this.tags.mayUse(idTag, reservation)),
    );
    if (found === undefined) return undefined;
    if (this.settings.isOn("authorizesRemote")) {
      // It is answered first; whether the tag may charge is asked after that.
      this.#deps.voice.later(async () => {
        if ((await this.#mayCharge(idTag)) && found.isFree) this.authorise(found, idTag, remoteStartId);
      });
    } else this.authorise(found, idTag, remoteStartId);
    return found;
  }

  /** Ends what runs at a connector; nothing where nothing does. */
  stop(connector: Connector, reason: StopReason, idTag?: string): void {
    const { transaction, outlet } = connector;
    if (transaction === undefined) return;
    outlet.step(this.#deps.monotonicMs(), undefined);
    connector.transaction = undefined;
    connector.isFinishing = outlet.car !== undefined;
    this.profiles = withoutTransaction(this.profiles, connector.id);
    const { dialect } = this.#deps;
    const make = dialect.ended({ ...this.#told(connector, transaction), reason, idTag });
    this.#queue("stop", make, (answer) => this.#remember(idTag, dialect.tagInfoOf(answer)));
  }

  setFault(connectorId: number, errorCode: string | undefined): boolean {
    const connector = this.connector(connectorId);
    if (connector === undefined) return false;
    connector.fault = errorCode;
    if (errorCode !== undefined) this.stop(connector, "Other");
    return true;
  }

  /** What has been told is forgotten: after a boot everything is told anew. */
  forgetTold(): void {
    for (const connector of this.connectors) connector.toldStatus = undefined;
  }

  async #mayCharge(idTag: string): Promise<boolean> {
    const { settings, tags } = this;
    const { voice, dialect } = this.#deps;
    const uses = { list: settings.isOn("usesList"), cache: settings.isOn("usesCache") };
    const known = tags.known(idTag, this.#deps.nowMs(), uses);
    if (voice.isOnline) {
      if (known === "Accepted" && settings.isOn("preAuthorizes")) return true;
      const info = dialect.tagInfoOf(await voice.ask(dialect.authorize(idTag)));
      if (info !== undefined) {
        this.#remember(idTag, info);
        return info.status === "Accepted";
      }
    }
    if (!settings.isOn("authorizesOffline")) return false;
    return known === "Accepted" || (known === "Unknown" && settings.isOn("acceptsUnknown"));
  }

  #begin(
    connector: Connector,
    { idTag, remoteStartId }: { readonly idTag: string; readonly remoteStartId?: number | undefined },
  ): void {
    const { dialect } = this.#deps;
    const transaction: Transaction = {
      id: randomUUID(),
      number: undefined,
      connectorId: connector.id,
      idTag,
      startedAtMs: this.#deps.nowMs(),
      meterStartWh: Math.round(connector.outlet.energyWh),
      remoteStartId,
      reservationId: connector.reservation?.id,
      isDeauthorised: false,
      seqNo: 0,
    };
    connector.authorised = undefined;
    connector.reservation = undefined;
    connector.transaction = transaction;
    connector.sampleDueMs = this.#nextSampleMs();
    const make = dialect.started(this.#told(connector, transaction));
    this.#queue(
      "start",
      make,
      (answer) => this.#onStarted(connector, transaction, answer),
      () => {
        if (dialect.version === "ocpp1.6") transaction.number = this.#ownNumber();
      },
    );
  }

  #onStarted(connector: Connector, transaction: Transaction, answer: unknown): void {
    const { dialect } = this.#deps;
    transaction.number = dialect.numberOf(answer);
    const info = dialect.tagInfoOf(answer);
    this.#remember(transaction.idTag, info);
    if (info === undefined || info.status === "Accepted" || connector.transaction !== transaction) return;
    if (this.settings.isOn("stopsOnInvalid")) this.stop(connector, "DeAuthorized");
    else transaction.isDeauthorised = true;
  }

  #meter(connector: Connector, monotonicMs: number): void {
    const { transaction } = connector;
    const everyS = this.settings.number("meterS");
    if (transaction === undefined || everyS === 0 || monotonicMs < connector.sampleDueMs) return;
    connector.sampleDueMs = this.#nextSampleMs();
    this.#queue("meter", this.#deps.dialect.metered(this.#told(connector, transaction)), () => {});
  }

  #nextSampleMs(): number {
    return this.#deps.monotonicMs() + this.settings.number("meterS") * 1_000;
  }

  #told(connector: Connector, transaction: Transaction) {
    return {
      transaction,
      status: connector.status,
      sample: connector.sample(this.#deps.nowMs()),
      measurands: this.settings.list("measurands"),
      isOffline: !this.#deps.voice.isOnline,
    };
  }

  #queue(
    kind: TransactionMessage["kind"],
    make: () => StationCall,
    onAnswer: (result: unknown) => void,
    onGivenUp: () => void = () => {},
  ): void {
    this.#deps.voice.queue({ kind, make, onAnswer, onGivenUp });
  }

  #remember(idTag: string | undefined, info: TagInfo | undefined): void {
    if (idTag !== undefined && info !== undefined && this.settings.isOn("usesCache")) this.tags.remember(idTag, info);
  }

  /** @see OCPP 1.6 errata v4.0, to section 4.8 */
  #ownNumber(): number {
    return this.#options.ownNumbers === "minus-one" ? -1 : -1 - Math.floor(Math.random() * 1_000_000);
  }
}
