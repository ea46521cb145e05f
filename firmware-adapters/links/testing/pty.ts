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

/**
 * Makes a serial port whose far end is whatever listens on a TCP port. Needs socat.
 *
 * @param at  where it shall appear, in a folder of its own; a fresh place by default.
 */
export async function serialOverTcp(port: number, at?: string): Promise<SerialOverTcp> {
  const path = at ?? join(await mkdtemp(join(tmpdir(), "outpost-pty-")), "line");
  await mkdir(dirname(path), { recursive: true });
  const socat = spawn("socat", [`pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${port}`], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => socat.once("exit", () => resolve()));
  for (let tries = 0; !existsSync(path); tries += 1) {
    if (tries > 500 || socat.exitCode !== null) throw new Error("socat made no pseudo terminal");
    await systemClock.sleep(10);
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      socat.kill("SIGTERM");
      await ended;
      await rm(dirname(path), { recursive: true, force: true });
    },
  };
}
