import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Reported } from "@outpost/wire/uplink.ts";

import { until } from "../../broker/testing/until.ts";
import type { TransactionRecord } from "../../charging/read-record.ts";
import { chargingRow } from "../../charging/testing/records.ts";
import type { Fleet } from "../../fleet.ts";
import { hex128, TestGateway } from "../../ingest/testing/gateway.ts";

export const PARK = "gw-park";
export const SUPPLY = "supply";

const MINUTE_MS = 60_000;
const AMPERES: Readonly<Record<string, readonly [limit: number, available: number, exposed: number, metered: number]>> =
  {
    l1: [63, 57, 48, 39.5],
    l2: [63, 40, 48, 30],
    l3: [63, 60, 32, 65.2],
  };

/** A car park's gateway behind a real fleet: three charge points on one supply, and what was charged there. */
export class ChargingPark implements AsyncDisposable {
  readonly #gateway: TestGateway;
  readonly #epoch = hex128();
  readonly #next = { occurrence: 1, measurement: 1 };

  private constructor(gateway: TestGateway) {
    this.#gateway = gateway;
  }

  /** Connects, reports its devices, and delivers a week of sessions. */
  static async open(fleet: Fleet, nowMs: number): Promise<ChargingPark> {
    const park = new ChargingPark(await TestGateway.connect(fleet.mqtt, PARK));
    await park.#gateway.hello([park.#epoch]);
    await park.#gateway.send("reported", reported(nowMs));
    await until(async () => {
      const devices = await fetch(`${fleet.http}/api/gateways/${PARK}/devices`);
      return (await devices.text()).includes(SUPPLY) ? true : undefined;
    }, "the devices were reported");
    await park.say(sessions(nowMs));
    await park.measure(SUPPLY, supplyReadings());
    for (const [index, station] of ["pile-1", "pile-2", "pile-3"].entries()) {
      await park.measure(station, stationReadings(index));
    }
    return park;
  }

  /** Delivers records of charge points. */
  async say(said: readonly Said[]): Promise<void> {
    const rows = said.map(([deviceId, record]) => chargingRow(this.#next.occurrence++, deviceId, record));
    await this.#gateway.deliver(this.#epoch, "occurrence", rows);
  }

  /** Delivers readings of a device. */
  async measure(deviceId: string, readings: Readonly<Record<string, number>>): Promise<void> {
    const occurredAtMs = Date.now();
    const rows = Object.entries(readings).map(([pointId, value]): BatchRow => {
      const unit = unitOf(pointId);
      const record = {
        kind: "measurement",
        deviceId,
        pointId,
        unit,
        value,
        occurredAtMs,
        clockConfidence: "confirmed",
      };
      return { sequence: this.#next.measurement++, recordedAtMs: occurredAtMs, body: JSON.stringify(record) };
    });
    await this.#gateway.deliver(this.#epoch, "measurement", rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
  }
}

/** The meter so many minutes after a begin: it charges more slowly towards the end. */
function whAt(minute: number): number {
  return 120_000 + Math.round(minute * 118 - (minute * minute) / 9);
}

/** One session as its charge point tells it: `minutes` long, with a meter value every five. */
export function session(
  transaction: string,
  beganAtMs: number,
  { minutes, isEnded = true, more = {} }: { minutes: number; isEnded?: boolean; more?: TransactionRecord["details"] },
): TransactionRecord[] {
  const iso = (minute: number): string => new Date(beganAtMs + minute * MINUTE_MS).toISOString();
  const at = (minute: number): number => beganAtMs + minute * MINUTE_MS;
  const ids = { transaction, connector: 1 };
  const samples = Array.from({ length: Math.floor(minutes / 5) }, (_, index) => (index + 1) * 5);
  return [
    {
      name: "transaction-started",
      details: {
        ...ids,
        idTag: "****7788",
        idTagStatus: "Accepted",
        startedAt: iso(0),
        meterStartWh: whAt(0),
        ...more,
      },
      occurredAtMs: at(0),
    },
    ...samples.map((minute) => ({
      name: "transaction-updated",
      details: {
        ...ids,
        at: iso(minute),
        meterWh: whAt(minute),
        powerW: Math.round(7_100 - minute * 13),
        currentL1A: 10.3,
        currentL2A: 10.1,
        currentL3A: 10.4,
        socPercent: 30 + Math.round(minute / 2),
      },
      occurredAtMs: at(minute),
    })),
    ...(isEnded
      ? [
          {
            name: "transaction-ended",
            details: {
              ...ids,
              stoppedAt: iso(minutes),
              meterStopWh: whAt(minutes),
              energyWh: whAt(minutes) - whAt(0),
              reason: "EVDisconnected",
            },
            occurredAtMs: at(minutes),
          },
        ]
      : []),
  ];
}

type Said = readonly [deviceId: string, record: TransactionRecord];

function ofDevice(deviceId: string, records: readonly TransactionRecord[]): Said[] {
  return records.map((record) => [deviceId, record]);
}

function sessions(nowMs: number): Said[] {
  const ago = (hours: number): number => nowMs - hours * 3_600_000;
  const note = (name: string, hours: number, details: TransactionRecord["details"]): TransactionRecord => ({
    name: `transaction-${name}`,
    details,
    occurredAtMs: ago(hours),
  });
  const silent = session("1041", ago(26), { minutes: 150 }).filter(
    ({ occurredAtMs }) => Math.abs(occurredAtMs - ago(25)) > 18 * MINUTE_MS,
  );
  const usual = Array.from({ length: 60 }, (_, index) =>
    ofDevice(
      `pile-${(index % 3) + 1}`,
      session(String(900 + index), ago(30 + index * 1.8), { minutes: 45 + (index % 7) * 20 }),
    ),
  );
  return [
    ...usual.flat(),
    ...ofDevice("pile-1", silent),
    ...ofDevice("pile-1", session("1050", ago(1.2), { minutes: 70, isEnded: false })),
    ...ofDevice("pile-2", session("1044", ago(9), { minutes: 95, more: { isOffline: true } })),
    ...ofDevice("pile-2", [
      note("reconciled", 7.4, { transaction: "1044", claimedId: -1, how: "connector-time-meter" }),
      note("duplicate", 7.3, { transaction: "1044", message: "stop" }),
      note("duplicate", 7.2, { transaction: "1044", message: "stop" }),
      note("refused", 6, { transaction: "1045", connector: 1, idTag: "****0000", idTagStatus: "Invalid" }),
      note("reconciled", 5, {
        transaction: "1046",
        claimedId: 4711,
        how: "unmatched",
        stoppedAt: new Date(ago(5)).toISOString(),
        meterStopWh: 133_000,
        reason: "PowerLoss",
      }),
    ]),
    ...ofDevice("pile-3", session("1047", ago(4), { minutes: 40, isEnded: false })),
    ...ofDevice("pile-3", [
      note("unended", 2, {
        transaction: "1047",
        connector: 1,
        startedAt: new Date(ago(4)).toISOString(),
        meterWh: 124_542,
        energyWh: 4_542,
      }),
    ]),
  ];
}

function supplyReadings(): Readonly<Record<string, number>> {
  const phases = Object.entries(AMPERES).flatMap(([phase, [limit, available, exposed, metered]]) => [
    [`limit.${phase}`, limit] as const,
    [`available.${phase}`, available] as const,
    [`exposed.${phase}`, exposed] as const,
    [`metered.${phase}`, metered] as const,
  ]);
  return { stop: 0, charging: 2, ...Object.fromEntries(phases) };
}

function stationReadings(index: number): Readonly<Record<string, number>> {
  const status = [2, 4, 0][index] ?? 0;
  const draw = [15.6, 0, 0][index] ?? 0;
  const of = (number: number, isFirst: boolean): [string, number][] => [
    [`connector${number}.status`, isFirst ? status : 0],
    [`connector${number}.limit`, isFirst ? ([16, 0, 6][index] ?? 0) : 0],
    [`connector${number}.current.l1`, isFirst ? draw : 0],
    [`connector${number}.power`, isFirst ? Math.round(draw * 69) / 100 : 0],
    [`connector${number}.energy`, 1_204.5 + number],
    [`connector${number}.wiring`, [123, 231, 312][index] ?? 0],
  ];
  return Object.fromEntries([...of(1, true), ...(index === 0 ? of(2, false) : [])]);
}

function unitOf(pointId: string): string {
  if (pointId.endsWith("power")) return "kW";
  if (pointId.endsWith("energy")) return "kWh";
  return /^(?:limit|available|exposed|metered)\.|\.limit$|\.current\./.test(pointId) ? "A" : "";
}

function reportedStation(number: number): Reported["devices"][number] {
  return {
    id: `pile-${number}`,
    adapter: "ocpp",
    name: { zh: `${number} 号充电桩`, en: `Charge point ${number}` },
    state: "online",
    reason: "",
    points: Object.keys(stationReadings(number - 1)).map((id) => ({
      id,
      name: { zh: id, en: id },
      unit: unitOf(id),
    })),
  };
}

function reported(nowMs: number): Reported {
  const supplyPoints = Object.keys(supplyReadings()).map((id) => ({
    id,
    name: { zh: id, en: id },
    unit: unitOf(id),
    ...(id === "stop" ? { writable: { min: 0, max: 1, isHazardous: false } } : {}),
  }));
  return {
    v: 1,
    agentVersion: "0.1.0",
    startedAtMs: nowMs,
    site: { id: "park", name: { zh: "人民路停车场", en: "Renmin Road car park" }, timeZone: "Asia/Shanghai" },
    clock: { wallMs: nowMs, confidence: "confirmed" },
    devices: [
      {
        id: SUPPLY,
        adapter: "charging-site",
        name: { zh: "停车场配电", en: "Car park supply" },
        profile: "4 connectors",
        state: "online",
        reason: "",
        points: supplyPoints,
      },
      ...[1, 2, 3].map(reportedStation),
    ],
    journal: { waiting: {}, bytesUsed: 1, bytesAllowed: 2, ladder: "normal" },
    memoryRssBytes: 1,
    loopDelayP999Ms: 1,
  };
}
