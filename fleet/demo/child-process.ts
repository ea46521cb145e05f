import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KEPT_LINES = 40;

/** One of our programs as a process of its own. */
export interface RunningProgram extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** The one line of JSON it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>;
  readonly isRunning: boolean;
  /** Hands it one line on its stdin. */
  tell(line: string): void;
  /** The last lines it wrote to its log. */
  logTail(): string;
  /** Ends it as an operator would, by SIGTERM; by SIGKILL where that does not do within ten seconds. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, by SIGKILL. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  readonly name: string;
  /** From the root of the repository, for instance `edge/main.ts`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Prefix command, for instance to run it under another clock. */
  readonly under?: readonly string[];
  /** Where its log lines go, beside the last ones kept for `logTail`. */
  readonly onLog?: (line: string) => void;
  /** Every line it prints on stdout after the first. */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts a program and waits for its ready line on stdout.
 *
 * @throws Error with the end of its log where it ends, or says nothing, before `readyWithinMs` are over.
 */
export async function startProgram(options: ProgramOptions, readyWithinMs = 60_000): Promise<RunningProgram> {
  const [command, ...before] = [...(options.under ?? []), process.execPath];
  const child = spawn(command ?? process.execPath, [...before, ROOT + options.script, ...options.args], {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    tail.push(line);
    if (tail.length > KEPT_LINES) tail.shift();
    options.onLog?.(line);
  });
  const ended = (async () => {
    await once(child, "close");
  })();
  const lines = createInterface({ input: child.stdout });
  const firstLine = once(lines, "line");
  const ready = await Promise.race([
    firstLine.then(([line]) => {
      if (options.onLine !== undefined) lines.on("line", options.onLine);
      return parseReady(String(line));
    }),
    ended.then(() => undefined),
    new Promise<undefined>((resolve) => {
      setTimeout(() => resolve(undefined), readyWithinMs).unref();
    }),
  ]);
  if (ready === undefined) {
    child.kill("SIGKILL");
    throw new Error(`${options.name} did not start:\n${tail.join("\n")}`);
  }
  return running(options.name, child, { ready, ended, tail });
}

function running(
  name: string,
  child: ChildProcess,
  state: { readonly ready: Record<string, unknown>; readonly ended: Promise<void>; readonly tail: readonly string[] },
): RunningProgram {
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (!isRunning()) return;
    child.kill(signal);
    const killTimer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await state.ended;
    clearTimeout(killTimer);
  };
  return {
    name,
    pid: child.pid ?? 0,
    ready: state.ready,
    ended: state.ended,
    get isRunning() {
      return isRunning();
    },
    tell: (line) => child.stdin?.write(`${line}\n`),
    logTail: () => state.tail.join("\n"),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
}

function parseReady(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) throw new Error(`not a ready line: ${line}`);
  return { ...value };
}
