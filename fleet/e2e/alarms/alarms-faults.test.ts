import { FAKETIME, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { runMeasured } from "../testing/run-program.ts";

describe.skipIf(missingPeer(FAKETIME) !== undefined)("a gateway that is killed in any state of an alarm", () => {
  it("loses no alarm and no acknowledgement, omits no siren, and goes on asking people", async () => {
    const result = await runMeasured("fleet/e2e/faults.ts", ["alarms", "--rounds", "4"]);
    expect(result).toMatchObject({
      name: "alarms",
      rounds: 4,
      lost: 0,
      stuck: 0,
      disordered: 0,
      duplicated: 0,
      quarantined: 0,
      unmarked: 0,
      pass: true,
    });
    expect(result["sent"]).toBeGreaterThan(0);
  }, 600_000);
});
