import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { sleep } from "@outpost/kernel/clock.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import type { SendOutcome } from "../sending/send-plan.ts";

const PLAYER = "aplay";
const MAX_WORDS = 500;

/** Where a program is, by PATH; undefined where it is not installed. Looked for anew: a package may come later. */
export async function findProgram(name: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    if (await canRun(file)) return file;
  }
  return undefined;
}

/** Plays a file as often as it says. Each playing is bounded; the first that fails ends it. */
export async function playVoice(
  action: Pick<Extract<SendingAction, { kind: "play-voice" }>, "file" | "output" | "times" | "pauseMs" | "maxMs">,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const player = await findProgram(PLAYER);
  if (player === undefined) {
    return { kind: "failed", reason: "aplay is not installed (Debian package alsa-utils): no voice can be played" };
  }
  const output = action.output === undefined ? [] : ["-D", action.output];
  for (let played = 0; played < action.times; played += 1) {
    if (played > 0) await sleep(action.pauseMs, signal);
    const fault = await playOnce(player, ["-q", ...output, "--", action.file], action.maxMs, signal);
    if (fault === undefined) continue;
    // Something was heard already: to begin again from the start says it again under the same reference.
    return played === 0 ? { kind: "failed", reason: fault } : { kind: "uncertain", reason: fault };
  }
  return { kind: "sent" };
}

async function playOnce(
  player: string,
  args: readonly string[],
  maxMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = spawn(player, args, { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr.on("data", (bytes: Buffer) => (words = (words + bytes.toString()).slice(-MAX_WORDS)));
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code, by) => {
    resolve(code === 0 ? undefined : `aplay ended with ${code ?? by}: ${words.trim()}`);
  });
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);
  const onAbort = (): boolean => child.kill("SIGKILL");
  bounded.addEventListener("abort", onAbort, { once: true });
  if (bounded.aborted) onAbort();
  const fault = await promise;
  bounded.removeEventListener("abort", onAbort);
  return fault;
}

async function canRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
