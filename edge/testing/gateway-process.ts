import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** How `edge/main.ts` ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `edge/main.ts` with `args` until it ends by itself. */
export async function runToEnd(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => (output.stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output.stderr += bytes.toString()));
  await once(child, "close");
  return { code: child.exitCode, ...output };
}

/** A gateway as a process of its own. Disposing it ends it by SIGTERM. */
export interface GatewayProcess extends AsyncDisposable {
  readonly pid: number;
  readonly statusPage: string;
  /** Empty where there is none. */
  readonly technicianPage: string;
  /** Everything it logged so far. */
  log(): string;
  signal(name: NodeJS.Signals): void;
  /** @returns its exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** @throws Error with its log where it ends before it is ready. */
export async function startGateway(
  siteFile: string,
  stateDirectory: string,
  options: { readonly env?: Record<string, string>; readonly nodeFlags?: readonly string[] } = {},
): Promise<GatewayProcess> {
  const flags = options.nodeFlags ?? [];
  const child = spawn(process.execPath, [...flags, MAIN, "run", "--site", siteFile, "--state", stateDirectory], {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (bytes: Buffer) => (log += bytes.toString()));
  const ended = endOf(child);
  const first = once(createInterface({ input: child.stdout }), "line");
  const line = await Promise.race([first, ended]);
  if (!Array.isArray(line)) throw new Error(`the gateway ended with ${line}:\n${log}`);
  return {
    pid: child.pid ?? 0,
    statusPage: pageOf(String(line[0]), "statusPage"),
    technicianPage: pageOf(String(line[0]), "technicianPage"),
    log: () => log,
    signal: (name) => child.kill(name),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  await once(child, "close");
  return child.exitCode;
}

function pageOf(line: string, page: "statusPage" | "technicianPage"): string {
  const ready: unknown = JSON.parse(line);
  const url: unknown = typeof ready === "object" && ready !== null ? Reflect.get(ready, page) : undefined;
  return typeof url === "string" ? url : "";
}
