import type { Clock } from "@outpost/kernel/clock.ts";

import { eventTime, type BadReason, type Measurement } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import { PHASES, type ConnectorState, type ConnectorStatus, type PerPhase, type Phase } from "../words.ts";
import { isRecent, type MeterSample } from "./meter-sample.ts";
import { pointOf, STATUS_CODES } from "./points.ts";

/** The ids of the points that its meter values show. */
interface MeterPoints {
  readonly energy: string;
  readonly power: string;
  readonly soc: string;
  readonly current: Readonly<Record<Phase, string>>;
}

interface Connector {
  readonly points: MeterPoints;
  status: ConnectorStatus;
  /** Told since the station's last boot. */
  isTold: boolean;
  transactionId: string | undefined;
  /** As it was shown; compared by identity, because every message of a station may show it again. */
  wiring: readonly Phase[] | undefined;
  meteredA: PerPhase | undefined;
  meteredAtMs: number;
}

/** What one charge point's connectors do, and what their points show of it. */
export class Connectors {
  readonly ids: readonly number[];
  readonly #stationId: string;
  readonly #clock: Clock;
  readonly #board: PointBoard;
  readonly #connectors: ReadonlyMap<number, Connector>;
  #heardAtMs = Number.NEGATIVE_INFINITY;

  constructor(stationId: string, ids: readonly number[], deps: { readonly clock: Clock; readonly board: PointBoard }) {
    this.#stationId = stationId;
    this.#clock = deps.clock;
    this.#board = deps.board;
    this.ids = ids;
    this.#connectors = new Map(
      ids.map((id) => [
        id,
        {
          points: meterPointsOf(id),
          status: "unavailable",
          isTold: false,
          transactionId: undefined,
          wiring: undefined,
          meteredA: undefined,
          meteredAtMs: Number.NEGATIVE_INFINITY,
        },
      ]),
    );
  }

  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  heard(): void {
    this.#heardAtMs = this.#clock.monotonicMs();
  }

  /** After a boot every status is told anew; after a lost line it is asked for. */
  forgetStatuses(): void {
    for (const connector of this.#connectors.values()) connector.isTold = false;
  }

  isTold(connectorId: number): boolean {
    return this.#connectors.get(connectorId)?.isTold ?? false;
  }

  state(connectorId: number): ConnectorState | undefined {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined) return undefined;
    const { status, transactionId, meteredA, meteredAtMs } = connector;
    return {
      stationId: this.#stationId,
      connectorId,
      status,
      transactionId,
      meteredA,
      meteredAtMs,
      heardAtMs: this.#heardAtMs,
    };
  }

  showStatus(connectorId: number, status: ConnectorStatus): void {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined) return;
    connector.status = status;
    connector.isTold = true;
    this.#board.good(pointOf(connectorId, "status"), STATUS_CODES.indexOf(status));
    this.#board.good(pointOf(connectorId, "fault"), status === "faulted" ? 1 : 0);
    this.#board.good(pointOf(connectorId, "charging"), status === "charging" ? 1 : 0);
  }

  setTransaction(connectorId: number, transactionId: string | undefined): void {
    const connector = this.#connectors.get(connectorId);
    if (connector !== undefined) connector.transactionId = transactionId;
  }

  showLimit(connectorId: number, limitA: number): void {
    if (this.#connectors.has(connectorId)) this.#board.good(pointOf(connectorId, "limit"), limitA);
  }

  /** As a number of one digit a phase: 231 where the connector's L1, L2 and L3 are the supply's L2, L3 and L1. */
  showWiring(connectorId: number, phases: readonly Phase[]): void {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined || connector.wiring === phases) return;
    connector.wiring = phases;
    this.#showWirings();
  }

  /** Nothing is known of the station any more: every point is bad, but for what the site itself knows. */
  lost(reason: BadReason, detail: string): void {
    this.#board.lost(reason, detail);
    this.#showWirings();
  }

  #showWirings(): void {
    for (const [id, { wiring }] of this.#connectors) {
      const digits = wiring?.map((phase) => PHASES.indexOf(phase) + 1).join("");
      if (digits !== undefined) this.#board.good(pointOf(id, "wiring"), Number(digits));
    }
  }

  /** The readings of the last of these samples that says how things are now, for whoever publishes them. */
  recentMeasurements(connectorId: number, samples: readonly MeterSample[]): readonly Measurement[] {
    const recent = samples.findLast((sample) => isRecent(sample, this.#clock));
    return recent === undefined ? [] : this.#measurements(connectorId, recent);
  }

  #measurements(connectorId: number, sample: MeterSample): readonly Measurement[] {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined) return [];
    const { currentA, energyWh, powerW, socPercent } = sample;
    if (currentA !== undefined) {
      connector.meteredA = { L1: currentA.L1 ?? 0, L2: currentA.L2 ?? 0, L3: currentA.L3 ?? 0 };
      connector.meteredAtMs = this.#clock.monotonicMs();
    }
    const time = eventTime(this.#clock.now());
    const measurements: Measurement[] = [];
    const add = (pointId: string, value: number | undefined): void => {
      if (value !== undefined) measurements.push(this.#board.measurement(pointId, { quality: "good", value }, time));
    };
    const { points } = connector;
    add(points.energy, energyWh === undefined ? undefined : energyWh / 1_000);
    add(points.power, powerW === undefined ? undefined : powerW / 1_000);
    add(points.soc, socPercent);
    for (const phase of PHASES) add(points.current[phase], currentA?.[phase]);
    return measurements;
  }
}

function meterPointsOf(connectorId: number): MeterPoints {
  const of = (name: string): string => pointOf(connectorId, name);
  const current = { L1: of("current.l1"), L2: of("current.l2"), L3: of("current.l3") };
  return { energy: of("energy"), power: of("power"), soc: of("soc"), current };
}
