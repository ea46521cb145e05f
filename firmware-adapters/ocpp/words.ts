/** The phases of a three-phase supply. */
export const PHASES = ["L1", "L2", "L3"] as const;
export type Phase = (typeof PHASES)[number];
/** A figure for each phase, in amperes where its name says so. */
export type PerPhase = Readonly<Record<Phase, number>>;

/** OCPP versions we speak, by their WebSocket subprotocol. */
export type OcppVersion = "ocpp1.6" | "ocpp2.0.1";

/** One request to a charge point: an action of its version's schema set and its payload. */
export interface StationCall {
  readonly action: string;
  readonly payload: object;
}

/** The open connection of one charge point. One call at a time goes to it, in the order of asking. */
export interface StationConnection {
  readonly identity: string;
  readonly version: OcppVersion;
  /** Aborts when the connection has ended. */
  readonly closed: AbortSignal;
  /**
   * Sends a call and gives the result, checked against the version's schema.
   *
   * @throws OcppError `ocpp/timeout`, `ocpp/closed`, `ocpp/refused` (a CALLERROR), `ocpp/bad-answer`; the signal's reason.
   */
  call(request: StationCall, signal: AbortSignal): Promise<unknown>;
  close(reason: string): void;
}

/** What a connector does, in the words of 1.6; 2.0.1's fewer words are filled up from its transactions. */
export type ConnectorStatus =
  | "available"
  | "preparing"
  | "charging"
  | "suspended-ev"
  | "suspended-evse"
  | "finishing"
  | "reserved"
  | "unavailable"
  | "faulted";

/** One connector as the supply sees it. */
export interface ConnectorState {
  readonly stationId: string;
  readonly connectorId: number;
  readonly status: ConnectorStatus;
  /** Whether a transaction runs: only then may a TxProfile be set. */
  readonly transactionId: string | undefined;
  /** Metered current on the station's own phases, already mapped to the supply's; undefined where it says nothing. */
  readonly meteredA: PerPhase | undefined;
  /** Monotonic, when that was measured. */
  readonly meteredAtMs: number;
  /** Monotonic, when the station was last heard. */
  readonly heardAtMs: number;
}

/** What a connector may draw: so much on each of its phases until then, on the monotonic clock. */
export interface Grant {
  readonly stationId: string;
  readonly connectorId: number;
  /** Per phase; 0 means pause; never between 0 and 6. */
  readonly limitA: number;
  readonly untilMs: number;
}
