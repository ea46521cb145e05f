import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import type { DeviceMemory } from "../../adapter.ts";
import { UNKNOWN, type Door } from "./door.ts";

const ROW = "doors";
const remembered = z.record(z.string().regex(/^\d{1,2}$/), z.enum(["shut", "failed", "opening", "open", "forced"]));
type Remembered = z.infer<typeof remembered>[string];

/** Attributed to openings that a life of the gateway before this one had ordered. */
const BEFORE = { actor: "before-restart", reference: "" };

/**
 * How the doors stood, over a restart: a door that was shut when the gateway stopped and is open when it comes back was
 * opened without a command, and one that was forced stays so until it is closed.
 */
export class DoorMemory {
  readonly #memory: DeviceMemory;
  readonly #log: Log;
  #kept: string | undefined;
  #wanted: string | undefined;
  #wake: (() => void) | undefined;

  constructor(memory: DeviceMemory, log: Log) {
    this.#memory = memory;
    this.#log = log;
    this.#kept = memory.rows.get(ROW);
  }

  /** The doors as they stood, by number; unknown where nothing is known of one. */
  recall(numbers: readonly number[], nowMs: number): Map<number, Door> {
    const row = this.#memory.isRestored ? parseRow(this.#kept) : {};
    return new Map(numbers.map((number) => [number, doorOf(row[String(number)], nowMs)]));
  }

  /** Takes note; it is written when the disk gets to it. */
  note(doors: ReadonlyMap<number, Door>): void {
    const row: Record<string, Remembered> = {};
    for (const [number, door] of doors) {
      const word = wordFor(door);
      if (word !== undefined) row[String(number)] = word;
    }
    this.#wanted = JSON.stringify(row);
    if (this.#wanted !== this.#kept) this.#wake?.();
  }

  /** Writes what changed, the latest only, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
    while (!signal.aborted) {
      if (this.#wanted === undefined || this.#wanted === this.#kept) await this.#untilWoken();
      else await this.#write(this.#wanted);
    }
  }

  async #write(row: string): Promise<void> {
    this.#kept = row;
    try {
      await this.#memory.save({ [ROW]: row });
    } catch (error) {
      // The next change is written again; until then a restart knows a little less.
      this.#log.warn("how the doors stand was not written", { reason: asError(error).message });
    }
  }

  async #untilWoken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
  }
}

function parseRow(text: string | undefined): Readonly<Record<string, Remembered>> {
  if (text === undefined) return {};
  try {
    return remembered.parse(JSON.parse(text));
  } catch {
    // Whatever stands there is not ours: nothing is known then.
    return {};
  }
}

function doorOf(word: Remembered | undefined, nowMs: number): Door {
  const open = { phase: "open", sinceMs: nowMs, isLeftOpen: false } as const;
  switch (word) {
    case undefined:
      return UNKNOWN;
    case "shut":
      return { phase: "shut", hasFailed: false };
    case "failed":
      return { phase: "shut", hasFailed: true };
    case "opening":
      return { phase: "opening", order: BEFORE, untilMs: nowMs, hasFailed: false, isOld: true };
    case "open":
      return { ...open, cause: "unknown" };
    case "forced":
      return { ...open, cause: "force" };
  }
}

function wordFor(door: Door): Remembered | undefined {
  switch (door.phase) {
    case "unknown":
      return undefined;
    case "shut":
      return door.hasFailed ? "failed" : "shut";
    case "opening":
      return "opening";
    case "open":
      return door.cause === "force" ? "forced" : "open";
  }
}
