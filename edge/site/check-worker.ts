import { parentPort, workerData } from "node:worker_threads";

import { checkSite } from "@outpost/wire/check-site.ts";

const check = await checkSite(String(workerData));
// Devices are live objects and stay here; a document is plain data.
parentPort?.postMessage(check.kind === "accepted" ? { kind: "accepted", document: check.site.document } : check);
