import type { ClockConfidence } from "@outpost/kernel/clock.ts";
import type { Reported } from "@outpost/wire/uplink.ts";
import type { Pool } from "pg";

import { sqlMs } from "../../store/columns.ts";
import type { Device, GatewayDetail, GatewaySummary } from "../schemas.ts";

interface SummaryRow {
  readonly gateway_id: string;
  readonly state: "online" | "offline";
  readonly first_seen_at_ms: number;
  readonly last_seen_at_ms: number;
  readonly agent_version: string | null;
  readonly site: Reported["site"] | null;
  readonly clock_confidence: ClockConfidence | null;
  readonly device_count: number;
  readonly troubled_device_count: number;
  readonly open_alarm_count: number;
}

/** Reported documents are checked when they come in; what is read here has their shape. */
const SUMMARY = `
  gateway_id, gateway.state, ${sqlMs("first_seen_at")} as first_seen_at_ms, ${sqlMs("last_seen_at")} as last_seen_at_ms,
  agent_version, reported -> 'site' as site, reported -> 'clock' ->> 'confidence' as clock_confidence,
  (select count(*)::int from device where device.gateway_no = gateway.gateway_no and is_configured) as device_count,
  (select count(*)::int from device where device.gateway_no = gateway.gateway_no and is_configured
      and device.state <> 'online') as troubled_device_count,
  (select count(*)::int from alarm where alarm.gateway_no = gateway.gateway_no
      and alarm.state <> 'normal') as open_alarm_count`;

/** All gateways, or those with these ids, by id. */
export async function readGateways(pool: Pool, ids?: readonly string[]): Promise<GatewaySummary[]> {
  const { rows } = await pool.query<SummaryRow>(
    `select ${SUMMARY} from gateway where $1::text[] is null or gateway_id = any($1) order by gateway_id`,
    [ids ?? null],
  );
  return rows.map(summaryOf);
}

export async function readGatewayDetail(pool: Pool, id: string): Promise<GatewayDetail | undefined> {
  const { rows } = await pool.query<SummaryRow & { reported: Reported | null; reported_at_ms: number | null }>(
    `select ${SUMMARY}, reported, ${sqlMs("reported_at")} as reported_at_ms from gateway where gateway_id = $1`,
    [id],
  );
  const row = rows[0];
  return row && { ...summaryOf(row), reported: row.reported, reportedAtMs: row.reported_at_ms };
}

interface DeviceRow {
  readonly gateway_id: string;
  readonly device_id: string;
  readonly adapter: string;
  readonly name: Device["name"] | null;
  readonly profile: string | null;
  readonly state: Device["state"];
  readonly reason: string;
  readonly methods: Device["methods"] | null;
}

const DEVICE = `
  select gateway_id, device_id, adapter, name, profile, device.state, reason, methods
    from device join gateway using (gateway_no)`;

/** The devices of a gateway: those it says it has; before it has said so, those we have records of. */
export async function readDevices(pool: Pool, gatewayId: string): Promise<Device[] | undefined> {
  const { rows } = await pool.query<DeviceRow>(
    `${DEVICE} where gateway_id = $1 and (is_configured or reported is null) order by device_id`,
    [gatewayId],
  );
  if (rows.length > 0) return rows.map(deviceOf);
  const { rowCount } = await pool.query("select from gateway where gateway_id = $1", [gatewayId]);
  return rowCount === 0 ? undefined : [];
}

/** The devices with these numbers. */
export async function readDevicesByNumber(pool: Pool, deviceNos: readonly number[]): Promise<Device[]> {
  const { rows } = await pool.query<DeviceRow>(`${DEVICE} where device_no = any($1)`, [deviceNos]);
  return rows.map(deviceOf);
}

function deviceOf(row: DeviceRow): Device {
  const { gateway_id: gatewayId, device_id: id, adapter, profile, state, reason } = row;
  const { name, methods } = row;
  return { gatewayId, id, adapter, name: name ?? { zh: id, en: id }, profile, state, reason, methods: methods ?? [] };
}

function summaryOf(row: SummaryRow): GatewaySummary {
  return {
    id: row.gateway_id,
    state: row.state,
    firstSeenAtMs: row.first_seen_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    agentVersion: row.agent_version,
    site: row.site,
    clockConfidence: row.clock_confidence,
    deviceCount: row.device_count,
    troubledDeviceCount: row.troubled_device_count,
    openAlarmCount: row.open_alarm_count,
  };
}
