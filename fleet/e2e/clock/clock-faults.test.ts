import { FAKETIME, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { runMeasured } from "../testing/run-program.ts";
import { CLOCK_FAULTS } from "./clock-rounds.ts";

const missing = missingPeer(FAKETIME);
if (missing !== undefined) process.stderr.write(`clock faults are skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("a gateway whose clock goes wrong", () => {
  it("sounds each siren neither early nor late, and says what its times are worth", async () => {
    const result = await runMeasured("fleet/e2e/faults.ts", ["clock"]);
    const nothing = { lost: 0, duplicated: 0, reordered: 0, early: 0, missed: 0, untold: 0, quarantined: 0 };
    expect(result).toMatchObject({ name: "clock", rounds: CLOCK_FAULTS.length, ...nothing, pass: true });
    expect(result["byFault"]).toEqual(Object.fromEntries(CLOCK_FAULTS.map(({ name }) => [name, 1])));
  }, 900_000);
});
