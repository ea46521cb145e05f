/**
 * Our tracker against a plain overlap tracker on rendered street and square: MOTA, IDF1, HOTA at 5 and 15 frames a second,
 * and how far the counts over a line at the two rates are apart. Detections are the truth with seeded noise.
 *
 * Usage: sh .toolchain/node.sh models/bench/tracking/tracking.ts [--seconds N] [--json]
 *
 * Exit 1 where the counts of the two rates differ by more than 2 % of the true crossings.
 */
import { parseArgs } from "node:util";

import { benchTracking } from "./bench-tracking.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "125" }, json: { type: "boolean", default: false } },
});
const seconds = Math.min(600, Math.max(10, Number.parseInt(values.seconds, 10) || 0));
const report = await benchTracking(seconds, (line) => {
  process.stderr.write(`${line}\n`);
});
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, undefined, 2)}\n`);
if (!report.isReached) process.exitCode = 1;
