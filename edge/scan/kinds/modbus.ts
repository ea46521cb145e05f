import type { DoubtfulUnit, FoundUnit } from "@outpost/firmware-adapters/modbus/scan/line/findings.ts";
import { planScan, type PassLine, type ScanTarget } from "@outpost/firmware-adapters/modbus/scan/plan.ts";
import { scanModbus, type PassReport } from "@outpost/firmware-adapters/modbus/scan/scan.ts";
import { systemClock } from "@outpost/kernel/clock.ts";

import type { HostPort } from "../arguments.ts";
import { freePorts, lineName, taken, type LineOptions } from "../lines.ts";
import { duration, type ScanOutcome, type Screen } from "../run-scan.ts";

export interface ModbusOptions extends LineOptions {
  readonly tcp?: readonly HostPort[];
  readonly units?: readonly number[];
  readonly waitMs: number;
  readonly first?: boolean;
}

const LINE_UNITS = Array.from({ length: 247 }, (_, index) => index + 1);
/** A device with a TCP port of its own answers to 255, and often to everything. */
const TCP_UNITS = [255, ...LINE_UNITS];

/** `scan modbus`: looks for units on serial lines and TCP endpoints. Reads only. */
export async function scanForModbus(options: ModbusOptions, screen: Screen, signal: AbortSignal): Promise<ScanOutcome> {
  const lines = await lineTargets(options);
  const tcp = (options.tcp ?? []).map((address): ScanTarget => ({ kind: "tcp", ...address }));
  if (lines.length + tcp.length === 0) {
    const failure = "no free serial port is here: name one with --serial, or use --serial-server or --tcp";
    return { result: { lines: [] }, failures: [failure], isComplete: true };
  }
  const thinkMs = options.waitMs;
  const plans = [
    planScan(lines, { unitIds: options.units ?? LINE_UNITS, thinkMs }),
    planScan(tcp, { unitIds: options.units ?? TCP_UNITS, thinkMs }),
  ];
  const plan = {
    passes: plans.flatMap(({ passes }) => passes),
    probes: plans.reduce((sum, { probes }) => sum + probes, 0),
    estimatedMs: plans.reduce((sum, { estimatedMs }) => sum + estimatedMs, 0),
  };
  screen.tell(
    `${plan.probes} questions on ${plan.passes.length} settings of ${lines.length + tcp.length} lines: ${duration(plan.estimatedMs)} where nobody answers`,
  );
  screen.estimate?.(plan.estimatedMs);
  const beganAtMs = systemClock.monotonicMs();
  const report = await scanModbus(
    plan,
    {
      clock: systemClock,
      onProgress: (asked, of) => {
        const leftMs = Math.max(0, plan.estimatedMs - (systemClock.monotonicMs() - beganAtMs));
        screen.progress(`${asked} of ${of} asked, ${duration(leftMs)} to go`, { done: asked, of, leftMs });
      },
      onPass: (pass) => sayPass(pass, screen),
      isFirstEnough: options.first === true,
    },
    signal,
  );
  const isAnybody = report.passes.some(({ found, doubtful }) => found.length + doubtful.length > 0);
  if (!isAnybody && report.passes.every(({ error }) => error === undefined)) screen.say("nobody answers");
  return {
    result: { estimatedMs: plan.estimatedMs, lines: report.passes.map(passResult) },
    failures: signal.aborted ? [] : await failuresOf(report.passes),
    isComplete: report.isComplete,
  };
}

/** The lines that are named, or every free port where no line of any kind is. */
async function lineTargets(options: ModbusOptions): Promise<readonly ScanTarget[]> {
  const { serial = [], serialServer = [], tcp = [], baud: baudRates, parity: parities } = options;
  const isAnyNamed = serial.length + serialServer.length + tcp.length > 0;
  const ports = isAnyNamed ? serial : await freePorts();
  const [baudRate = 9_600] = baudRates;
  return [
    ...ports.map((path): ScanTarget => ({ kind: "serial", path, baudRates, parities })),
    ...serialServer.map((address): ScanTarget => ({ kind: "serial-server", ...address, baudRate })),
  ];
}

async function failuresOf(passes: readonly PassReport[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { line, error, isTaken } of passes) {
    if (isTaken === true && line.kind === "serial") failures.push(await taken(line.settings.path));
    else if (error !== undefined) failures.push(`${nameOf(line)}: ${error}`);
  }
  return failures;
}

function sayPass({ line, found, doubtful, notes }: PassReport, screen: Screen): void {
  if (found.length + doubtful.length + notes.length === 0) return;
  screen.say(nameOf(line));
  for (const note of notes) screen.say(`  note: ${note}`);
  for (const unit of found) screen.say(`${String(unit.unitId).padStart(5)}  ${describeUnit(unit)}`);
  for (const unit of doubtful) screen.say(`${String(unit.unitId).padStart(5)}  ${describeDoubt(unit)}`);
}

function describeUnit({ exceptionCode, identification, isSlow }: FoundUnit): string {
  const { vendor, product, revision } = identification ?? {};
  const names = [vendor, product, revision].filter((name) => name !== undefined).join(" ");
  const facts = [
    names === "" ? "answers, does not say what it is" : names,
    ...(exceptionCode === undefined ? [] : [`refuses holding register 0 with exception ${exceptionCode}`]),
    ...(isSlow ? ["answers late: give it a longer timeoutMs"] : []),
  ];
  return facts.join("; ");
}

function describeDoubt({ kind, detail }: DoubtfulUnit): string {
  return kind === "suspected-duplicate" ? `suspected duplicate: ${detail}` : detail;
}

function nameOf(line: PassLine): string {
  return lineName(line.kind === "serial" ? line.settings : line);
}

function passResult({ line, found, doubtful, notes, error }: PassReport): object {
  const { kind } = line;
  const where =
    line.kind === "serial"
      ? { kind, path: line.settings.path, baudRate: line.settings.baudRate, parity: line.settings.parity }
      : { kind, host: line.host, port: line.port };
  return {
    ...where,
    found: found.map(({ identification, ...unit }) => ({ ...unit, ...identification })),
    doubtful,
    notes,
    ...(error === undefined ? {} : { error }),
  };
}
