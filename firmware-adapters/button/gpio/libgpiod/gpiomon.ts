import { ButtonError } from "../../errors.ts";
import type { LineName } from "../../settings.ts";
import type { Bit, DrivenLines, LineDeps, LineDriver, LineWatcher, Outputs, WatchedLines } from "../lines.ts";
import { chipLabelled, GPIOMON_FORMAT, GpiomonParser, lineNamed, parseLevels } from "./codec.ts";
import { findTools, runTool, startTool, type RunningTool, type Tools } from "./tools.ts";

/** A gpiomon that cannot have its lines says so by then. */
const SETTLE_MS = 250;
/** As for a gpioset. */
const SET_WITHIN_MS = 100;
/** The rest of a half line comes at once or never. */
const HALF_LINE_MS = 1_000;

/** Lines through libgpiod's tools: works with every kernel, and needs no native module. */
export function gpiomonDriver(deps: LineDeps): LineDriver {
  return {
    name: "gpiomon",
    watch: (lines, watcher, signal) => watchLines(lines, watcher, deps, signal),
    openOutputs: (lines) => new GpiosetOutputs(lines, deps),
  };
}

async function watchLines(
  wanted: WatchedLines,
  watcher: LineWatcher,
  deps: LineDeps,
  signal: AbortSignal,
): Promise<never> {
  const tools = await findTools(wanted.gpiomonPath, signal);
  const { chip, offsets } = await findLines(tools, wanted, signal);
  const bias = wanted.bias === "as-is" ? [] : [`--bias=${wanted.bias}`];
  const places = [...(tools.version === 1 ? [chip] : ["-c", chip]), ...offsets.map(String)];
  watcher.onLevels(await readLevels(tools, [...bias, ...places], offsets.length, signal));
  signal.throwIfAborted();
  await using gpiomon = startTool(gpiomonCommand(tools, [...bias, ...places]));
  const lost = new AbortController();
  const over = AbortSignal.any([signal, lost.signal]);
  const edges = collectEdges(gpiomon, tools, { offsets, watcher }, over);
  const checking = keepChecking(tools, wanted, { watcher, deps }, over);
  try {
    return await Promise.race([edges, checking, endedBy(gpiomon)]);
  } finally {
    lost.abort(new Error("no longer watching"));
    await Promise.allSettled([edges, checking]);
  }
}

function gpiomonCommand(tools: Tools, places: readonly string[]): readonly [string, ...string[]] {
  // Version 1 holds its output back on a pipe until it ends: a press would never be heard of.
  const through = tools.version === 1 ? ["stdbuf", "-oL"] : [];
  return tools.commandOf("gpiomon", [`--format=${GPIOMON_FORMAT[tools.version]}`, ...places], through);
}

async function findLines(
  tools: Tools,
  { chip: label, lines }: { readonly chip: string; readonly lines: readonly LineName[] },
  signal: AbortSignal,
): Promise<{ readonly chip: string; readonly offsets: readonly number[] }> {
  const chip = await findChip(tools, label, signal);
  if (lines.every((line) => typeof line === "number")) return { chip, offsets: lines };
  const listed = await runTool(tools.commandOf("gpioinfo", tools.version === 1 ? [chip] : ["-c", chip]), signal);
  const offsets = lines.map((line) => {
    const offset = typeof line === "number" ? line : lineNamed(listed, line);
    if (offset === undefined) throw new ButtonError("button/no-such-line", `chip ${label} has no line "${line}"`);
    return offset;
  });
  return { chip, offsets };
}

async function findChip(tools: Tools, label: string, signal: AbortSignal): Promise<string> {
  const chip = chipLabelled(await runTool(tools.commandOf("gpiodetect", []), signal), label);
  if (chip === undefined) throw new ButtonError("button/no-such-line", `no GPIO chip is labelled "${label}"`);
  return chip;
}

async function readLevels(
  tools: Tools,
  args: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<readonly Bit[]> {
  const numeric = tools.version === 1 ? [] : ["--numeric"];
  const output = await runTool(tools.commandOf("gpioget", [...numeric, ...args]), signal);
  const levels = parseLevels(output, count);
  if (levels !== undefined) return levels;
  throw new ButtonError("button/bad-output", `gpioget printed ${JSON.stringify(output.slice(0, 60))}`);
}

/** Hands edges on as they come. Rejects at the first thing printed that is no edge: after it the levels are not known. */
async function collectEdges(
  gpiomon: RunningTool,
  { version }: Tools,
  { offsets, watcher }: { readonly offsets: readonly number[]; readonly watcher: LineWatcher },
  over: AbortSignal,
): Promise<never> {
  const failed = Promise.withResolvers<never>();
  const parser = new GpiomonParser(version);
  let halfLine: NodeJS.Timeout | undefined;
  const fail = (what: string): void => failed.reject(new ButtonError("button/bad-output", `gpiomon printed ${what}`));
  gpiomon.process.stdout?.on("data", (bytes: Buffer) => {
    if (over.aborted) return;
    const edges: { readonly index: number; readonly level: Bit }[] = [];
    for (const printed of parser.feed(bytes)) {
      const index = printed.kind === "edge" ? offsets.indexOf(printed.offset) : -1;
      if (printed.kind === "edge" && index >= 0) edges.push({ index, level: printed.level });
      else fail(`no event of ours: ${JSON.stringify(printed).slice(0, 100)}`);
    }
    if (edges.length > 0) watcher.onEdges(edges);
    clearTimeout(halfLine);
    if (parser.isUnfinished) halfLine = setTimeout(() => fail("half a line"), HALF_LINE_MS);
  });
  const onOver = (): void => failed.reject(over.reason);
  over.addEventListener("abort", onOver, { once: true });
  try {
    return await failed.promise;
  } finally {
    clearTimeout(halfLine);
    over.removeEventListener("abort", onOver);
  }
}

async function endedBy(gpiomon: RunningTool): Promise<never> {
  const { kind, reason } = await gpiomon.ended;
  if (kind === "missing") throw new ButtonError("button/tool-missing", reason);
  throw new ButtonError("button/tool-failed", `gpiomon ${reason === "" ? "ended" : reason}`);
}

/** A gpiomon whose chip has gone may hang without a word: looks whether the chip is there, now and then. */
async function keepChecking(
  tools: Tools,
  { chip, checkEveryMs }: WatchedLines,
  { watcher, deps }: { readonly watcher: LineWatcher; readonly deps: LineDeps },
  signal: AbortSignal,
): Promise<never> {
  await deps.clock.sleep(SETTLE_MS, signal);
  for (;;) {
    watcher.onWatching();
    await deps.clock.sleep(checkEveryMs, signal);
    await findChip(tools, chip, signal);
    signal.throwIfAborted();
  }
}

/** Lines driven by a gpioset that runs as long as they are to stay so. */
class GpiosetOutputs implements Outputs {
  readonly #lines: DrivenLines;
  readonly #deps: LineDeps;
  #found: { readonly tools: Tools; readonly chip: string; readonly offsets: readonly number[] } | undefined;
  #running: RunningTool | undefined;

  constructor(lines: DrivenLines, deps: LineDeps) {
    this.#lines = lines;
    this.#deps = deps;
  }

  async set(levels: readonly Bit[], signal: AbortSignal): Promise<void> {
    this.#found ??= await this.#find(signal);
    const { tools, chip, offsets } = this.#found;
    const values = offsets.map((offset, index) => `${offset}=${levels[index] ?? 0}`);
    const args = tools.version === 1 ? ["--mode=signal", chip, ...values] : ["-c", chip, ...values];
    // One line has one owner: the last gpioset must have let go before the next can have it.
    await this.#running?.[Symbol.asyncDispose]();
    signal.throwIfAborted();
    const running = startTool(tools.commandOf("gpioset", args));
    this.#running = running;
    const isHeld = await Promise.race([
      running.ended.then(() => false),
      this.#deps.clock.sleep(SET_WITHIN_MS, signal).then(() => true),
    ]);
    if (isHeld) return;
    const { reason } = await running.ended;
    throw new ButtonError("button/tool-failed", `gpioset ${reason === "" ? "did not hold its lines" : reason}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
  }

  async #find(signal: AbortSignal) {
    const tools = await findTools(this.#lines.gpiomonPath, signal);
    return { tools, ...(await findLines(tools, this.#lines, signal)) };
  }
}
