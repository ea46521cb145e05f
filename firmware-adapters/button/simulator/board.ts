import { readFileSync } from "node:fs";
import { appendFile, chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { monotonicMs } from "@outpost/kernel/clock.ts";

/** How the board's tools behave: `fails` with a complaint on standard error, `hangs` without an answer. */
export type Mood = "works" | "hangs" | `fails ${string}`;

export interface BoardOptions {
  /** The folder that is to be the board; made anew. */
  readonly folder: string;
  readonly version: "1.6.3" | "2.1.3";
  readonly label: string;
  /** The lines that there are, by offset, with the levels they have at first. */
  readonly levels: Readonly<Record<number, 0 | 1>>;
}

const TOOLS = ["gpiodetect", "gpioinfo", "gpioget", "gpiomon", "gpioset"];
const STUB = fileURLToPath(new URL("../testing/stub-libgpiod.sh", import.meta.url));

/** A GPIO chip that is a folder: libgpiod's tools in it are ours, and its lines move when they are told to. */
export class Board implements AsyncDisposable {
  readonly #options: BoardOptions;

  private constructor(options: BoardOptions) {
    this.#options = options;
  }

  static async make(options: BoardOptions): Promise<Board> {
    const board = new Board(options);
    await rm(options.folder, { recursive: true, force: true });
    for (const folder of ["levels", "outputs"]) await mkdir(board.#path(folder), { recursive: true });
    for (const tool of TOOLS) {
      await copyFile(STUB, board.#path(tool));
      await chmod(board.#path(tool), 0o755);
    }
    const offsets = Object.keys(options.levels);
    await writeFile(board.#path("version"), options.version);
    await writeFile(
      board.#path("names"),
      offsets.map((offset) => `\tline  ${offset}:\t"GPIO${offset}"\tunused input active-high\n`).join(""),
    );
    await writeFile(board.#path("events"), "");
    for (const [offset, level] of Object.entries(options.levels)) {
      await writeFile(board.#path("levels", offset), String(level));
    }
    await board.setMood("works");
    await board.plug();
    return board;
  }

  /** What `gpiomonPath` in the settings names. */
  get gpiomonPath(): string {
    return this.#path("gpiomon");
  }

  async setMood(mood: Mood): Promise<void> {
    await writeFile(this.#path("mood"), mood);
  }

  /** The chip is there … */
  async plug(): Promise<void> {
    await writeFile(this.#path("chips"), `gpiochip0 [${this.#options.label}] (54 lines)\n`);
  }

  /** … or not. Whoever watches its lines is not told. */
  async unplug(): Promise<void> {
    await writeFile(this.#path("chips"), "gpiochip1 [something else] (8 lines)\n");
  }

  /** Moves a line: gpiomon prints an edge. */
  async move(offset: number, level: 0 | 1): Promise<void> {
    await this.moveTogether([[offset, level]]);
  }

  /** Moves lines within one moment: gpiomon prints all their edges at once. */
  async moveTogether(moves: readonly (readonly [offset: number, level: 0 | 1])[]): Promise<void> {
    for (const [offset, level] of moves) await this.moveUnseen(offset, level);
    await this.print(moves.map(([offset, level]) => `${this.edge(offset, level)}\n`).join(""));
  }

  /** Moves a line while nobody looks. */
  async moveUnseen(offset: number, level: 0 | 1): Promise<void> {
    await writeFile(this.#path("levels", String(offset)), String(level));
  }

  /** Has gpiomon print something. */
  async print(bytes: string | Buffer): Promise<void> {
    await appendFile(this.#path("events"), bytes);
  }

  /** An edge as this version prints it. */
  edge(offset: number, level: 0 | 1): string {
    const ms = monotonicMs();
    const seconds = Math.floor(ms / 1_000);
    const nanoseconds = Math.floor((ms % 1_000) * 1e6);
    if (this.#options.version.startsWith("1")) return `${level} ${offset} ${seconds} ${nanoseconds}`;
    return `${level === 1 ? 1 : 2} ${offset} ${seconds}.${String(nanoseconds).padStart(9, "0")}`;
  }

  /** The running gpiomon or gpioset and its arguments; undefined where none runs. */
  running(tool: "gpiomon" | "gpioset"): { readonly pid: number; readonly args: string } | undefined {
    const [, pid, args = ""] = /^(\d+) (.*)$/m.exec(this.#read(`${tool}.pid`)) ?? [];
    return pid !== undefined && isRunning(Number(pid)) ? { pid: Number(pid), args } : undefined;
  }

  /** Ends the running gpiomon, as the kernel short of memory would. */
  killGpiomon(): void {
    const running = this.running("gpiomon");
    if (running !== undefined) process.kill(running.pid, "SIGKILL");
  }

  /** What a driven line carries; undefined where nobody drives it. */
  output(offset: number): 0 | 1 | undefined {
    if (this.running("gpioset") === undefined) return undefined;
    const text = this.#read(join("outputs", String(offset))).trim();
    return text === "1" ? 1 : text === "0" ? 0 : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  #path(...parts: readonly string[]): string {
    return join(this.#options.folder, ...parts);
  }

  #read(file: string): string {
    try {
      return readFileSync(this.#path(file), "utf8");
    } catch {
      return "";
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
