import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

import type { Board } from "@outpost/firmware-adapters/button/simulator/board.ts";
import { monotonicMs, sleep } from "@outpost/kernel/clock.ts";

import { benchSite } from "./bench-site.ts";
import type { Side } from "./latency-bench.ts";
import type { SirenReport } from "./siren-worker.ts";

export const LINE = 17;
export const LABEL = "pinctrl-bench";
/** A button bounces: after an edge the adapter looks away for 50 ms and then reads the level. */
const BETWEEN_MS = 150;
const MISSED_AFTER_MS = 2_000;

/** The siren's device, and when it was written last. */
export class Siren implements AsyncDisposable {
  readonly #worker = new Worker(new URL("siren-worker.ts", import.meta.url));
  #onWritten: ((report: Extract<SirenReport, { kind: "written" }>) => void) | undefined;

  async listening(): Promise<number> {
    const [report]: SirenReport[] = await once(this.#worker, "message");
    this.#worker.on("message", (message: SirenReport) => {
      if (message.kind === "written") this.#onWritten?.(message);
    });
    if (report?.kind !== "listening") throw new Error("the siren tells its port first");
    return report.port;
  }

  /** @returns when the coil was next written so; undefined where it was not in time. */
  async written(value: 0 | 1): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const timer = setTimeout(() => resolve(undefined), MISSED_AFTER_MS);
    this.#onWritten = (report) => {
      if (report.value === value) resolve(report.atMs);
    };
    const atMs = await promise;
    clearTimeout(timer);
    return atMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** One button, one rule, one siren. @param uplink  of a fleet's broker; without it the site has none. */
export function buttonSite(port: number, gpiomonPath: string, uplink?: string): string {
  const settings = { source: "gpio", chip: LABEL, line: LINE, gpiomonPath, driver: "gpiomon" };
  const button = { id: "button", adapter: "button", name: { zh: "按钮", en: "Button" }, settings };
  return benchSite({
    port,
    pollEveryMs: 1_000,
    devices: [button],
    ...(uplink === undefined ? {} : { uplink }),
    trigger: { device: "button", point: "pressed" },
  });
}

/** The shortest thing that does the same: an edge is read, the coil is written. */
export async function runBare(port: number, gpiomonPath: string, signal: AbortSignal): Promise<void> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  socket.resume();
  // As gpiomon must be started: it holds its output back on a pipe.
  const gpiomon = spawn("stdbuf", ["-oL", gpiomonPath, "--format=%e %o %s %n", LABEL, String(LINE)]);
  createInterface({ input: gpiomon.stdout }).on("line", (line) => {
    const isPressed = line.startsWith("0");
    socket.write(Buffer.from([0, 3, 0, 0, 0, 6, 1, 5, 0, 0, isPressed ? 0xff : 0, 0]));
  });
  if (!signal.aborted) await once(signal, "abort");
  const ended = once(gpiomon, "close");
  gpiomon.kill();
  await ended;
  socket.destroy();
}

/** Presses and lets go; each press is timed to the write. */
export async function press(
  side: Side,
  count: number,
  { board, siren }: { readonly board: Board; readonly siren: Siren },
): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const on = siren.written(1);
    await board.moveUnseen(LINE, 0);
    const startMs = monotonicMs();
    await board.print(`${board.edge(LINE, 0)}\n`);
    const atMs = await on;
    if (atMs === undefined) side.missed += 1;
    else side.latenciesMs.push(atMs - startMs);
    await sleep(BETWEEN_MS);
    const off = siren.written(0);
    await board.move(LINE, 1);
    await off;
    await sleep(BETWEEN_MS);
  }
}
