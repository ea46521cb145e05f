import type { ConnectorStatus } from "../../words.ts";
import type { Limit } from "../charger/charging-profiles.ts";
import { Outlet } from "../charger/outlet.ts";
import type { Sample, Transaction } from "./transaction.ts";

/** Somebody may charge here as soon as a cable is in. */
export interface Authorised {
  readonly idTag: string;
  /** Monotonic. */
  readonly untilMs: number;
  readonly remoteStartId?: number | undefined;
}

/** Kept for one tag until then, by the station's clock. */
export interface Reservation {
  readonly id: number;
  readonly idTag: string;
  /** Or for whoever belongs to this group. */
  readonly parentIdTag?: string | undefined;
  readonly untilMs: number;
}

/** One connector: what is plugged in, who may charge, what it shows. Its own state only; the station moves it. */
export class Connector {
  readonly id: number;
  readonly outlet: Outlet;
  transaction: Transaction | undefined;
  authorised: Authorised | undefined;
  reservation: Reservation | undefined;
  /** An error code of 1.6; undefined while it is well. */
  fault: string | undefined;
  isOperative = true;
  /** A transaction ended here and the cable is still in. */
  isFinishing = false;
  limit: Limit;
  /** What the central side was told last. */
  toldStatus: string | undefined;
  /** When the running transaction is metered next. Monotonic. */
  sampleDueMs = 0;

  constructor(
    id: number,
    of: { readonly phases: 1 | 3; readonly maxA: number; readonly lagMs: number; readonly energyWh: number },
  ) {
    this.id = id;
    this.outlet = new Outlet(of);
    this.limit = { limitA: of.maxA, source: "hardware" };
  }

  /** Whether current may flow, as far as this connector goes. */
  get isEnergised(): boolean {
    return this.transaction !== undefined && this.fault === undefined && !this.transaction.isDeauthorised;
  }

  /** Nobody charges or waits here, and nothing is wrong. */
  get isFree(): boolean {
    return (
      this.transaction === undefined && this.authorised === undefined && this.fault === undefined && this.isOperative
    );
  }

  /** @see OCPP 1.6 edition 2, section 4.9 */
  get status(): ConnectorStatus {
    if (this.fault !== undefined) return "faulted";
    if (this.transaction !== undefined) return this.#chargingStatus(this.transaction);
    if (!this.isOperative) return "unavailable";
    if (this.isFinishing && this.outlet.car !== undefined) return "finishing";
    if (this.outlet.car !== undefined || this.authorised !== undefined) return "preparing";
    return this.reservation === undefined ? "available" : "reserved";
  }

  sample(atMs: number): Sample {
    const { energyWh, powerW, currentA, phases, socPercent } = this.outlet;
    return { atMs, energyWh, powerW, currentA, phases, socPercent };
  }

  state(): object {
    const { outlet, limit, transaction, status } = this;
    return {
      connector: this.id,
      status,
      fault: this.fault ?? null,
      isPlugged: outlet.car !== undefined,
      wantsA: outlet.car?.wantsA ?? 0,
      drawsA: outlet.currentA,
      energyWh: Math.round(outlet.energyWh),
      socPercent: outlet.socPercent ?? null,
      limitA: limit.limitA,
      limitSource: limit.source,
      lagMs: outlet.lagMs,
      authorised: this.authorised?.idTag ?? null,
      reservation: this.reservation?.id ?? null,
      transaction:
        transaction === undefined
          ? null
          : {
              id: transaction.id,
              number: transaction.number ?? null,
              idTag: transaction.idTag,
              startedAtMs: transaction.startedAtMs,
              meterStartWh: transaction.meterStartWh,
            },
    };
  }

  #chargingStatus({ isDeauthorised }: Transaction): ConnectorStatus {
    const { car, isFull } = this.outlet;
    if (isDeauthorised || this.limit.limitA < 6) return "suspended-evse";
    return car === undefined || car.wantsA === 0 || isFull ? "suspended-ev" : "charging";
  }
}
