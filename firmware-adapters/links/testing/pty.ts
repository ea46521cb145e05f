import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";

/** A pseudo terminal that looks like a serial port, its other end joined to a TCP port by socat. */
export interface SerialOverTcp extends AsyncDisposable {
  readonly path: string;
}

/** Two pseudo terminals that look like serial ports, joined back to back by socat. */
export interface SerialPair extends AsyncDisposable {
  readonly near: string;
  readonly far: string;
}

/**
 * Makes a serial port whose far end is whatever listens on a TCP port. Needs socat.
 *
 * @param at  where it shall appear, in a folder of its own; a fresh place by default.
 */
export async function serialOverTcp(port: number, at?: string): Promise<SerialOverTcp> {
  const path = at ?? join(await mkdtemp(join(tmpdir(), "outpost-pty-")), "line");
  await mkdir(dirname(path), { recursive: true });
  const socat = await startSocat([pty(path), `tcp:127.0.0.1:${port}`], [path]);
  return { path, [Symbol.asyncDispose]: () => endSocat(socat, dirname(path)) };
}

/**
 * Makes two serial ports that are joined by a cable. Needs socat.
 *
 * @param folder  where they shall appear as `near` and `far`; a fresh one by default.
 */
export async function serialPair(folder?: string): Promise<SerialPair> {
  const at = folder ?? (await mkdtemp(join(tmpdir(), "outpost-pair-")));
  await mkdir(at, { recursive: true });
  const [near, far] = [join(at, "near"), join(at, "far")];
  const socat = await startSocat([pty(near), pty(far)], [near, far]);
  return { near, far, [Symbol.asyncDispose]: () => endSocat(socat, at) };
}

interface Socat {
  readonly ended: Promise<void>;
  end(): void;
}

function pty(path: string): string {
  return `pty,raw,echo=0,link=${path}`;
}

/** Starts socat and waits until its pseudo terminals are there. */
async function startSocat(ends: readonly string[], paths: readonly string[]): Promise<Socat> {
  const socat = spawn("socat", ends, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => socat.once("exit", () => resolve()));
  for (let tries = 0; !paths.every((path) => existsSync(path)); tries += 1) {
    if (tries > 500 || socat.exitCode !== null) throw new Error("socat made no pseudo terminal");
    await systemClock.sleep(10);
  }
  return { ended, end: () => socat.kill("SIGTERM") };
}

async function endSocat(socat: Socat, folder: string): Promise<void> {
  socat.end();
  await socat.ended;
  await rm(folder, { recursive: true, force: true });
}
