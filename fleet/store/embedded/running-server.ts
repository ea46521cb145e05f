import { readFileSync } from "node:fs";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";

const POLL_MS = 50;

/**
 * Looks for a server that already works on this data folder.
 *
 * @returns its process id, or undefined. A pid file left by a dead server is removed: after a reboot the number may
 *          belong to anything, and PostgreSQL itself would then refuse to start.
 */
export async function findRunningServer(data: string): Promise<number | undefined> {
  const pidFile = join(data, "postmaster.pid");
  const content = await readFile(pidFile, "utf8").catch(() => "");
  const pid = Number.parseInt(content, 10);
  if (Number.isSafeInteger(pid) && pid > 0 && (await worksIn(pid, data))) return pid;
  if (content !== "") await rm(pidFile, { force: true });
  return undefined;
}

/** Whether a process runs. One that has ended and that its parent has not looked at yet does not. */
export function isAlive(pid: number): boolean {
  try {
    // "12 (postgres) S 1 …": the state stands behind the name, which may hold anything but ends with the last bracket.
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    return status[status.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false;
  }
}

/** Waits until the process has ended. @returns false when it is still there after `withinMs`. */
export async function waitForEnd(pid: number, withinMs: number): Promise<boolean> {
  const endMs = systemClock.monotonicMs() + withinMs;
  while (isAlive(pid)) {
    if (systemClock.monotonicMs() > endMs) return false;
    await systemClock.sleep(POLL_MS);
  }
  return true;
}

/** PostgreSQL changes into its data folder at start: a process of the same number that did not is another program. */
async function worksIn(pid: number, data: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch {
    return false;
  }
}
