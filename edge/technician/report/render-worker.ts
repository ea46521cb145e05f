import { parentPort, workerData } from "node:worker_threads";

import { renderReport } from "./render-report.ts";
import type { ReportContent } from "./report-content.ts";

/** A thread of its own: a site of thousands of points takes longer than the alarm path may wait. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- reports.ts starts this thread with exactly this
const { content, verifyCommand } = workerData as { content: ReportContent; verifyCommand: string };
parentPort?.postMessage(renderReport(content, verifyCommand));
