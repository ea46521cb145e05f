import type { LineSettings } from "../../links/settings.ts";

/** The speeds and parities that serial links have. */
export const SPEEDS = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const;
export type Speed = (typeof SPEEDS)[number];
export const PARITIES = ["none", "even", "odd"] as const;
export type Parity = (typeof PARITIES)[number];

/** Where to look. */
export type ScanTarget =
  | {
      readonly kind: "serial";
      readonly path: string;
      readonly baudRates: readonly Speed[];
      readonly parities: readonly Parity[];
    }
  | { readonly kind: "serial-server"; readonly host: string; readonly port: number; readonly baudRate: number }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export interface ScanOptions {
  /** Asked in this order; 1 to 247 on serial lines. */
  readonly unitIds: readonly number[];
  /** How long a unit may think before it begins to answer. */
  readonly thinkMs: number;
}

/** One look at one line, in one speed and parity. */
export interface ScanPass {
  readonly line: PassLine;
  readonly unitIds: readonly number[];
  /** From a request's last byte to the answer's first. */
  readonly timeoutMs: number;
  /** The silence that ends an answer, and that is kept before a request. */
  readonly gapMs: number;
  /** How long it takes where nobody answers: whoever does makes it a little longer. */
  readonly estimatedMs: number;
}

type SerialLine = Extract<LineSettings, { readonly kind: "serial" }>;

export type PassLine =
  | { readonly kind: "serial"; readonly settings: SerialLine }
  | { readonly kind: "serial-server"; readonly host: string; readonly port: number }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export interface ScanPlan {
  readonly passes: readonly ScanPass[];
  readonly probes: number;
  readonly estimatedMs: number;
}

const REQUEST_CHARACTERS = 8;
const SILENCE_CHARACTERS = 3.5;
/** Start bit, eight data bits, parity or a second stop bit, stop bit. MODBUS over Serial Line V1.02, section 2.5.1. */
const BITS_PER_CHARACTER = 11;
/** USB converters hand bytes over every 16 ms, and a busy gateway is not on time to the millisecond. */
const LATENCY_MS = 25;
const SERVER_LATENCY_MS = 60;
/** A socket's answer has no line time of its own. */
const TCP_LATENCY_MS = 150;
/** Opening, listening for somebody else at first, and at the end for whoever is late. */
const AROUND_MS = 2_150;

/** What will be asked where, and how long that takes. Pure. */
export function planScan(targets: readonly ScanTarget[], options: ScanOptions): ScanPlan {
  const passes = targets.flatMap((target) => passesOf(target, options));
  return {
    passes,
    probes: passes.reduce((sum, { unitIds }) => sum + unitIds.length, 0),
    estimatedMs: passes.reduce((sum, { estimatedMs }) => sum + estimatedMs, 0),
  };
}

function passesOf(target: ScanTarget, options: ScanOptions): readonly ScanPass[] {
  switch (target.kind) {
    case "serial":
      return target.baudRates.flatMap((baudRate) =>
        target.parities.map((parity) => {
          const settings = serialLine(target.path, baudRate, parity);
          return onLine({ kind: "serial", settings }, { baudRate, latencyMs: LATENCY_MS }, options);
        }),
      );
    case "serial-server": {
      const { host, port, baudRate } = target;
      return [onLine({ kind: "serial-server", host, port }, { baudRate, latencyMs: SERVER_LATENCY_MS }, options)];
    }
    case "tcp": {
      const { host, port } = target;
      const timeoutMs = options.thinkMs + TCP_LATENCY_MS;
      const estimatedMs = AROUND_MS + options.unitIds.length * timeoutMs;
      return [{ line: { kind: "tcp", host, port }, unitIds: options.unitIds, timeoutMs, gapMs: 0, estimatedMs }];
    }
  }
}

interface Pace {
  readonly baudRate: number;
  readonly latencyMs: number;
}

function onLine(line: PassLine, { baudRate, latencyMs }: Pace, { unitIds, thinkMs }: ScanOptions): ScanPass {
  const onSerial = unitIds.filter((unitId) => unitId >= 1 && unitId <= 247);
  const characterMs = (BITS_PER_CHARACTER * 1_000) / baudRate;
  const timeoutMs = Math.ceil(thinkMs + latencyMs);
  const gapMs = Math.ceil(Math.max(SILENCE_CHARACTERS * characterMs, 2) + latencyMs);
  // The time-out has been silent already when the next request is due, so the gap is not waited for again.
  const probeMs = REQUEST_CHARACTERS * characterMs + timeoutMs;
  return {
    line,
    unitIds: onSerial,
    timeoutMs,
    gapMs,
    estimatedMs: Math.ceil(AROUND_MS + gapMs + onSerial.length * probeMs),
  };
}

function serialLine(path: string, baudRate: Speed, parity: Parity): SerialLine {
  return { id: "scan", kind: "serial", path, baudRate, parity, dataBits: 8, stopBits: 1, gapMs: 5 };
}
