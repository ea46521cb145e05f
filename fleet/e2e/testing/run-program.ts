import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** How a program ended, and all it said. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program of ours until it ends by itself.
 *
 * @param script  from the root of the repository.
 */
export async function runProgram(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [ROOT + script, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status: child.exitCode, stdout, stderr };
}

/**
 * Runs a measurement with `--json` and parses its last line; what it logged is shown where a bound was missed.
 *
 * @throws Error with its log where there is no such line.
 */
export async function runMeasured(script: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await runProgram(script, [...args, "--json"]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) throw new Error(`no result:\n${stderr}`);
  process.stderr.write(status === 0 ? `${line}\n` : `${stderr}${line}\n`);
  const value: unknown = JSON.parse(line);
  return { ...(typeof value === "object" ? value : {}) };
}
