import { z } from "zod";

import type { Surge } from "../judgement/readings.ts";

/** A device that is asked, and what its simulator says that it reads. */
export interface Gauges {
  readonly deviceId: string;
  /** How far a reading may be from the truth, by point, where this is more than a rounding. */
  readonly tolerances: Readonly<Record<string, number>>;
  /** Points that rise and fall by and by. */
  readonly flowing: readonly string[];
  /** Points that leap for a moment, by point. */
  readonly surges: Readonly<Record<string, Surge>>;
  /** What the points truly are, by the simulator's state. */
  read(state: unknown): Readonly<Record<string, number>>;
  /** What happens to it, so that an old value is not a true one: one lever of these after the other. */
  readonly life: readonly (readonly [lever: string, body: object])[];
}

const pump = z.object({ isRunning: z.boolean(), isTripped: z.boolean(), currentA: z.number(), starts: z.int() });
const station = z.object({
  levelM: z.number(),
  inflowLps: z.number(),
  outflowLps: z.number(),
  isRemote: z.boolean(),
  isDoorOpen: z.boolean(),
  isMainsFailed: z.boolean(),
  isFloatUp: z.boolean(),
  isOverflowing: z.boolean(),
  settings: z.object({ startM: z.number(), stopM: z.number(), assistM: z.number(), highM: z.number() }),
  pumps: z.tuple([pump, pump]),
});

/** What a pump draws in the moment of its start, and a little more. */
const STARTING_A = 60;

/** A pump station, over either of its lines. Its water moves so fast that no level is the one of seconds ago. */
function pumpGauges(deviceId: string): Gauges {
  return {
    deviceId,
    flowing: ["level", "inflow", "outflow", "pump1.current", "pump2.current"],
    surges: {
      "pump1.current": { counter: "pump1.starts", peak: STARTING_A },
      "pump2.current": { counter: "pump2.starts", peak: STARTING_A },
    },
    tolerances: { level: 0.002, inflow: 0.2, outflow: 0.2, "pump1.current": 0.2, "pump2.current": 0.2 },
    read(state) {
      const { settings, pumps, ...panel } = station.parse(state);
      return {
        level: panel.levelM,
        inflow: panel.inflowLps,
        outflow: panel.outflowLps,
        remoteMode: Number(panel.isRemote),
        doorOpen: Number(panel.isDoorOpen),
        mainsFail: Number(panel.isMainsFailed),
        highLevelFloat: Number(panel.isFloatUp),
        overflow: Number(panel.isOverflowing),
        startLevel: settings.startM,
        stopLevel: settings.stopM,
        assistLevel: settings.assistM,
        highLevel: settings.highM,
        ...Object.fromEntries(
          pumps.flatMap((one, index) => [
            [`pump${index + 1}.running`, Number(one.isRunning)],
            [`pump${index + 1}.fault`, Number(one.isTripped)],
            [`pump${index + 1}.current`, one.currentA],
            [`pump${index + 1}.starts`, one.starts],
          ]),
        ),
      };
    },
    life: [
      ["fault", { kind: "door-open", isActive: true }],
      ["fault", { kind: "door-open", isActive: false }],
    ],
  };
}

const meters = z.object({
  meters: z.tuple([z.object({ energyKwh: z.number(), powerKw: z.number(), voltageV: z.number() })]),
});
/** No two loads in sight of one another are the same. */
const LOADS_KW = Array.from({ length: 40 }, (_, index) => 1 + ((index * 7.3) % 60));

const meterGauges: Gauges = {
  deviceId: "meter",
  flowing: [],
  surges: {},
  tolerances: { energy: 0.02, power: 0.001, "voltage.a": 0.1 },
  read(state) {
    const [{ energyKwh, powerKw, voltageV }] = meters.parse(state).meters;
    return { energy: energyKwh, power: powerKw, "voltage.a": voltageV, frequency: 50 };
  },
  life: LOADS_KW.map((kw) => ["load", { kw }]),
};

/** All that are asked. */
export const GAUGES: readonly Gauges[] = [pumpGauges("pump-station"), pumpGauges("serial-pumps"), meterGauges];

/** What devices that speak by themselves always read. */
export const CONSTANTS: readonly { readonly deviceId: string; readonly pointId: string; readonly value: number }[] = [
  { deviceId: "outfall", pointId: "ph", value: 6 },
  { deviceId: "river-gauge", pointId: "battery", value: 12.6 },
  { deviceId: "river-gauge", pointId: "rainTotal", value: 0 },
  { deviceId: "call-button", pointId: "battery", value: 100 },
];
