import type { ConnectorStatus, OcppVersion, StationCall } from "../../words.ts";
import type { TagInfo } from "../charger/tags.ts";
import type { Connector } from "../station/connector.ts";
import type { Sample, StopReason, Transaction } from "../station/transaction.ts";

/** What a transaction's message is about. */
export interface Told {
  readonly transaction: Transaction;
  /** Of its connector. */
  readonly status: ConnectorStatus;
  readonly sample: Sample;
  readonly measurands: readonly string[];
  /** The line was down when it happened. */
  readonly isOffline: boolean;
}

/** How a transaction ended. */
export interface Ending extends Told {
  readonly reason: StopReason;
  /** Who ended it with a tag. */
  readonly idTag: string | undefined;
}

/** Steps of a firmware update or a log's upload, as both versions have them. */
export type FirmwareStep =
  | "Downloading"
  | "Downloaded"
  | "DownloadFailed"
  | "SignatureVerified"
  | "InvalidSignature"
  | "Installing"
  | "Installed";
export type LogStep = "Uploading" | "Uploaded";

/** Why a station boots. */
export type BootCause = "power-up" | "reset" | "triggered";

/** One version's words for what a station says. Messages of transactions are made when they are sent. */
export interface Dialect {
  readonly version: OcppVersion;
  boot(cause: BootCause): StationCall;
  /** @param nowMs  the station's clock. */
  status(connector: Connector, nowMs: number): StationCall;
  /** Of the station as a whole: 1.6's connector 0. Undefined where the version has no word for it. */
  stationStatus(nowMs: number): StationCall | undefined;
  authorize(idTag: string): StationCall;
  /** Readings outside of a transaction, or asked for. */
  meter(connector: Connector, sample: Sample, measurands: readonly string[]): StationCall;
  started(told: Told): () => StationCall;
  metered(told: Told): () => StationCall;
  ended(ending: Ending): () => StationCall;
  /** What an answer says of a tag; undefined where it says nothing. */
  tagInfoOf(answer: unknown): TagInfo | undefined;
  /** The number a start was answered with; undefined where the version has none. */
  numberOf(answer: unknown): number | undefined;
  /** What a TxProfile calls a transaction; undefined while that is not known. */
  nameOf(transaction: Transaction): string | undefined;
  firmware(step: FirmwareStep, requestId: number | undefined): StationCall;
  log(step: LogStep, requestId: number | undefined): StationCall;
  securityEvent(type: string, nowMs: number): StationCall;
  /** @param csr  PKCS#10, PEM. */
  signCertificate(csr: string): StationCall;
}

/** What goes into the messages about the station itself. */
export interface Nameplate {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
}

/** UTC with a Z. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
