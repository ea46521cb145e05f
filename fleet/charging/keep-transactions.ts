import type { PoolClient } from "pg";

import { instantText, sqlInstant } from "../store/columns.ts";
import { countNumbers } from "./clusters.ts";
import { joinFacts, standingOf, transactionFacts, type TransactionFacts } from "./facts.ts";
import type { TransactionWord } from "./read-record.ts";

/** What a new record says, and which device said it. */
export interface DeviceWord {
  readonly deviceNo: number;
  readonly word: TransactionWord;
}

/** A transaction with all that is known of it. */
interface Known {
  readonly deviceNo: number;
  readonly transaction: string;
  readonly facts: TransactionFacts;
}

/**
 * Joins what new records say with what is known of their charging transactions, inside the transaction that writes the
 * records: both are kept, or neither. The order of the records does not matter.
 *
 * The rows are entered empty and locked before they are joined, in an order that all fleet processes keep: of two that
 * hear of the same transaction the second joins what the first has written.
 */
export async function keepTransactions(client: PoolClient, words: readonly DeviceWord[]): Promise<void> {
  if (words.length === 0) return;
  const said = joinWords(words);
  const keys = [said.map(({ deviceNo }) => deviceNo), said.map(({ transaction }) => transaction)];
  await client.query(
    `insert into charging_transaction (device_no, transaction)
     select device, name from unnest($1::int[], $2::text[]) as said (device, name) order by device, name collate "C"
     on conflict do nothing`,
    keys,
  );
  const { rows } = await client.query<{ device_no: number; transaction: string; facts: unknown }>(
    `select device_no, transaction, facts from charging_transaction
      where (device_no, transaction) in (select * from unnest($1::int[], $2::text[]))
      order by device_no, transaction collate "C" for update`,
    keys,
  );
  const before = new Map(rows.map((row) => [keyOf(row.device_no, row.transaction), row.facts]));
  const joined = said.map((one): Known => {
    const facts = before.get(keyOf(one.deviceNo, one.transaction)) ?? null;
    return facts === null ? one : { ...one, facts: joinFacts(transactionFacts.parse(facts), one.facts) };
  });
  await client.query(UPDATE, [JSON.stringify(joined.map(rowOf))]);
}

/** The new records' words, one for each transaction. */
function joinWords(words: readonly DeviceWord[]): readonly Known[] {
  const joined = new Map<string, Known>();
  for (const { deviceNo, word } of words) {
    const key = keyOf(deviceNo, word.transaction);
    const known = joined.get(key);
    const facts = known === undefined ? word.facts : joinFacts(known.facts, word.facts);
    joined.set(key, { deviceNo, transaction: word.transaction, facts });
  }
  return [...joined.values()];
}

function keyOf(deviceNo: number, transaction: string): string {
  return `${deviceNo}/${transaction}`;
}

const UPDATE = `
update charging_transaction as kept set
       facts = new.facts, status = new.status, began_at = ${sqlInstant("new.began")}, connector = new.connector,
       id_tag = new.id_tag, id_tag_status = new.id_tag_status, started_at = ${sqlInstant("new.started")},
       stopped_at = ${sqlInstant("new.stopped")}, meter_start_wh = new.meter_start, meter_stop_wh = new.meter_stop,
       meter_last_wh = new.meter_last, meter_last_at = ${sqlInstant("new.meter_at")}, energy_wh = new.energy,
       reason = new.reason, is_offline = new.is_offline, reconciled = new.reconciled, claimed_id = new.claimed_id,
       hole_count = new.holes, missing_count = new.missing, duplicate_count = new.duplicates,
       first_occurred_at = ${sqlInstant("new.first_at")}, last_occurred_at = ${sqlInstant("new.last_at")}
  from jsonb_to_recordset($1::jsonb) as new (
       device int, transaction text, facts jsonb, status text, began text, connector int, id_tag text,
       id_tag_status text, started text, stopped text, meter_start float8, meter_stop float8, meter_last float8,
       meter_at text, energy float8, reason text, is_offline boolean, reconciled text, claimed_id text, holes int,
       missing float8, duplicates int, first_at text, last_at text)
 where kept.device_no = new.device and kept.transaction = new.transaction`;

function rowOf({ deviceNo, transaction, facts }: Known): object {
  const standing = standingOf(facts);
  return {
    device: deviceNo,
    transaction,
    facts,
    status: standing.status ?? null,
    began: instantText(standing.beganAtMs),
    connector: standing.connector,
    id_tag: standing.idTag,
    id_tag_status: standing.idTagStatus,
    started: instantOrNull(standing.startedAtMs),
    stopped: instantOrNull(standing.stoppedAtMs),
    meter_start: standing.meterStartWh,
    meter_stop: standing.meterStopWh,
    meter_last: standing.meterLastWh,
    meter_at: instantOrNull(standing.meterLastAtMs),
    energy: standing.energyWh,
    reason: standing.reason,
    is_offline: standing.isOffline,
    reconciled: standing.reconciled,
    claimed_id: standing.claimedId,
    holes: standing.holeCount,
    missing: countNumbers(standing.missing),
    duplicates: standing.duplicateCount,
    first_at: instantText(facts.firstOccurredAtMs),
    last_at: instantText(facts.lastOccurredAtMs),
  };
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instantText(ms);
}
