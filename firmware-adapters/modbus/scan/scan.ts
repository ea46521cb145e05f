import type { Clock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "../../links/errors.ts";
import type { Connection } from "../../links/line.ts";
import type { BytePort } from "../../links/link.ts";
import { isPortTaken } from "../../links/scan-serial.ts";
import { openSerial } from "../../links/serial.ts";
import { connectSerialServer, connectTcp } from "../../links/tcp.ts";
import type { DoubtfulUnit, FoundUnit } from "./line/findings.ts";
import { scanLine } from "./line/scan-line.ts";
import type { PassLine, ScanPass, ScanPlan } from "./plan.ts";
import { scanTcp } from "./tcp/scan-tcp.ts";

/** What one pass brought. */
export interface PassReport {
  readonly line: PassLine;
  readonly found: readonly FoundUnit[];
  readonly doubtful: readonly DoubtfulUnit[];
  /** What stands in the way of good answers, in words for people. */
  readonly notes: readonly string[];
  /** Why the pass could not be made, or not to its end. */
  readonly error?: string;
  /** Another program has the port: a running gateway, most likely. */
  readonly isTaken?: boolean;
}

export interface ScanReport {
  readonly passes: readonly PassReport[];
  /** False where it was ended early. */
  readonly isComplete: boolean;
}

export interface ScanDeps {
  readonly clock: Clock;
  /** Called after every unit id that was asked. */
  onProgress(asked: number, of: number): void;
  /** Called after each pass. */
  onPass(report: PassReport): void;
  /** On a serial port, makes no further pass after one in which somebody answered. */
  readonly isFirstEnough?: boolean;
}

const OPEN_TIMEOUT_MS = 5_000;

/**
 * Looks for Modbus units, by reading only.
 *
 * @param signal  ends it early; the report then says so and holds what was found.
 */
export async function scanModbus(plan: ScanPlan, deps: ScanDeps, signal: AbortSignal): Promise<ScanReport> {
  const passes: PassReport[] = [];
  const satisfied = new Set<string>();
  let before = 0;
  for (const pass of plan.passes) {
    if (signal.aborted) break;
    const path = pass.line.kind === "serial" ? pass.line.settings.path : "";
    if (!satisfied.has(path)) {
      const base = before;
      let asked = 0;
      const onProbe = (): void => {
        asked += 1;
        deps.onProgress(base + asked, plan.probes);
      };
      const report = await scanPass(pass, { clock: deps.clock, onProbe }, signal);
      passes.push(report);
      deps.onPass(report);
      const isEnough = report.found.length > 0 && deps.isFirstEnough === true;
      // A port that is not there, or not ours, is so in every speed.
      if (path !== "" && (isEnough || (report.error !== undefined && asked === 0))) satisfied.add(path);
    }
    before += pass.unitIds.length;
    if (!signal.aborted) deps.onProgress(before, plan.probes);
  }
  return { passes, isComplete: !signal.aborted };
}

interface PassDeps {
  readonly clock: Clock;
  readonly onProbe: () => void;
}

async function scanPass(pass: ScanPass, deps: PassDeps, signal: AbortSignal): Promise<PassReport> {
  const { line } = pass;
  try {
    if (line.kind === "tcp") {
      const connect = (stop: AbortSignal) => connectTcp(line, bounded(stop));
      const { isAnyUnit, ...findings } = await scanTcp(pass, { ...deps, connect }, signal);
      return { line, doubtful: [], ...findings, notes: isAnyUnit ? ["answers to every unit id: one device"] : [] };
    }
    const connection = await openLine(line, deps.clock, signal);
    try {
      const { isEchoed, ...findings } = await scanLine(connection.port, pass, deps, signal);
      return { line, ...findings, notes: isEchoed ? ["the converter echoes what it sends: switch that off"] : [] };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof LinkError)) throw error;
    const nothing = { line, found: [], doubtful: [], notes: [] };
    if (signal.aborted) return { ...nothing, error: "ended early" };
    return { ...nothing, error: asError(error).message, isTaken: isPortTaken(error) };
  }
}

async function openLine(
  line: Exclude<PassLine, { readonly kind: "tcp" }>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Connection<BytePort>> {
  const deps = { clock, log: silentLog };
  return line.kind === "serial"
    ? await openSerial(line.settings, deps, bounded(signal))
    : await connectSerialServer(line, deps, bounded(signal));
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
}
