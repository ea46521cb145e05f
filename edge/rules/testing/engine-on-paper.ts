import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { alarmRecord, type AlarmRecord } from "@outpost/wire/records.ts";

import { AlarmEngine } from "../alarm-engine.ts";
import type { Rule } from "../rule.ts";

/** A critical alarm about a level, without delays. */
export const HIGH: Rule = {
  id: "high-level",
  priority: "critical",
  message: { zh: "水位过高", en: "Level is high" },
  onDelayMs: 0,
  offDelayMs: 0,
  isLatched: false,
  actions: ["siren"],
  source: { deviceId: "station", pointId: "level" },
  comparator: { kind: "threshold", is: "above", limit: 3, deadband: 0.1 },
  outOfService: undefined,
};

/** An engine with a clock that stands still, and everything it said in order. */
export function createEngine(
  options: { rules?: Rule[]; clock?: ManualClock; bootId?: string; disk?: Map<string, string>; seed?: number } = {},
) {
  const clock = options.clock ?? new ManualClock({ monotonicMs: 1_000_000 });
  const said: string[] = [];
  const records: AlarmRecord[] = [];
  const steps: [string, string][] = [];
  const disk = options.disk ?? new Map<string, string>();
  // Two engines one after the other never give the same id.
  let ids = (options.seed ?? 0) * 1_000;
  const engine = new AlarmEngine({
    clock,
    bootId: options.bootId ?? "boot-1",
    newOccurrenceId: () => (ids += 1).toString(16).padStart(32, "0"),
    onCalling: (rule, calls) => said.push(`${rule.actions.join("+")} ${calls ? "on" : "off"}`),
    onStep: (rule, record) => steps.push([rule.id, record.change]),
    write: (record, rows) => {
      if (record !== undefined) {
        // What goes to the journal must be what the wire accepts.
        records.push(alarmRecord.parse(record));
        said.push(`record ${record.change}`);
      }
      for (const [key, row] of Object.entries(rows)) {
        if (row === null) disk.delete(key);
        else disk.set(key, row);
      }
    },
  });
  engine.subscribe((record) => said.push(`notice ${record.change}`));
  engine.setRules(options.rules ?? [HIGH]);
  const read = (value: number | null, pointId = "level"): void => {
    const { wallMs, monotonicMs, confidence } = clock.now();
    engine.accept({
      kind: "measurement",
      deviceId: "station",
      pointId,
      unit: "m",
      reading: value === null ? { quality: "bad", reason: "timeout" } : { quality: "good", value },
      isReportable: true,
      occurredAtMs: wallMs,
      monotonicMs,
      clockConfidence: confidence,
    } satisfies DeviceEvent);
  };
  return { engine, clock, said, records, disk, read };
}
