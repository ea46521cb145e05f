import { systemClock } from "@outpost/kernel/clock.ts";

/** What a scan tells people while it runs. With `--json` only standard error is used before the end. */
export interface Screen {
  /** A line of the result. */
  say(line: string): void;
  /** A line beside the result. */
  tell(line: string): void;
  /** How far it is: one line that is written over, or on a log one now and then. The same in numbers, where known. */
  progress(text: string, part?: ScanProgress): void;
  /** How long it takes where nobody answers. */
  estimate?(ms: number): void;
}

/** How much of a scan is done. */
export interface ScanProgress {
  readonly done: number;
  readonly of: number;
  readonly leftMs: number;
}

/** How a scan ended. `failures`: what could not be looked at, a line each. */
export interface ScanOutcome {
  /** What `--json` prints, beside what every scan says. */
  readonly result: object;
  readonly failures: readonly string[];
  readonly isComplete: boolean;
}

/** The shell's word for "ended by Ctrl-C". */
const INTERRUPTED = 130;
const LOG_EVERY_MS = 10_000;
const LINE_CHARACTERS = 79;

/**
 * Runs a scan until its end or Ctrl-C, after which it ends cleanly with what it has found; a second Ctrl-C ends the
 * process at once. Sets the exit code: 0, 1 where something could not be looked at, 130 after Ctrl-C.
 */
export async function runScan(
  kind: string,
  { json: isJson = false }: { readonly json?: boolean },
  scan: (screen: Screen, signal: AbortSignal) => Promise<ScanOutcome>,
): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort(new Error("ended early"));
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, onInterrupt);
  const beganAtMs = systemClock.monotonicMs();
  const screen = openScreen(isJson);
  try {
    const { result, failures, isComplete } = await scan(screen, stop.signal);
    screen.endProgress();
    for (const failure of failures) screen.tell(failure);
    if (!isComplete) screen.tell("ended early: there may be more");
    if (isJson) {
      const tookMs = Math.round(systemClock.monotonicMs() - beganAtMs);
      console.log(JSON.stringify({ scan: kind, isComplete, tookMs, ...result, failures }));
    }
    process.exitCode = isComplete ? Math.sign(failures.length) : INTERRUPTED;
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, onInterrupt);
  }
}

/** A time for people: "40 s", "7 min", "1.5 h". */
export function duration(ms: number): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1_000))} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

function openScreen(isJson: boolean): Screen & { endProgress(): void } {
  const isTerminal = process.stderr.isTTY;
  let loggedAtMs = systemClock.monotonicMs();
  let isLineOpen = false;
  const endProgress = (): void => {
    if (isLineOpen) process.stderr.write(`\r${" ".repeat(LINE_CHARACTERS)}\r`);
    isLineOpen = false;
  };
  return {
    endProgress,
    say(line) {
      endProgress();
      if (!isJson) console.log(line);
    },
    tell(line) {
      endProgress();
      console.error(line);
    },
    progress(text) {
      if (isTerminal) {
        process.stderr.write(`\r${text.slice(0, LINE_CHARACTERS).padEnd(LINE_CHARACTERS)}`);
        isLineOpen = true;
      } else if (systemClock.monotonicMs() - loggedAtMs >= LOG_EVERY_MS) {
        loggedAtMs = systemClock.monotonicMs();
        console.error(text);
      }
    },
  };
}
