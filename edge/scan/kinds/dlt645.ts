import { systemClock } from "@outpost/kernel/clock.ts";

import { lineName, linesOf, onLine, type LineOptions } from "../lines.ts";
import { duration, type ScanOutcome, type Screen } from "../run-scan.ts";

export interface Dlt645Options extends LineOptions {
  readonly waitMs: number;
}

/** Three questions and one by name, each with a silence before it. */
const WAITS_A_LINE = 5;

/** `scan dlt645`: asks who is on a meter's line. Only a meter that is alone on it can be found like this. */
export async function scanForMeters(options: Dlt645Options, screen: Screen, signal: AbortSignal): Promise<ScanOutcome> {
  // Loaded here, so that no other scan loads it.
  const { scanDlt645 } = await import("@outpost/firmware-adapters/dlt645/scan.ts");
  const lines = linesOf(options);
  if (lines.length === 0)
    return { result: { lines: [] }, failures: ["name --serial or --serial-server"], isComplete: true };
  const estimatedMs = lines.length * WAITS_A_LINE * options.waitMs;
  screen.tell(`${lines.length} lines: ${duration(estimatedMs)} at most`);
  screen.estimate?.(estimatedMs);
  const found: object[] = [];
  const failures: string[] = [];
  const unusable = new Set<string>();
  for (const line of lines) {
    const key = line.kind === "serial" ? line.path : lineName(line);
    if (signal.aborted || unusable.has(key)) continue;
    screen.progress(`asking on ${lineName(line)}`);
    const done = await onLine(line, signal, (link) =>
      scanDlt645(link, { clock: systemClock, timeoutMs: options.waitMs }, signal),
    ).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (done?.kind === "failed") {
      unusable.add(key);
      failures.push(done.failure);
    } else if (done !== undefined && done.result.kind !== "none") {
      found.push({ line: lineName(line), ...done.result });
      screen.say(`${lineName(line)}: ${describe(done.result)}`);
    }
  }
  if (found.length + failures.length === 0) screen.say("nobody answers");
  return { result: { lines: found }, failures, isComplete: !signal.aborted };
}

function describe(
  result:
    | { readonly kind: "one"; readonly address: string }
    | { readonly kind: "several"; readonly heard: readonly string[] },
): string {
  if (result.kind === "one") return `meter ${result.address}`;
  const heard = result.heard.length === 0 ? "none could be understood" : `heard ${result.heard.join(", ")}`;
  return `several meters talk at once (${heard}): read the addresses from their plates`;
}
