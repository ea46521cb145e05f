import type { HeldCharging, HeldRecord } from "../../ledger/fleet-ledger.ts";
import type { ToldTransaction } from "./told.ts";

export interface Account {
  /** Transactions that stations had acknowledged. */
  readonly transactions: number;
  /** Begins and ends that were acknowledged and are not at the fleet. */
  readonly lost: number;
  /** Transactions at the fleet that no station had, and begins and ends that are there twice. */
  readonly doubled: number;
  /** Transactions that ended and have no begin, no end, or messages missing between. */
  readonly withHole: number;
  /** Other times or energies than the station's meter had. */
  readonly wrong: number;
  /** What was found, in words. */
  readonly faults: readonly string[];
}

const BEGIN_OR_END = new Set(["transaction-started", "transaction-ended"]);

/** Holds what the fleet has against what stations had acknowledged. */
export function drawUp(
  told: readonly ToldTransaction[],
  held: readonly HeldCharging[],
  records: readonly HeldRecord[],
): Account {
  const byKey = new Map(held.map((one) => [keyOf(one), one]));
  const keys = new Set(told.map(keyOf));
  const faults: string[] = [];
  const counts = { lost: 0, doubled: 0, withHole: 0, wrong: 0 };
  const note = (kind: keyof typeof counts, what: string): void => {
    counts[kind] += 1;
    faults.push(`${kind}: ${what}`);
  };
  for (const one of told) {
    const found = byKey.get(keyOf(one));
    if (found === undefined) note("lost", keyOf(one));
    else {
      if (one.stop !== undefined && found.stoppedAtMs === null) note("lost", `the end of ${keyOf(one)}`);
      const hole = holeOf(found);
      if (hole !== undefined) note("withHole", `${keyOf(one)} ${hole}`);
      const difference = differenceOf(one, found);
      if (difference !== undefined) note("wrong", `${keyOf(one)} ${difference}`);
    }
  }
  for (const key of byKey.keys()) if (!keys.has(key)) note("doubled", `no station had ${key}`);
  for (const [key, count] of countBeginsAndEnds(records)) if (count > 1) note("doubled", `${count} times ${key}`);
  return { transactions: told.length, ...counts, faults };
}

function keyOf({ deviceId, transaction }: { readonly deviceId: string; readonly transaction: string }): string {
  return `${deviceId}/${transaction}`;
}

function holeOf({ status, startedAtMs, holeCount, missingCount }: HeldCharging): string | undefined {
  if (status !== "ended") return `is ${status}`;
  if (startedAtMs === null) return "has no begin";
  return holeCount + missingCount > 0 ? `lacks ${holeCount + missingCount} messages` : undefined;
}

function differenceOf(told: ToldTransaction, held: HeldCharging): string | undefined {
  const pairs = [
    ["connector", told.connector, held.connector],
    ["startedAtMs", told.startedAtMs, held.startedAtMs],
    ["stoppedAtMs", told.stop?.atMs ?? null, held.stoppedAtMs],
    ["energyWh", energyOf(told), held.energyWh],
  ] as const;
  const different = pairs.filter(([, there, here]) => there !== here);
  return different.length === 0
    ? undefined
    : different.map(([name, there, here]) => `${name} ${here} instead of ${there}`).join(", ");
}

function energyOf({ meterStartWh, stop }: ToldTransaction): number | null {
  if (meterStartWh === undefined || stop?.meterStopWh === undefined) return null;
  return stop.meterStopWh - meterStartWh;
}

function countBeginsAndEnds(records: readonly HeldRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { deviceId, body } of records) {
    const { name, details } = Object(body);
    if (!BEGIN_OR_END.has(name)) continue;
    const key = `${name} of ${deviceId}/${Object(details)["transaction"]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
