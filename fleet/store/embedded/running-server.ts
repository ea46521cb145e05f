import { readFileSync } from "node:fs";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";

import { SOCKET_NAME, type Places } from "./places.ts";

const POLL_MS = 50;

/** Looks for a server that already works on this data folder. @returns its process id, or undefined. */
export async function findRunningServer(data: string): Promise<number | undefined> {
  const pid = await readNumber(join(data, "postmaster.pid"));
  return pid !== undefined && (await worksIn(pid, data)) ? pid : undefined;
}

/**
 * Removes the lock files that a dead server left. After a reboot the number in them may belong to anything, and
 * PostgreSQL itself would then refuse to start. Those of a server that lives, or is just starting, stay.
 */
export async function removeStaleLocks({ data, socketDir }: Places): Promise<void> {
  const socket = join(socketDir, SOCKET_NAME);
  for (const lock of [join(data, "postmaster.pid"), `${socket}.lock`]) {
    const pid = await readNumber(lock);
    if (pid === undefined || (await worksIn(pid, data))) continue;
    await rm(lock, { force: true });
    if (lock.startsWith(socket)) await rm(socket, { force: true });
  }
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

/** The number a lock file begins with; undefined where there is no file. */
async function readNumber(path: string): Promise<number | undefined> {
  const content = await readFile(path, "utf8").catch(() => undefined);
  const number = Number.parseInt(content ?? "", 10);
  return content === undefined ? undefined : Math.max(0, Number.isSafeInteger(number) ? number : 0);
}

/** PostgreSQL changes into its data folder at start: a process of the same number that did not is another program. */
async function worksIn(pid: number, data: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch {
    return false;
  }
}
