import { z } from "zod";

import type { StationCall } from "../../words.ts";
import {
  clearProfiles,
  installProfile,
  limitNow,
  nextChangeMs,
  type ChargingProfile,
  type ProfileCriteria,
} from "../charger/charging-profiles.ts";
import type { BootCause, Dialect, FirmwareStep, LogStep } from "../dialects/dialect.ts";
import type { Connector, Reservation } from "./connector.ts";
import { Keystore } from "./keystore.ts";
import { Safeguards } from "./safeguards.ts";
import type { Station } from "./station.ts";
import type { StopReason } from "./transaction.ts";

/** What the whole station can do beside charging. */
export interface Cabinet {
  isRefusingProfiles(): boolean;
  reboot(reason: StopReason): void;
  /** Says something as soon as the present answer is out. */
  say(call: StationCall | undefined): void;
  /** Says these one after the other, with a pause before each. */
  sayInTurn(calls: readonly StationCall[]): void;
  sayStatus(connector: Connector): void;
  /** Does something that takes its time, after the present answer. */
  later(work: () => Promise<unknown>): void;
  /** Says something and waits until it was heard, or was not. */
  ask(call: StationCall): Promise<unknown>;
  /** Calls anew, and from now on so. @returns whether it can. */
  callAs(change: LoginChange): boolean;
}

/** What a station is told of how it calls. */
export interface LoginChange {
  readonly key?: string;
  readonly own?: { readonly cert: string; readonly key: string };
  /** To the address that is for this profile. */
  readonly securityProfile?: number;
}

export interface CommandsDeps {
  readonly dialect: Dialect;
  readonly cabinet: Cabinet;
  /** What its certificate is to name it by. */
  readonly commonName: string;
  /** The station's own wall clock. */
  nowMs(): number;
  waiting(): number;
}

const MAX_PROFILES = 100;
const MAX_STACK_LEVEL = 8;
const MAX_PERIODS = 50;

/** What can be asked for by a trigger, in the words of 1.6. */
export const TRIGGERS = z.enum([
  "BootNotification",
  "DiagnosticsStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "StatusNotification",
]);

/** What the central side may ask of a station, in no version's words. Answers leave before their effects. */
export class Commands {
  readonly station: Station;
  /** Certificates, keys, firmware and profiles. */
  readonly safeguards: Safeguards;
  /** Messages of transactions that have not been answered. */
  readonly waiting: () => number;
  readonly #dialect: Dialect;
  readonly #cabinet: Cabinet;
  readonly #nowMs: () => number;

  constructor(station: Station, deps: CommandsDeps) {
    this.station = station;
    this.waiting = () => deps.waiting();
    this.#dialect = deps.dialect;
    this.#cabinet = deps.cabinet;
    this.#nowMs = () => deps.nowMs();
    this.safeguards = new Safeguards(new Keystore(), deps);
  }

  remoteStop(name: string): boolean {
    const connector = this.station.chargingAs(name);
    if (connector !== undefined) this.station.stop(connector, "Remote");
    return connector !== undefined;
  }

  reset(isHard: boolean): void {
    this.#cabinet.reboot(isHard ? "HardReset" : "SoftReset");
  }

  /** @param id  0: all. @returns undefined for a connector that is not there. */
  setAvailability(id: number, isOperative: boolean): "Accepted" | "Scheduled" | undefined {
    const connectors =
      id === 0 ? this.station.connectors : [this.station.connector(id)].filter((one) => one !== undefined);
    if (connectors.length === 0) return undefined;
    for (const connector of connectors) connector.isOperative = isOperative;
    // What charges goes on to its end, and is unavailable after that.
    return connectors.some(({ transaction }) => transaction !== undefined) ? "Scheduled" : "Accepted";
  }

  /** @returns undefined for a connector that is not there. */
  unlock(id: number): "Unlocked" | undefined {
    const connector = this.station.connector(id);
    if (connector === undefined) return undefined;
    this.station.stop(connector, "UnlockCommand");
    return "Unlocked";
  }

  reserve(id: number, reservation: Reservation) {
    const found = id === 0 ? this.station.connectors.find(({ isFree }) => isFree) : this.station.connector(id);
    if (found === undefined) return "Rejected";
    if (found.fault !== undefined) return "Faulted";
    if (!found.isOperative) return "Unavailable";
    const isReplacing = found.reservation === undefined || found.reservation.id === reservation.id;
    if (!found.isFree || found.outlet.car !== undefined || !isReplacing) return "Occupied";
    if (reservation.untilMs <= this.#nowMs()) return "Rejected";
    found.reservation = reservation;
    return "Accepted";
  }

  cancelReservation(reservationId: number): boolean {
    const connector = this.station.connectors.find(({ reservation }) => reservation?.id === reservationId);
    if (connector !== undefined) connector.reservation = undefined;
    return connector !== undefined;
  }

  /** @see OCPP 1.6 edition 2, sections 5.16 and 7.8 */
  installProfile(profile: ChargingProfile): boolean {
    const { station } = this;
    if (this.#cabinet.isRefusingProfiles() || profile.stackLevel > MAX_STACK_LEVEL) return false;
    if (profile.connectorId !== 0 && station.connector(profile.connectorId) === undefined) return false;
    if (profile.purpose === "max" && profile.connectorId !== 0) return false;
    if (profile.purpose === "tx" && !this.#isOfRunning(profile)) return false;
    const next = installProfile(station.profiles, profile);
    if (next.length > MAX_PROFILES) return false;
    station.profiles = next;
    return true;
  }

  clearProfiles(criteria: ProfileCriteria): boolean {
    const before = this.station.profiles.length;
    this.station.profiles = clearProfiles(this.station.profiles, criteria);
    return this.station.profiles.length < before;
  }

  /** The limits of the time from now on, in amperes. @returns undefined for a connector that is not there. */
  composite(
    id: number,
    durationMs: number,
  ): readonly { readonly fromMs: number; readonly limitA: number }[] | undefined {
    const connector = this.station.connector(id);
    if (connector === undefined) return undefined;
    const beginMs = this.#nowMs();
    const periods: { fromMs: number; limitA: number }[] = [];
    let atMs: number | undefined = beginMs;
    while (atMs !== undefined && atMs < beginMs + durationMs && periods.length < MAX_PERIODS) {
      const question = this.station.limitQuestion(connector, atMs);
      const { limitA } = limitNow(this.station.profiles, question);
      if (periods.at(-1)?.limitA !== limitA) periods.push({ fromMs: atMs - beginMs, limitA });
      atMs = nextChangeMs(this.station.profiles, question);
    }
    return periods;
  }

  /** @param connectorId  0: the station itself; undefined: all. @returns whether there is such a connector. */
  trigger(message: z.infer<typeof TRIGGERS>, connectorId: number | undefined): boolean {
    const { station } = this;
    const connectors = station.connectors.filter(({ id }) => connectorId === undefined || id === connectorId);
    if (connectors.length === 0 && connectorId !== 0) return false;
    const nowMs = this.#nowMs();
    switch (message) {
      case "BootNotification":
        this.#cabinet.say(this.#dialect.boot("triggered" satisfies BootCause));
        return true;
      case "Heartbeat":
        this.#cabinet.say({ action: "Heartbeat", payload: {} });
        return true;
      case "StatusNotification":
        if (connectorId === 0) this.#cabinet.say(this.#dialect.stationStatus(nowMs));
        for (const connector of connectors) this.#cabinet.sayStatus(connector);
        return true;
      case "MeterValues":
        for (const connector of connectors) {
          this.#cabinet.say(
            this.#dialect.meter(connector, connector.sample(nowMs), station.settings.list("measurands")),
          );
        }
        return true;
      case "DiagnosticsStatusNotification":
      case "LogStatusNotification":
        this.#cabinet.say(this.#dialect.log("Uploaded", message === "LogStatusNotification" ? 0 : undefined));
        return true;
      case "FirmwareStatusNotification":
        this.#cabinet.say(this.#dialect.firmware("Installed", undefined));
        return true;
    }
  }

  /** Unsigned, it is taken as it is, and none is fetched. */
  updateFirmware(requestId: number | undefined): void {
    const steps: readonly FirmwareStep[] = ["Downloading", "Downloaded", "Installing", "Installed"];
    this.#cabinet.sayInTurn(steps.map((step) => this.#dialect.firmware(step, requestId)));
  }

  /** @returns the name of the file. */
  uploadLog(requestId: number | undefined): string {
    const steps: readonly LogStep[] = ["Uploading", "Uploaded"];
    this.#cabinet.sayInTurn(steps.map((step) => this.#dialect.log(step, requestId)));
    return `simulated-${this.#nowMs()}.log`;
  }

  /** Says something that only this version asks for: a part of a report. */
  say(call: StationCall): void {
    this.#cabinet.say(call);
  }

  nowMs(): number {
    return this.#nowMs();
  }

  #isOfRunning({ connectorId, transactionId }: ChargingProfile): boolean {
    const transaction = this.station.connector(connectorId)?.transaction;
    if (transaction === undefined) return false;
    return transactionId === undefined || this.#dialect.nameOf(transaction) === transactionId;
  }
}
