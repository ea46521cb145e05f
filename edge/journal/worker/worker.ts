import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";

import { runWorker } from "./run-worker.ts";

assert(parentPort !== null, "the journal's worker is started by openJournal");
runWorker(parentPort, workerData);
