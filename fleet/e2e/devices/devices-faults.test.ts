import { expect, it } from "vitest";

import { runMeasured } from "../testing/run-program.ts";

it("what a device was told is at the fleet is there once, whatever breaks between them", async () => {
  const result = await runMeasured("fleet/e2e/faults.ts", ["devices", "--rounds", "8"]);
  expect(result).toMatchObject({
    name: "devices",
    rounds: 8,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    quarantined: 0,
    wrongAsGood: 0,
    unanswered: 0,
    disturbed: 0,
    pass: true,
  });
  expect(result["acknowledged"]).toBeGreaterThan(50);
  expect(result["readings"]).toBeGreaterThan(100);
}, 600_000);
