import type { CommandOutcome } from "../../event.ts";
import type { Verdict } from "../authorisation/authorisation.ts";
import type { OnCall } from "../server/connection.ts";
import type { LimitAnswer } from "../site/ocpp-site.ts";
import type { BookInput, BookOutcome } from "../transactions/book.ts";
import type { Event201, Outcome201 } from "../transactions/book201.ts";
import type { ConnectorStatus } from "../words.ts";
import type { MeterSample } from "./meter-sample.ts";

type Facts = Readonly<Record<string, string | number | boolean>>;

/** What a charge point's connection tells the rest of the charge point, in no version's words. */
export interface StationHost {
  /** Wall clock, Unix milliseconds. */
  nowMs(): number;
  readonly heartbeatEveryMs: number;
  booted(facts: Facts): Promise<void>;
  /** A status the station told; `connectorId` 0 is the station itself. */
  showStatus(connectorId: number, status: ConnectorStatus, facts: Facts): void;
  /** The status it told last; undefined where it has told none since its boot. */
  statusOf(connectorId: number): ConnectorStatus | undefined;
  /** Readings outside of transactions, or that belong to none we know. */
  showSamples(connectorId: number, samples: readonly MeterSample[]): Promise<void>;
  decide(idTag: string, connectorId: number | undefined): Verdict;
  /** Writes one message of a transaction of 1.6 down and says what it was. Rejects where the disk does not take it. */
  enter(input: BookInput, message: BookMessage): Promise<BookOutcome>;
  /** The same for 2.0.1. */
  enter201(event: Event201, message: BookMessage): Promise<Outcome201>;
  /** The connector a transaction of 2.0.1 is or was on; undefined where no message has said so. */
  connectorOf(transactionId: string): number | undefined;
  /** What a running transaction of 2.0.1 says of itself: Charging, EVConnected, …; undefined where none runs. */
  runningStateOf(connectorId: number): { readonly chargingState: string | undefined } | undefined;
  /**
   * A station asks for a certificate of its own (PKCS#10, PEM). It is sent to it after the answer.
   *
   * @returns whether it gets one.
   */
  takeCertificateRequest(csr: string): Promise<boolean>;
  /** Something else worth keeping: a firmware status, a security event. */
  note(name: string, facts: Facts): void;
}

/** What goes with a message into the record. */
export interface BookMessage {
  /** The same for a retry, another for every other message of this station. */
  readonly key: string;
  readonly samples: readonly MeterSample[];
  readonly facts: Facts;
}

/** Methods that only we ourselves call: they are in no description. */
export const SET_PASSWORD = "set-password";
export const CERTIFICATE_SIGNED = "certificate-signed";

/** One version's way to speak with a charge point, for the life of one connection. */
export interface StationProtocol {
  readonly onCall: OnCall;
  /** First contact: fetches what we do not know and sets what must be set. Ends early on `signal`. */
  settleIn(signal: AbortSignal): Promise<void>;
  /**
   * Sets what a connector falls back to without us.
   *
   * @param stationMaxA  the most that all connectors of the station together may ever draw on a phase.
   * @returns whether the station has taken the fallback in.
   */
  setFallback(connectorId: number, limitA: number, stationMaxA: number, signal: AbortSignal): Promise<boolean>;
  setLimit(grant: LimitOrder, signal: AbortSignal): Promise<LimitAnswer>;
  /** Carries out one of the charge point's methods; the arguments are checked against its description already. */
  call(methodId: string, given: Facts, signal: AbortSignal): Promise<CommandOutcome>;
}

export interface LimitOrder {
  readonly connectorId: number;
  readonly transactionId: string;
  readonly limitA: number;
  readonly leaseMs: number;
}
