import { z } from "zod";

import type { FleetLedger, HeldRecord } from "../../ledger/fleet-ledger.ts";
import type { Collector } from "../load/collector.ts";
import { CONSTANTS } from "../load/gauges.ts";
import type { Speaker } from "../load/speaker.ts";
import type { Happening } from "../load/voices.ts";
import type { Witness } from "../load/witness.ts";
import { judgeDoors, type AcceptedCode } from "./doors.ts";
import { judgeMessages } from "./messages.ts";
import { judgeReading, type Reading, type Sample, type Span } from "./readings.ts";

/** A site file that was taken up while the gateway ran, and which device it was about. */
export interface HotPlug extends Span {
  readonly deviceId: string;
}

/** Those who know what is true, and what was done. */
export interface Evidence {
  readonly speakers: readonly Speaker[];
  readonly witnesses: readonly Witness[];
  readonly collector: Collector;
  readonly hotPlugs: readonly HotPlug[];
  readonly stalls: readonly Span[];
  /** The longest that the gateway waits for an answer. */
  readonly maxAgeMs: number;
}

/** What the rounds have cost. */
export interface Account {
  /** Messages that were acknowledged to a device, and codes that were used. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly quarantined: number;
  /** Good readings that were not so, and messages that nobody said. */
  readonly wrongAsGood: number;
  /** Good readings that were held against the truth. */
  readonly readings: number;
  /** Of these: when nobody happened to look at the device. */
  readonly unwitnessed: number;
  /** Codes that opened something. */
  readonly redeemed: number;
  /** How often devices changed their state while another one was plugged. */
  readonly disturbed: number;
  /** What is behind a figure that should be 0, in words. */
  readonly faults: readonly string[];
}

const WRONGS = ["lost", "duplicated", "reordered", "invented"] as const;

const happening = z.object({
  kind: z.literal("occurrence"),
  name: z.string(),
  details: z.record(z.string(), z.unknown()),
});
const status = z.object({ kind: z.literal("status"), state: z.string() });
const measurement = z.object({ pointId: z.string(), value: z.number().nullable() });
const accepted = z.object({ reference: z.string(), door: z.int() });

/** Holds what the devices, the wall and those who looked say against what the fleet has. */
export async function drawUp(ledger: FleetLedger, gatewayId: string, evidence: Evidence): Promise<Account> {
  const occurrences = await ledger.records(gatewayId, "occurrence");
  const faults: string[] = [];
  const messages = judgeSpeakers(evidence.speakers, occurrences, faults);
  const doors = judgeDoors(acceptedCodes(occurrences), evidence.collector.opened, await evidence.collector.pulses());
  if (doors.twice + doors.untrue > 0) faults.push(`locker-wall: ${JSON.stringify(doors)}`);
  const goodReadings = readingsByDevice(await ledger.records(gatewayId, "measurement"));
  const shown = judgeShown(evidence.speakers, goodReadings, occurrences, faults);
  const polled = judgePolled(evidence, goodReadings, faults);
  return {
    acknowledged: messages.acknowledged + doors.redeemed,
    lost: messages.lost + shown.lost + doors.untrue,
    duplicated: messages.duplicated + doors.twice + evidence.collector.openedTwice,
    reordered: messages.reordered,
    quarantined: await ledger.countQuarantined(gatewayId),
    wrongAsGood: messages.invented + shown.wrong + polled.wrong,
    readings: shown.readings + polled.readings,
    unwitnessed: polled.unwitnessed,
    redeemed: doors.redeemed,
    disturbed: countDisturbed(evidence.hotPlugs, occurrences, faults),
    faults,
  };
}

function judgeSpeakers(speakers: readonly Speaker[], occurrences: readonly HeldRecord[], faults: string[]) {
  const sums = { acknowledged: 0, lost: 0, duplicated: 0, reordered: 0, invented: 0 };
  for (const { voice, acknowledged, said } of speakers) {
    const held = happeningsOf(occurrences, voice.deviceId).flatMap((one) => voice.markOf(one) ?? []);
    const figures = judgeMessages({ acknowledged, said, held });
    sums.acknowledged += figures.acknowledged;
    for (const key of WRONGS) sums[key] += figures[key];
    if (WRONGS.some((key) => figures[key] > 0)) faults.push(`${voice.deviceId}: ${JSON.stringify(figures)}`);
  }
  return sums;
}

/** What stations were told to show: each acknowledged value is there, and no other. */
function judgeShown(
  speakers: readonly Speaker[],
  readings: ReadonlyMap<string, readonly Reading[]>,
  occurrences: readonly HeldRecord[],
  faults: string[],
): { readonly readings: number; readonly wrong: number; readonly lost: number } {
  const found = { readings: 0, wrong: 0, lost: 0 };
  for (const speaker of speakers) {
    const { deviceId, point } = speaker.voice;
    const own = (readings.get(deviceId) ?? []).filter(({ pointId }) => pointId === point?.id);
    const wrong = own.filter(({ value }) => !speaker.canRead(value));
    // A record that was too old to move its point is recorded with its values.
    const historic = happeningsOf(occurrences, deviceId).filter(({ name }) => name === "historic-data");
    const held = new Set([...own.map(({ value }) => value), ...historic.flatMap(({ details }) => numbersIn(details))]);
    const lost = [...speaker.acknowledgedValues].filter((value) => !held.has(value));
    found.readings += own.length;
    found.wrong += wrong.length;
    found.lost += lost.length;
    if (wrong.length + lost.length > 0) {
      faults.push(`${deviceId} ${point?.id}: wrong ${JSON.stringify(wrong)}, lost ${JSON.stringify(lost)}`);
    }
  }
  for (const { deviceId, pointId, value } of CONSTANTS) {
    const own = (readings.get(deviceId) ?? []).filter((one) => one.pointId === pointId);
    const wrong = own.filter((one) => Math.abs(one.value - value) > 1e-6);
    found.readings += own.length;
    found.wrong += wrong.length;
    if (wrong.length > 0) faults.push(`${deviceId} ${pointId}: wrong ${JSON.stringify(wrong)}`);
  }
  return found;
}

function judgePolled(
  { witnesses, stalls, maxAgeMs }: Evidence,
  readings: ReadonlyMap<string, readonly Reading[]>,
  faults: string[],
) {
  const found = { readings: 0, wrong: 0, unwitnessed: 0 };
  for (const { gauges, samples } of witnesses) {
    const known = new Set(Object.keys(samples[0]?.values ?? {}));
    for (const reading of readings.get(gauges.deviceId) ?? []) {
      if (!known.has(reading.pointId)) continue;
      const tolerance = gauges.tolerances[reading.pointId] ?? 1e-6;
      const isFlowing = gauges.flowing.includes(reading.pointId);
      const surge = gauges.surges[reading.pointId];
      const terms = { maxAgeMs, tolerance, isFlowing, stalls, ...(surge ? { surge } : {}) };
      const verdict = judgeReading(samples, reading, terms);
      found.readings += 1;
      if (verdict === "unwitnessed") found.unwitnessed += 1;
      if (verdict !== "wrong") continue;
      found.wrong += 1;
      const told = `${reading.value} at ${new Date(reading.atMs).toISOString()}`;
      faults.push(`${gauges.deviceId} ${reading.pointId}: ${told} was not so; ${truthAbout(samples, reading)}`);
    }
  }
  return found;
}

/** What was seen at the point about the time of a reading: so many milliseconds before or after it. */
function truthAbout(samples: readonly Sample[], { pointId, atMs }: Reading): string {
  return samples
    .filter(({ answeredAtMs }) => Math.abs(answeredAtMs - atMs) < 4_000)
    .map(({ answeredAtMs, values }) => `${answeredAtMs - atMs}: ${values[pointId]}`)
    .join(", ");
}

/** How often other devices changed their state in the time in which one was plugged: the others must not notice. */
function countDisturbed(hotPlugs: readonly HotPlug[], occurrences: readonly HeldRecord[], faults: string[]): number {
  const states = new Map<string, string>();
  let disturbed = 0;
  for (const { deviceId, atMs, body } of occurrences) {
    const parsed = status.safeParse(body);
    if (!parsed.success) continue;
    const { state } = parsed.data;
    const before = states.get(deviceId);
    states.set(deviceId, state);
    // The same state for another reason is no change: a panel that was taken for there calls.
    if (state === before || !hotPlugs.some((plug) => plug.deviceId !== deviceId && isWithin(plug, atMs))) continue;
    disturbed += 1;
    faults.push(`${deviceId} turned from ${before} at ${new Date(atMs).toISOString()}: ${JSON.stringify(body)}`);
  }
  return disturbed;
}

function isWithin({ fromMs, toMs }: Span, atMs: number): boolean {
  return atMs >= fromMs && atMs <= toMs;
}

function acceptedCodes(occurrences: readonly HeldRecord[]): readonly AcceptedCode[] {
  return happeningsOf(occurrences, "locker-wall")
    .filter(({ name }) => name === "code-accepted")
    .map(({ details }) => accepted.parse(details));
}

function happeningsOf(occurrences: readonly HeldRecord[], deviceId: string): readonly Happening[] {
  return occurrences.flatMap((one) => {
    const parsed = one.deviceId === deviceId ? happening.safeParse(one.body) : undefined;
    return parsed?.success ? [parsed.data] : [];
  });
}

function readingsByDevice(records: readonly HeldRecord[]): ReadonlyMap<string, readonly Reading[]> {
  const byDevice = new Map<string, Reading[]>();
  for (const { deviceId, atMs, body } of records) {
    const { pointId, value } = measurement.parse(body);
    // Without a value it is a bad one, and says so.
    if (value === null) continue;
    const own = byDevice.get(deviceId) ?? [];
    byDevice.set(deviceId, own);
    own.push({ pointId, value, atMs });
  }
  return byDevice;
}

function numbersIn(details: Happening["details"]): readonly number[] {
  return Object.values(details).filter((value) => typeof value === "number");
}
