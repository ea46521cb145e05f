import { expect, it } from "vitest";

import type { JournalStatus } from "../journal/journal.ts";
import type { Snapshot } from "./snapshot.ts";
import { isAllWithFleet } from "./with-fleet.ts";

const NONE = { alarm: 0, result: 0, occurrence: 0, measurement: 0, evidence: 0 };
const JOURNAL: JournalStatus = {
  epoch: "a".repeat(32),
  epochs: [],
  waiting: NONE,
  ladder: "normal",
  bytesUsed: 0,
  bytesAllowed: 1,
  writeFault: undefined,
  quarantined: undefined,
};
const LIVE: Pick<Snapshot, "uplink" | "journal"> = { uplink: { phase: "live", session: "1" }, journal: JOURNAL };

it.each([
  ["the line is up and nothing waits", LIVE, true],
  ["another stream waits", { ...LIVE, journal: { ...JOURNAL, waiting: { ...NONE, measurement: 9 } } }, true],
  ["one waits", { ...LIVE, journal: { ...JOURNAL, waiting: { ...NONE, alarm: 1 } } }, false],
  [
    "the disk takes nothing, so that they wait in memory",
    { ...LIVE, journal: { ...JOURNAL, writeFault: "full" } },
    false,
  ],
  ["the journal does not answer", { ...LIVE, journal: undefined }, false],
  ["the line is down", { ...LIVE, uplink: { phase: "offline", reason: "no broker" } }, false],
  ["the site has no uplink", { ...LIVE, uplink: undefined }, false],
] as const)("whether the fleet has every alarm, where %s", (_, snapshot, isThere) => {
  expect(isAllWithFleet(snapshot, "alarm")).toBe(isThere);
});
