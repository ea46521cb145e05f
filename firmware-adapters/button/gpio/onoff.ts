import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { asError } from "@outpost/kernel/thrown.ts";

import { ButtonError } from "../errors.ts";
import type { LineName } from "../settings.ts";
import type { Bit, DrivenLines, LineDeps, LineDriver, LineWatcher, Outputs, WatchedLines } from "./lines.ts";

/** What we use of an `onoff` line. */
export interface OnoffLine {
  read(): Promise<number>;
  write(value: Bit): Promise<void>;
  watch(listener: (error: Error | null | undefined, value: number) => void): void;
  unexport(): void;
}

/** What we use of `onoff`. */
export type OnoffLineClass = new (number: number, direction: "in" | "low", edge?: "both") => OnoffLine;

export interface OnoffDeps extends LineDeps {
  /** Loads `onoff`, which throws where its native part was not built. */
  load(): Promise<OnoffLineClass>;
  readonly sysfs: string;
}

export const SYSFS = "/sys/class/gpio";

/** Lines through sysfs: for kernels and boards that still have it, and where libgpiod is missing. */
export function onoffDriver(deps: OnoffDeps): LineDriver {
  return {
    name: "onoff",
    watch: (lines, watcher, signal) => watchLines(lines, watcher, deps, signal),
    openOutputs: (lines) => new OnoffOutputs(lines, deps),
  };
}

/**
 * Loads `onoff` at its first use and never before: its native module may be missing, and then it throws at import.
 *
 * @throws ButtonError `button/tool-missing`.
 */
export async function loadOnoff(): Promise<OnoffLineClass> {
  // An optional dependency: named like this, its absence costs neither the types nor the start.
  const name: string = "onoff";
  try {
    const loaded: unknown = await import(name);
    const found = typeof loaded === "object" && loaded !== null && "Gpio" in loaded ? loaded.Gpio : undefined;
    if (!isLineClass(found)) throw new Error("it exports no Gpio");
    return found;
  } catch (error) {
    throw new ButtonError("button/tool-missing", `onoff cannot be loaded: ${asError(error).message.slice(0, 200)}`, {
      cause: error,
    });
  }
}

function isLineClass(value: unknown): value is OnoffLineClass {
  return typeof value === "function";
}

/**
 * Where a chip's lines begin among sysfs numbers: 512 and more since Linux 6.6, and another number on each board.
 *
 * @returns undefined where sysfs has no chip of this label.
 */
export async function baseOf(label: string, sysfs: string): Promise<number | undefined> {
  const entries = await readdir(sysfs).catch(() => []);
  for (const chip of entries.filter((entry) => /^gpiochip\d+$/.test(entry)).toSorted()) {
    const read = async (file: string): Promise<string> => (await readFile(join(sysfs, chip, file), "utf8")).trim();
    const [found, base] = await Promise.all([read("label"), read("base")]).catch(() => ["", ""] as const);
    if (found === label && /^\d{1,6}$/.test(base)) return Number(base);
  }
  return undefined;
}

async function watchLines(
  wanted: WatchedLines,
  watcher: LineWatcher,
  deps: OnoffDeps,
  signal: AbortSignal,
): Promise<never> {
  if (wanted.bias !== "as-is") {
    throw new ButtonError("button/no-such-line", `sysfs cannot set a bias of ${wanted.bias}: use gpiomon`);
  }
  const opened = await openLines(wanted, deps, (Line, number) => new Line(number, "in", "both"));
  const failed = Promise.withResolvers<never>();
  try {
    signal.throwIfAborted();
    const readAll = async (): Promise<readonly Bit[]> =>
      await Promise.all(opened.map(async (line) => bitOf(await line.read())));
    for (const [index, line] of opened.entries()) {
      line.watch((error, value) => {
        if (signal.aborted) return;
        if (error == null) watcher.onEdges([{ index, level: bitOf(value) }]);
        else failed.reject(lostLine(error));
      });
    }
    watcher.onLevels(await readAll());
    return await Promise.race([failed.promise, keepReading(readAll, wanted, { watcher, deps }, signal)]);
  } finally {
    for (const line of opened) line.unexport();
  }
}

/** Sysfs gives levels at any time: what an interrupt did not tell is found out here. */
async function keepReading(
  readAll: () => Promise<readonly Bit[]>,
  { checkEveryMs }: WatchedLines,
  { watcher, deps }: { readonly watcher: LineWatcher; readonly deps: OnoffDeps },
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    watcher.onWatching();
    await deps.clock.sleep(checkEveryMs, signal);
    const levels = await readAll().catch((error: unknown) => Promise.reject(lostLine(error)));
    signal.throwIfAborted();
    watcher.onLevels(levels);
  }
}

async function openLines(
  { chip, lines }: { readonly chip: string; readonly lines: readonly LineName[] },
  deps: OnoffDeps,
  open: (Line: OnoffLineClass, number: number) => OnoffLine,
): Promise<readonly OnoffLine[]> {
  const base = await baseOf(chip, deps.sysfs);
  if (base === undefined) throw new ButtonError("button/no-such-line", `sysfs has no GPIO chip labelled "${chip}"`);
  const Line = await deps.load();
  const opened: OnoffLine[] = [];
  try {
    for (const line of lines) {
      if (typeof line === "string") {
        throw new ButtonError("button/no-such-line", `sysfs knows no names: give the offset of "${line}"`);
      }
      opened.push(open(Line, base + line));
    }
    return opened;
  } catch (error) {
    for (const line of opened) line.unexport();
    if (error instanceof ButtonError) throw error;
    throw lostLine(error);
  }
}

class OnoffOutputs implements Outputs {
  readonly #wanted: DrivenLines;
  readonly #deps: OnoffDeps;
  #lines: readonly OnoffLine[] | undefined;

  constructor(wanted: DrivenLines, deps: OnoffDeps) {
    this.#wanted = wanted;
    this.#deps = deps;
  }

  async set(levels: readonly Bit[], signal: AbortSignal): Promise<void> {
    this.#lines ??= await openLines(this.#wanted, this.#deps, (Line, number) => new Line(number, "low"));
    signal.throwIfAborted();
    try {
      await Promise.all(this.#lines.map((line, index) => line.write(levels[index] ?? 0)));
    } catch (error) {
      throw lostLine(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines ?? []) line.unexport();
    this.#lines = undefined;
  }
}

function lostLine(error: unknown): ButtonError {
  return new ButtonError("button/tool-failed", `sysfs: ${asError(error).message.slice(0, 200)}`, { cause: error });
}

function bitOf(value: number): Bit {
  return value === 0 ? 0 : 1;
}
