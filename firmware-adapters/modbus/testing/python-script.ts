import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Python script of ours, running. Disposing it ends it. */
export interface PythonScript extends AsyncDisposable {
  /** What it says when it is ready. */
  readonly firstLine: string;
}

/** Starts a script and waits for its first line. @throws Error where it ends without one. */
export async function startPythonScript(script: URL, args: readonly string[]): Promise<PythonScript> {
  const child = spawn("/usr/bin/python3", [fileURLToPath(script), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit").then(() => undefined);
  const firstLine = once(createInterface(child.stdout), "line").then(([line]) => String(line));
  const line = await Promise.race([firstLine, ended]);
  if (line === undefined) throw new Error(`${script.pathname} ended at once`);
  return {
    firstLine: line,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
