import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { FAKETIME, missingPeer } from "@outpost/kernel/testing/peers.ts";

/**
 * A machine of its own as far as wall clock and boot id go, for programs started with its environment. Its wall clock
 * can be moved while they run; their monotonic clock is the real one.
 */
export class FakeMachine {
  readonly env: Readonly<Record<string, string>>;
  readonly #offsetFile: string;
  readonly #bootIdFile: string;

  private constructor(directory: string, library: string) {
    this.#offsetFile = join(directory, "clock-offset");
    this.#bootIdFile = join(directory, "boot-id");
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#offsetFile,
      // A jump shows at the next reading of the clock.
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      // The age of the agent's own files is its build time, which no clock changes.
      NO_FAKE_STAT: "1",
      OUTPOST_BOOT_ID_FILE: this.#bootIdFile,
      // The time service of the real machine knows nothing of this one.
      OUTPOST_TIME_SYNC_FILE: join(directory, "no-time-service"),
    };
  }

  /** A machine that has just booted with the right time. @throws Error where libfaketime is not installed. */
  static async open(directory: string): Promise<FakeMachine> {
    const missing = missingPeer(FAKETIME);
    if (missing !== undefined) throw new Error(missing);
    // Only the program knows where this distribution keeps its library. `-m`: the one for programs with threads.
    const { stdout } = await promisify(execFile)("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"]);
    const machine = new FakeMachine(directory, stdout.trim());
    await machine.boot(0);
    return machine;
  }

  /** A new boot, its wall clock `aheadMs` before the true time. Whatever ran must have ended. */
  async boot(aheadMs: number): Promise<void> {
    await this.setWall(aheadMs);
    await replace(this.#bootIdFile, randomUUID());
  }

  /** Moves the wall clock to `aheadMs` before the true time; negative: behind it. */
  async setWall(aheadMs: number): Promise<void> {
    const seconds = Math.round(aheadMs / 1_000);
    await replace(this.#offsetFile, seconds < 0 ? String(seconds) : `+${seconds}`);
  }

  /** Removes what libfaketime leaves in shared memory when its process is killed. */
  async buried(pid: number): Promise<void> {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
      await rm(join("/dev/shm", name), { force: true });
    }
  }
}

/** The running program reads the file at any moment, so it never stands there half written. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, `${text}\n`);
  await rename(`${file}.new`, file);
}
