import assert from "node:assert";
import { parentPort } from "node:worker_threads";

import { systemClock } from "@outpost/kernel/clock.ts";

import { startSimulator } from "../simulator/simulator.ts";
import { benchOrder, type WallReport } from "./wall-reports.ts";

// A wall on a thread of its own: it stamps the moment at which the last byte of an open frame arrived.

const port = parentPort;
assert(port !== null, "runs as a worker");

/** Long enough that the board is busy for a moment, as real ones are; not part of what is measured. */
const PULSE_MS = 5;
const simulator = await startSimulator({
  protocol: "kerong-cu16",
  tcp: { host: "127.0.0.1", port: 0 },
  pulseMs: PULSE_MS,
  onRequest(asked) {
    if (asked.kind === "open") report({ kind: "pulse", atMs: systemClock.monotonicMs() });
  },
});
port.on("message", (message: unknown) => {
  const { lock } = benchOrder.parse(message);
  simulator.wall.close(0, lock);
  report({ kind: "closed" });
});
report({ kind: "listening", port: simulator.ports.tcp ?? 0 });

function report(what: WallReport): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  port?.postMessage(what);
}
