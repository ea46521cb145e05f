import { z } from "zod";

/** How things stand with what a device has said. */
export interface Standing {
  /** The latest that were acknowledged to it, oldest first, by the device's own marks. */
  readonly acknowledged: readonly string[];
  /** Said, and not acknowledged yet, where the device tells which. */
  readonly unacknowledged: readonly string[];
  /** How many wait to be acknowledged; they are said again until they are. */
  readonly waiting: number;
  /** Values of a point in what was acknowledged. */
  readonly values: readonly number[];
}

/** What the fleet holds of something that happened at a device. */
export interface Happening {
  readonly name: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** How a device is made to say something of its own, by which it is known again at the fleet. */
export interface Voice {
  readonly deviceId: string;
  /** Whether it says again what was not acknowledged; otherwise that may be lost. */
  readonly repeats: boolean;
  /** The levers to pull for its `n`-th message, `n` from 1; the last one answers with the state. */
  levers(n: number): readonly (readonly [lever: string, body: object])[];
  read(state: unknown): Standing;
  /** The mark of a message in what the fleet holds; undefined for anything else. */
  markOf(happening: Happening): string | undefined;
  /** The point whose readings can only be one of the values that the device was told to show, or of `others`. */
  readonly point?: { readonly id: string; valueOf(n: number): number; readonly others: readonly number[] };
}

const nothing = { unacknowledged: [], values: [] };

const panels = z.object({
  panels: z.tuple([
    z.object({
      waiting: z.array(z.object({ data: z.string() })),
      acknowledged: z.array(z.object({ data: z.string() })),
    }),
  ]),
});

/** An alarm panel: each press carries its number as text. */
function panelVoice(deviceId: string, account: string): Voice {
  return {
    deviceId,
    repeats: true,
    levers: (n) => [["say", { account, data: `#${account}|Nri1/QA01^N${String(n).padStart(6, "0")}^` }]],
    read(state) {
      const [panel] = panels.parse(state).panels;
      return {
        acknowledged: marksIn(panel.acknowledged),
        unacknowledged: marksIn(panel.waiting),
        waiting: panel.waiting.length,
        values: [],
      };
    },
    markOf: ({ details }) => (typeof details["text"] === "string" ? markIn(details["text"]) : undefined),
  };
}

function markIn(text: string): string | undefined {
  return /N\d{6}/.exec(text)?.[0];
}

function marksIn(told: readonly { readonly data: string }[]): readonly string[] {
  return told.flatMap(({ data }) => markIn(data) ?? []);
}

const MINUTE = 2051;
const COD = "w01018";
const monitors = z.object({
  stations: z.tuple([
    z.object({
      waiting: z.int(),
      acknowledged: z.array(z.object({ qn: z.string(), cn: z.int(), values: z.record(z.string(), z.number()) })),
    }),
  ]),
});

/** An environment monitor: its minute records are known by their QN, its real-time records by the value in them. */
const outfallVoice: Voice = {
  deviceId: "outfall",
  repeats: true,
  levers: (n) => [
    ["show", { code: COD, value: codOf(n) }],
    ["report", {}],
    ["minute", {}],
  ],
  read(state) {
    const [{ acknowledged, waiting }] = monitors.parse(state).stations;
    return {
      ...nothing,
      acknowledged: acknowledged.filter(({ cn }) => cn === MINUTE).map(({ qn }) => qn),
      waiting,
      values: acknowledged.filter(({ cn }) => cn !== MINUTE).flatMap(({ values }) => values[COD] ?? []),
    };
  },
  markOf: ({ name, details }) => (name === "minute-data" ? String(details["qn"]) : undefined),
  point: { id: "cod", valueOf: codOf, others: [5] },
};

function codOf(n: number): number {
  return 100 + n / 10;
}

const HOUR = 0x34;
const MAX_LEVEL_MM = 12_000;
const gauges = z.object({
  stations: z.tuple([
    z.object({
      waiting: z.int(),
      acknowledged: z.array(z.object({ serial: z.int(), function: z.int() })),
    }),
  ]),
});

/** A river station: its hour reports are known by their serial number. */
const riverVoice: Voice = {
  deviceId: "river-gauge",
  repeats: true,
  levers: (n) => [
    ["level", { m: levelOf(n) }],
    ["hour", {}],
  ],
  read(state) {
    const [{ acknowledged, waiting }] = gauges.parse(state).stations;
    const hours = acknowledged.filter((one) => one.function === HOUR);
    return { ...nothing, acknowledged: hours.map(({ serial }) => String(serial)), waiting };
  },
  markOf: ({ name, details }) => (name === "hour-report" ? String(details["serial"]) : undefined),
  point: { id: "level", valueOf: levelOf, others: [2.5] },
};

function levelOf(n: number): number {
  return (n % MAX_LEVEL_MM) / 1_000;
}

const buttons = z.object({
  buttons: z.tuple([z.object({ acknowledged: z.array(z.string()), unacknowledged: z.array(z.string()) })]),
});

/** A Zigbee button: its presses are known by when it was seen. What nobody listened to is lost, as on any broker. */
const buttonVoice: Voice = {
  deviceId: "call-button",
  repeats: false,
  levers: () => [["press", { button: "zigbee-1" }]],
  read(state) {
    const [{ acknowledged, unacknowledged }] = buttons.parse(state).buttons;
    return { acknowledged, unacknowledged, waiting: 0, values: [] };
  },
  markOf: ({ name, details }) => (name === "pressed" ? String(details["saidAt"]) : undefined),
};

/** All that speak by themselves. */
export const VOICES: readonly Voice[] = [
  panelVoice("panel", "1234"),
  panelVoice("coded-panel", "5678"),
  outfallVoice,
  riverVoice,
  buttonVoice,
];
