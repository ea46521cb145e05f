import { readFile, stat } from "node:fs/promises";

import { monotonicMs, sleep, type Clock, type Instant } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import {
  confidenceOf,
  confirm,
  floorMs,
  look,
  synchronize,
  type Confirmation,
  type Doubt,
  type TimeState,
} from "./judgement.ts";
import { loadState, saveState } from "./state-file.ts";

/** systemd-timesyncd touches this file each time it has set or checked the clock. */
const SYNC_MARKER = "/run/systemd/timesync/synchronized";
/** What a persisted deadline has room for. */
const MAX_BOOT_ID_LENGTH = 64;
const LOOK_EVERY_MS = 5_000;
const SAVE_EVERY_MS = 180_000;

export interface TimekeeperOptions {
  /** The file that remembers the time floor; its folder exists. */
  readonly statePath: string;
  /** When this agent was built: it cannot be earlier than that. */
  readonly buildTimeMs: number;
  readonly log: Log;
  readonly wallMs?: () => number;
  readonly monotonicMs?: () => number;
  readonly sleep?: Clock["sleep"];
  /** The kernel's boot id unless something else is said. */
  readonly bootId?: string;
  /** The file that the machine's time service touches; systemd-timesyncd's unless something else is said. */
  readonly syncMarkerPath?: string;
}

/** The gateway's clock: wall time with how far to trust it. Disposing it writes the time floor down. */
export interface Timekeeper extends Clock, AsyncDisposable {
  /** The same for every process of one boot, another after a reboot. */
  readonly bootId: string;
  /** Compares with the fleet's Unix time, at most a message's delay old. */
  confirm(serverMs: number): Confirmation;
  /** Why the wall clock is doubtful, absent where it is not; the earliest time it can be, by what is likely and for certain. */
  status(): { readonly doubt: Doubt | undefined; readonly floorMs: number; readonly certainFloorMs: number };
}

/**
 * Opens the gateway's clock. A state file that cannot be read or written is logged and costs the persisted floor only:
 * a gateway keeps time on a full or broken disk.
 *
 * @throws the file system's own error where the kernel tells no boot id and none is given.
 */
export async function openTimekeeper(options: TimekeeperOptions): Promise<Timekeeper> {
  const bootId = options.bootId ?? (await readBootId());
  const { state, fault } = await loadState(options.statePath, bootId, options.buildTimeMs);
  if (fault !== undefined) options.log.warn("time floor not read", { path: options.statePath, fault });
  const keeper = new StateTimekeeper(options, bootId, state);
  await keeper.start();
  return keeper;
}

/**
 * The kernel's random id of this boot.
 *
 * @param file  where it stands, if not where Linux has it.
 * @throws the file system's own error, or an Error where the file holds no id (1 to 64 characters).
 */
export async function readBootId(file = "/proc/sys/kernel/random/boot_id"): Promise<string> {
  const id = (await readFile(file, "utf8")).trim();
  if (id === "" || id.length > MAX_BOOT_ID_LENGTH) throw new Error(`${file} holds no boot id`);
  return id;
}

class StateTimekeeper implements Timekeeper {
  readonly bootId: string;
  readonly #options: TimekeeperOptions;
  readonly #wallMs: () => number;
  readonly #monotonicMs: () => number;
  readonly #stop = new AbortController();
  #state: TimeState;
  /** What was last written, or tried: a full disk is tried again when the next write is due. */
  #written: TimeState | undefined;
  #writtenAtMs = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: TimekeeperOptions, bootId: string, state: TimeState) {
    this.bootId = bootId;
    this.#options = options;
    this.#wallMs = options.wallMs ?? Date.now;
    this.#monotonicMs = options.monotonicMs ?? monotonicMs;
    this.#state = state;
  }

  async start(): Promise<void> {
    await this.#visit();
    this.#running = this.#run();
  }

  now(): Instant {
    const at = this.#look();
    return { ...at, confidence: confidenceOf(this.#state) };
  }

  monotonicMs(): number {
    return this.#monotonicMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return (this.#options.sleep ?? sleep)(ms, signal);
  }

  confirm(serverMs: number): Confirmation {
    const [state, confirmation] = confirm(this.#state, this.#read(), serverMs);
    this.#turn(state);
    return confirmation;
  }

  status(): { readonly doubt: Doubt | undefined; readonly floorMs: number; readonly certainFloorMs: number } {
    this.#look();
    return {
      doubt: this.#state.doubt,
      floorMs: floorMs(this.#state),
      certainFloorMs: this.#state.floor.certainMs,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#look();
    await this.#save();
  }

  #read(): { wallMs: number; monotonicMs: number } {
    return { wallMs: this.#wallMs(), monotonicMs: this.#monotonicMs() };
  }

  #look(): { wallMs: number; monotonicMs: number } {
    const at = this.#read();
    this.#turn(look(this.#state, at));
    return at;
  }

  #turn(state: TimeState): void {
    const before = confidenceOf(this.#state);
    const after = confidenceOf(state);
    this.#state = state;
    if (before === after) return;
    const fields = { confidence: after, doubt: state.doubt, wallMs: this.#wallMs() };
    if (after === "doubtful") this.#options.log.warn("wall clock is doubtful", fields);
    else this.#options.log.info("wall clock is trusted", fields);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        await this.sleep(LOOK_EVERY_MS, signal);
        await this.#visit();
      }
    } catch (error) {
      // Being disposed is the ordinary end; anything else is a bug.
      if (!signal.aborted) throw error;
    }
  }

  async #visit(): Promise<void> {
    const markMs = await this.#markMs();
    this.#turn(synchronize(this.#state, this.#read(), markMs));
    const isDue = this.#monotonicMs() - this.#writtenAtMs >= SAVE_EVERY_MS;
    if (isDue || this.#written === undefined || !isSameVerdict(this.#written, this.#state)) await this.#save();
  }

  async #markMs(): Promise<number | undefined> {
    try {
      return (await stat(this.#options.syncMarkerPath ?? SYNC_MARKER)).mtimeMs;
    } catch {
      // No time service, or it has not reached a server: ordinary on many gateways.
      return undefined;
    }
  }

  async #save(): Promise<void> {
    this.#written = this.#state;
    this.#writtenAtMs = this.#monotonicMs();
    try {
      await saveState(this.#options.statePath, this.bootId, this.#written);
    } catch (error) {
      this.#options.log.warn("time floor not saved", { path: this.#options.statePath, reason: asError(error).message });
    }
  }
}

function isSameVerdict(a: TimeState, b: TimeState): boolean {
  const isSameOffset = a.offsetMs === b.offsetMs && a.confirmedOffsetMs === b.confirmedOffsetMs;
  return isSameOffset && a.doubt === b.doubt && a.markMs === b.markMs;
}
