import { STREAMS } from "@outpost/wire/streams.ts";
import type { Pool } from "pg";

import { atomically } from "../store/database.ts";

/** A gateway may make up so many names; what goes beyond is quarantined. */
export const MAX_DEVICES_PER_GATEWAY = 5_000;
export const MAX_POINTS_PER_GATEWAY = 100_000;
/** Gateways remembered; the longest unused is forgotten first. */
const MAX_GATEWAYS = 6_000;

/** An epoch's number and its place among the gateway's epochs. */
export interface EpochNumber {
  readonly epochNo: number;
  readonly ordinal: number;
}

/** The small numbers by which the tables name one gateway's things. Filled on demand from the database. */
export interface GatewayNumbers {
  readonly gatewayNo: number;
  readonly epochs: Map<string, EpochNumber>;
  readonly devices: Map<string, number>;
  /** By `pointKey`. */
  readonly points: Map<string, number>;
}

export interface PointName {
  readonly deviceId: string;
  readonly pointId: string;
}

/** Device ids hold no slash, so that the two parts cannot run into one another. */
export function pointKey({ deviceId, pointId }: PointName): string {
  return `${deviceId}/${pointId}`;
}

/** Names to numbers, remembered. Several fleet processes may ask for the same new name at once and get one number. */
export class Directory {
  readonly #pool: Pool;
  readonly #gateways = new Map<string, GatewayNumbers>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The numbers of a gateway; it is entered where it is new. */
  async gateway(gatewayId: string): Promise<GatewayNumbers> {
    const known = this.#gateways.get(gatewayId);
    if (known !== undefined) {
      // Moved to the end: a Map keeps the order of insertion, the first is the longest unused.
      this.#gateways.delete(gatewayId);
      this.#gateways.set(gatewayId, known);
      return known;
    }
    const sql = `with entered as (insert into gateway (gateway_id) select $1::text
                   where not exists (select from gateway where gateway_id = $1) on conflict do nothing
                   returning gateway_no)
                 select gateway_no from entered union all select gateway_no from gateway where gateway_id = $1`;
    let gatewayNo: number | undefined;
    // The second try sees the row that another process entered between our look and our insert.
    for (let tries = 0; tries < 2 && gatewayNo === undefined; tries += 1) {
      gatewayNo = (await this.#pool.query<{ gateway_no: number }>(sql, [gatewayId])).rows[0]?.gateway_no;
    }
    if (gatewayNo === undefined) throw new Error(`the gateway ${gatewayId} could not be entered`);
    const numbers = { gatewayNo, epochs: new Map(), devices: new Map(), points: new Map() };
    this.#gateways.set(gatewayId, numbers);
    const oldest = this.#gateways.keys().next().value;
    if (this.#gateways.size > MAX_GATEWAYS && oldest !== undefined) this.#gateways.delete(oldest);
    return numbers;
  }

  /** Enters new epochs in the order given, and all their streams as holding nothing. */
  async ensureEpochs(numbers: GatewayNumbers, epochs: readonly string[]): Promise<void> {
    if (epochs.every((epoch) => numbers.epochs.has(epoch))) return;
    const rows = await atomically(this.#pool, async (client) => {
      // Ordinals are given out under this lock; two processes may meet the same gateway.
      await client.query("select from gateway where gateway_no = $1 for update", [numbers.gatewayNo]);
      await client.query(
        `with entered as (
           insert into epoch (gateway_no, epoch, ordinal)
           select $1, asked, (select coalesce(max(ordinal), 0) from epoch where gateway_no = $1) + row_number() over (order by place)
             from unnest($2::text[]) with ordinality as listed (asked, place)
            where not exists (select from epoch where gateway_no = $1 and epoch = asked)
           returning epoch_no)
         insert into held (epoch_no, stream) select epoch_no, stream from entered cross join unnest($3::text[]) as stream`,
        [numbers.gatewayNo, [...new Set(epochs)], STREAMS],
      );
      const sql = "select epoch, epoch_no, ordinal from epoch where gateway_no = $1 and epoch = any($2)";
      const result = await client.query<{ epoch: string; epoch_no: number; ordinal: number }>(sql, [
        numbers.gatewayNo,
        epochs,
      ]);
      return result.rows;
    });
    for (const row of rows) numbers.epochs.set(row.epoch, { epochNo: row.epoch_no, ordinal: row.ordinal });
  }

  /** Enters devices nobody has described yet, up to the maximum: those beyond it stay unknown. */
  async ensureDevices(numbers: GatewayNumbers, deviceIds: ReadonlySet<string>): Promise<void> {
    const missing = [...deviceIds].filter((id) => !numbers.devices.has(id)).toSorted();
    if (missing.length === 0 || numbers.devices.size >= MAX_DEVICES_PER_GATEWAY) return;
    await this.#pool.query(
      `insert into device (gateway_no, device_id) select $1, asked from unnest($2::text[]) as asked
        where (select count(*) from device where gateway_no = $1) < $3
          and not exists (select from device where gateway_no = $1 and device_id = asked)
       on conflict do nothing`,
      [numbers.gatewayNo, missing, MAX_DEVICES_PER_GATEWAY],
    );
    const { rows } = await this.#pool.query<{ device_id: string; device_no: number }>(
      "select device_id, device_no from device where gateway_no = $1 and device_id = any($2)",
      [numbers.gatewayNo, missing],
    );
    for (const row of rows) numbers.devices.set(row.device_id, row.device_no);
  }

  /** Enters points, whose devices must be known, up to the maximum. */
  async ensurePoints(numbers: GatewayNumbers, points: ReadonlyMap<string, PointName>): Promise<void> {
    const missing = [...points].filter(
      ([key, { deviceId }]) => !numbers.points.has(key) && numbers.devices.has(deviceId),
    );
    if (missing.length === 0 || numbers.points.size >= MAX_POINTS_PER_GATEWAY) return;
    const names = missing.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
    const deviceNos = names.map(({ deviceId }) => numbers.devices.get(deviceId));
    const pointIds = names.map(({ pointId }) => pointId);
    await this.#pool.query(
      `insert into point (device_no, point_id)
       select asked_device, asked_point from unnest($1::int[], $2::text[]) as asked (asked_device, asked_point)
        where not exists (select from point where device_no = asked_device and point_id = asked_point)
       on conflict do nothing`,
      [deviceNos, pointIds],
    );
    const { rows } = await this.#pool.query<{ device_id: string; point_id: string; point_no: number }>(
      `select device_id, point_id, point_no from unnest($1::int[], $2::text[]) as asked (asked_device, asked_point)
         join point on device_no = asked_device and point_id = asked_point join device using (device_no)`,
      [deviceNos, pointIds],
    );
    for (const row of rows) {
      numbers.points.set(pointKey({ deviceId: row.device_id, pointId: row.point_id }), row.point_no);
    }
  }
}
