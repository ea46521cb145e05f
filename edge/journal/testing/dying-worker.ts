/**
 * The journal's worker, with a weakness: an alarm whose body says so makes it die, before or after its commit. Each
 * such body kills once, as a file in the journal's directory remembers.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";

import { z } from "zod";

import { runWorker } from "../worker/run-worker.ts";

const port = parentPort;
assert(port !== null, "started as a worker");
const { directory } = z.object({ directory: z.string() }).parse(workerData);
const message = z.object({ kind: z.string(), entries: z.object({ cells: z.array(z.unknown()) }).optional() });

port.on("message", (received) => {
  const bodies = message.parse(received).entries?.cells.join() ?? "";
  if (bodies.includes("die before") && isFirstTime("before")) process.exit(1);
  // The answer is posted in a later turn of the loop, after the commit: it must never arrive.
  if (bodies.includes("die after") && isFirstTime("after")) port.postMessage = () => process.exit(1);
});
runWorker(port, workerData);

function isFirstTime(name: string): boolean {
  const file = path.join(directory, `died-${name}`);
  if (fs.existsSync(file)) return false;
  fs.writeFileSync(file, "");
  return true;
}
