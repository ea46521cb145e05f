import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import { ButtonError } from "../../errors.ts";
import { parseVersion, type LibgpiodVersion } from "./codec.ts";

export type Tool = "gpiodetect" | "gpioinfo" | "gpioget" | "gpiomon" | "gpioset";

/** The tools of one libgpiod, and what must stand before them so that none outlives us. */
export interface Tools {
  readonly version: LibgpiodVersion;
  /** @param through  a program that runs it, with its own arguments. */
  commandOf(tool: Tool, args: readonly string[], through?: readonly string[]): readonly [string, ...string[]];
}

/** A tool that answers from the kernel's memory does so at once, on the slowest board too. */
const ANSWER_TIMEOUT_MS = 3_000;
const MAX_OUTPUT = 64 * 1024;
/** Nothing of our own environment, which may hold secrets, goes to a child. */
const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
/**
 * Has the kernel end the child when we end, however that comes about: a gpiomon left behind would keep its line from
 * us until somebody presses the button. Of util-linux; where it is missing the child ends at its next output.
 */
const WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"];

/**
 * Finds libgpiod's tools and their version.
 *
 * @param gpiomonPath  another gpiomon than that of the system: the others are taken from beside it.
 * @throws ButtonError `button/tool-missing` and others.
 */
export async function findTools(gpiomonPath: string | undefined, signal: AbortSignal): Promise<Tools> {
  const pathOf = (tool: Tool): string => (gpiomonPath === undefined ? tool : join(dirname(gpiomonPath), tool));
  const gpiomon = gpiomonPath ?? "gpiomon";
  const [output, before] = await runWithUs([gpiomon, "--version"], signal);
  const version = parseVersion(output);
  if (version === undefined) {
    throw new ButtonError("button/bad-output", `${gpiomon} is of no libgpiod that is known here: ${firstLine(output)}`);
  }
  return {
    version,
    commandOf: (tool, args, through = []) => {
      const [program = tool, ...rest] = [...before, ...through, pathOf(tool), ...args];
      return [program, ...rest];
    },
  };
}

/** Runs it so that it ends with us where that can be done. @returns what it printed, and what stood before it. */
async function runWithUs(
  command: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<readonly [string, readonly string[]]> {
  try {
    return [await runTool(["setpriv", ...WITH_US.slice(1), ...command], signal), WITH_US];
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ButtonError) || error.code === "button/tool-silent") throw error;
    // Without setpriv, or with one that cannot do this; or it is the tool that is missing, and then that is said.
    return [await runTool(command, signal), []];
  }
}

/**
 * Runs a program to its end.
 *
 * @returns what it printed.
 * @throws ButtonError `button/tool-missing`, `button/tool-failed`, `button/tool-silent`, `button/bad-output`.
 */
export async function runTool(command: readonly [string, ...string[]], signal: AbortSignal): Promise<string> {
  await using child = startTool(command);
  let output = "";
  child.process.stdout?.on("data", (bytes: Buffer) => {
    if (output.length <= MAX_OUTPUT) output += bytes.toString("latin1");
  });
  const late = Promise.withResolvers<never>();
  const name = command.join(" ");
  const timer = setTimeout(
    () => late.reject(new ButtonError("button/tool-silent", `${name} did not answer`)),
    ANSWER_TIMEOUT_MS,
  );
  const onAbort = (): void => late.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const end = await Promise.race([child.ended, late.promise]);
    if (end.kind === "missing") throw new ButtonError("button/tool-missing", end.reason);
    if (end.reason !== "") throw new ButtonError("button/tool-failed", `${name} ${end.reason}`);
    if (output.length > MAX_OUTPUT) throw new ButtonError("button/bad-output", `${name} prints without end`);
    return output;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** How a child ended: it never ran, or with this reason; an empty one is success. */
export type ToolEnd = { readonly kind: "missing" | "ended"; readonly reason: string };

/** A running program. Disposing it kills it and waits until it is gone. */
export interface RunningTool extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<ToolEnd>;
}

/** Starts a program whose output is read as it comes. */
export function startTool([program, ...args]: readonly [string, ...string[]]): RunningTool {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: ENVIRONMENT });
  let complaint = "";
  child.stderr.on("data", (bytes: Buffer) => {
    if (complaint.length < 500) complaint += bytes.toString("latin1");
  });
  const ended = endOf(child, program, () => firstLine(complaint));
  return {
    process: child,
    ended,
    async [Symbol.asyncDispose]() {
      // The kernel gives the lines back, so there is nothing the child would have to tidy up itself.
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function endOf(child: ChildProcess, program: string, complaint: () => string): Promise<ToolEnd> {
  try {
    const [code, signal] = await once(child, "close");
    if (code === 0) return { kind: "ended", reason: "" };
    const how = code === null ? `was ended by ${signal}` : `ended with ${code}`;
    return { kind: "ended", reason: `${how}: ${complaint()}`.replace(/: $/, "") };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { kind: "missing", reason: `${program} is not installed` };
    return { kind: "missing", reason: `${program} cannot be run: ${asError(error).message}` };
  }
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 200);
}
