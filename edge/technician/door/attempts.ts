import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { Clock } from "@outpost/kernel/clock.ts";
import { replaceFile } from "@outpost/kernel/durable-file.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { arm, persistedDeadline, remaining } from "../../timekeeping/persisted-deadline.ts";
import { lockMs, type Counted } from "./lockout.ts";

const MAX_ENTRIES = 500;
const entry = z.strictObject({
  /** Only the newest thousand of anything is worth a number here. */
  failures: z.int().min(1).max(1_000),
  /** The person's count of unlocks when this was written: another count makes it void. */
  unlocks: z.int().min(0),
  until: persistedDeadline,
});
const file = z.strictObject({ version: z.literal(1), entries: z.record(z.string().max(100), entry) });
type Entry = z.infer<typeof entry>;

export interface AttemptsDeps {
  readonly clock: Clock;
  readonly bootId: string;
  readonly log: Log;
  readonly path: string;
}

/** Who is counted. `unlocks` is 0 for an address. */
export interface Knocker {
  readonly counted: Counted;
  readonly name: string;
  readonly unlocks: number;
}

/**
 * Wrong PINs in a row, by person and by address, kept over restarts. The oldest addresses are forgotten when there are
 * too many; persons are only counted where they exist, so nobody can fill the file with names.
 */
export class Attempts {
  readonly #deps: AttemptsDeps;
  readonly #entries: Map<string, Entry>;
  #saving: Promise<void> = Promise.resolve();

  private constructor(deps: AttemptsDeps, entries: Map<string, Entry>) {
    this.#deps = deps;
    this.#entries = entries;
  }

  static async open(deps: AttemptsDeps): Promise<Attempts> {
    return new Attempts(deps, await read(deps));
  }

  /** How long this one must still wait, 0 where it need not. */
  waitMs(who: Knocker): number {
    const kept = this.#entries.get(keyOf(who));
    if (kept === undefined || kept.unlocks !== who.unlocks) return 0;
    const { clock, bootId } = this.#deps;
    const left = remaining(kept.until, clock.now(), bootId);
    // Nobody knows how long the gateway was off: the whole wait begins anew.
    return left.kind === "known" ? left.ms : this.#again(who, kept);
  }

  /** A wrong PIN. Counted in this turn; resolves when it is on disk, so that a power cut gives no free tries. */
  async failed(knockers: readonly Knocker[]): Promise<void> {
    const { clock, bootId } = this.#deps;
    for (const who of knockers) {
      const before = this.#entries.get(keyOf(who));
      const known = before?.unlocks === who.unlocks ? before.failures : 0;
      const failures = Math.min(1_000, known + 1);
      this.#put(who, { failures, unlocks: who.unlocks, until: arm(clock, bootId, lockMs(who.counted, failures)) });
    }
    await this.#save();
  }

  /** The right PIN: counting begins anew. */
  async succeeded(knockers: readonly Knocker[]): Promise<void> {
    for (const who of knockers) this.#entries.delete(keyOf(who));
    await this.#save();
  }

  #again(who: Knocker, kept: Entry): number {
    const ms = lockMs(who.counted, kept.failures);
    this.#put(who, { ...kept, until: arm(this.#deps.clock, this.#deps.bootId, ms) });
    return ms;
  }

  #put(who: Knocker, value: Entry): void {
    const key = keyOf(who);
    // Written anew, so that the map's order is that of the last try.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const old of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      if (old.startsWith("source ")) this.#entries.delete(old);
    }
  }

  async #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write());
    await this.#saving;
  }

  async #write(): Promise<void> {
    const text = JSON.stringify({ version: 1, entries: Object.fromEntries(this.#entries) });
    try {
      await replaceFile(this.#deps.path, text);
    } catch (error) {
      // The count in memory still stands; only a restart would forget it.
      this.#deps.log.error("wrong PINs not kept", { reason: asError(error).message });
    }
  }
}

function keyOf({ counted, name }: Knocker): string {
  return `${counted} ${name}`.slice(0, 100);
}

async function read({ path, log }: AttemptsDeps): Promise<Map<string, Entry>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(file.parse(JSON.parse(text)).entries));
  } catch (error) {
    log.error("the file of wrong PINs makes no sense and begins anew", { reason: asError(error).message });
    return new Map();
  }
}
