import { alarmRecord, notificationRecord, type AlarmRecord, type NotificationRecord } from "@outpost/wire/records.ts";
import pg from "pg";

import { choosePlaces } from "../../store/embedded/places.ts";
import { serverUrl } from "../../store/embedded/server.ts";

/** What the fleet holds of a gateway's numbered load, against what the gateway said was durable. */
export interface LedgerComparison {
  readonly held: number;
  readonly lost: readonly number[];
  readonly duplicated: number;
  /** Rows that come before one with a smaller number, within one stream and device, in the order written. */
  readonly reordered: number;
  readonly quarantined: number;
}

/** One record as the fleet holds it. `atMs`: Unix milliseconds by the gateway's clock. */
export interface HeldRecord {
  readonly deviceId: string;
  readonly atMs: number;
  readonly body: unknown;
}

/** One charging transaction as the fleet holds it. Instants are Unix milliseconds by the station's clock. */
export interface HeldCharging {
  readonly deviceId: string;
  readonly transaction: string;
  readonly status: string;
  readonly connector: number | null;
  readonly startedAtMs: number | null;
  readonly stoppedAtMs: number | null;
  readonly energyWh: number | null;
  readonly holeCount: number;
  readonly missingCount: number;
}

/** The fleet's database read directly: what is counted is what PostgreSQL has committed, not what the API says. */
export class FleetLedger implements AsyncDisposable {
  readonly #pool: pg.Pool;

  private constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: 2 });
    // The server goes down in some rounds; the next query opens a new connection.
    this.#pool.on("error", () => {});
  }

  /** Opens the embedded database of a fleet's state folder. */
  static async open(fleetStateDirectory: string): Promise<FleetLedger> {
    return new FleetLedger(serverUrl(await choosePlaces(fleetStateDirectory), "outpost"));
  }

  /** Occurrences the fleet holds of all gateways. */
  async countOccurrences(): Promise<number> {
    const { rows } = await this.#pool.query<{ count: number }>("select count(*)::int as count from occurrence");
    return rows[0]?.count ?? 0;
  }

  async compare(gatewayId: string, durable: ReadonlySet<number>): Promise<LedgerComparison> {
    const { rows } = await this.#pool.query<{ number: number; device_id: string; kind: string }>(
      `select coalesce((body -> 'details' ->> 'number')::int, 0) as number, coalesce(device_id, '') as device_id, kind
         from record_place where gateway_id = $1 and stream = 'occurrence' order by ordinal, sequence`,
      [gatewayId],
    );
    const records = rows.filter((row) => row.kind === "record");
    const held = new Set(records.map((row) => row.number));
    return {
      held: held.size,
      lost: [...durable].filter((number) => !held.has(number)),
      duplicated: records.length - held.size,
      reordered: countReordered(records),
      quarantined: rows.filter((row) => row.kind === "quarantined").length,
    };
  }

  /** What the fleet has of each stream and epoch: places held once or more, and rows beyond the first at a place. */
  async places(
    gatewayId: string,
  ): Promise<ReadonlyMap<string, { readonly held: number; readonly duplicated: number }>> {
    const { rows } = await this.#pool.query<{ epoch: string; stream: string; held: string; duplicated: string }>(
      `select epoch, stream, sum(width) as held, sum(rows - 1) as duplicated from (
         select epoch, stream, sequence, count(*) as rows,
                max(coalesce((body ->> 'throughSequence')::bigint, sequence) - sequence + 1) as width
           from record_place where gateway_id = $1 group by epoch, stream, sequence
       ) place group by epoch, stream`,
      [gatewayId],
    );
    return new Map(
      rows.map(({ epoch, stream, held, duplicated }) => [
        `${epoch} ${stream}`,
        { held: Number(held), duplicated: Number(duplicated) },
      ]),
    );
  }

  /** Every record of one stream, in the order in which the gateway wrote them. */
  async records(gatewayId: string, stream: "measurement" | "occurrence"): Promise<readonly HeldRecord[]> {
    const { rows } = await this.#pool.query<{ device_id: string | null; recorded_at: Date; body: unknown }>(
      `select device_id, recorded_at, body from record_place
        where gateway_id = $1 and stream = $2 and kind = 'record' order by ordinal, sequence`,
      [gatewayId, stream],
    );
    return rows.map((row) => ({ deviceId: row.device_id ?? "", atMs: row.recorded_at.getTime(), body: row.body }));
  }

  /** Every step of one rule's alarm, in the order in which the gateway wrote them. */
  async alarmSteps(gatewayId: string, ruleId: string): Promise<AlarmRecord[]> {
    const { rows } = await this.#pool.query<{ body: unknown }>(
      `select body from record_place
        where gateway_id = $1 and stream = 'alarm' and body ->> 'ruleId' = $2 and body ->> 'kind' = 'alarm'
        order by ordinal, sequence`,
      [gatewayId, ruleId],
    );
    return rows.map(({ body }) => alarmRecord.parse(body));
  }

  /** Whom the gateway says it told and asked about one rule's alarm, in the order in which it wrote it. */
  async notifications(gatewayId: string, ruleId: string): Promise<NotificationRecord[]> {
    const { rows } = await this.#pool.query<{ body: unknown }>(
      `select body from record_place
        where gateway_id = $1 and stream = 'alarm' and body ->> 'ruleId' = $2 and body ->> 'kind' = 'notification'
        order by ordinal, sequence`,
      [gatewayId, ruleId],
    );
    return rows.map(({ body }) => notificationRecord.parse(body));
  }

  /** Every charging transaction that the desk shows. */
  async chargingTransactions(gatewayId: string): Promise<readonly HeldCharging[]> {
    const { rows } = await this.#pool.query<
      Omit<HeldCharging, "startedAtMs" | "stoppedAtMs"> & { started: Date | null; stopped: Date | null }
    >(
      `select device_id as "deviceId", transaction, status, connector, started_at as started, stopped_at as stopped,
              energy_wh as "energyWh", hole_count as "holeCount", missing_count as "missingCount"
         from charging_transaction join device using (device_no) join gateway using (gateway_no)
        where gateway_id = $1 and status is not null`,
      [gatewayId],
    );
    return rows.map(({ started, stopped, ...row }) => ({
      ...row,
      startedAtMs: started?.getTime() ?? null,
      stoppedAtMs: stopped?.getTime() ?? null,
    }));
  }

  /** What the fleet could not read, with or without a place of its own. */
  async countQuarantined(gatewayId: string): Promise<number> {
    const { rows } = await this.#pool.query<{ count: number }>(
      "select count(*)::int as count from quarantine join gateway using (gateway_no) where gateway_id = $1",
      [gatewayId],
    );
    return rows[0]?.count ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

function countReordered(records: readonly { readonly number: number; readonly device_id: string }[]): number {
  const highest = new Map<string, number>();
  let reordered = 0;
  for (const { number, device_id: device } of records) {
    if (number < (highest.get(device) ?? 0)) reordered += 1;
    highest.set(device, Math.max(number, highest.get(device) ?? 0));
  }
  return reordered;
}
