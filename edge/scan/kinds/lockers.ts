import { lineName, linesOf, onLine, type LineOptions } from "../lines.ts";
import { duration, type ScanOutcome, type Screen } from "../run-scan.ts";

export interface LockerOptions extends LineOptions {
  readonly waitMs: number;
}

/** `scan lockers`: looks for lock boards. Nothing that is asked opens a door. */
export async function scanForLockers(
  options: LockerOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<ScanOutcome> {
  // Loaded here, so that no other scan loads it.
  const { estimateScanMs, scanLockers } = await import("@outpost/firmware-adapters/locker/scan.ts");
  const lines = linesOf(options);
  if (lines.length === 0)
    return { result: { lines: [] }, failures: ["name --serial or --serial-server"], isComplete: true };
  const estimatedMs = lines.length * estimateScanMs(undefined, { timeoutMs: options.waitMs });
  screen.tell(`${lines.length} lines: ${duration(estimatedMs)} where nobody answers`);
  screen.estimate?.(estimatedMs);
  const results: object[] = [];
  const failures: string[] = [];
  const unusable = new Set<string>();
  for (const line of lines) {
    const key = line.kind === "serial" ? line.path : lineName(line);
    if (signal.aborted || unusable.has(key)) continue;
    let boards: Awaited<ReturnType<typeof scanLockers>> = [];
    const done = await onLine(line, signal, (link) =>
      scanLockers(link, {
        signal,
        timeoutMs: options.waitMs,
        onProgress: ({ asked, total, found, leftMs }) => {
          boards = found;
          const text = `${lineName(line)}: ${asked} of ${total} asked, ${duration(leftMs)} to go`;
          screen.progress(text, { done: asked, of: total, leftMs });
        },
      }),
    ).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (done?.kind === "failed") {
      unusable.add(key);
      failures.push(done.failure);
    }
    if (boards.length === 0) continue;
    results.push({ line: lineName(line), boards });
    screen.say(lineName(line));
    for (const { protocol, board, ways } of boards)
      screen.say(`${String(board).padStart(5)}  ${protocol}, ${ways} locks`);
  }
  if (results.length + failures.length === 0) screen.say("nobody answers");
  return { result: { estimatedMs, lines: results }, failures, isComplete: !signal.aborted };
}
