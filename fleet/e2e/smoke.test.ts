import { expect, it } from "vitest";

import { runMeasured } from "./testing/run-program.ts";

it("a storm sounds the siren with the broker stopped, and afterwards the fleet has every record once", async () => {
  const result = await runMeasured("fleet/e2e/smoke.ts", []);
  expect(result).toMatchObject({ name: "smoke", lost: 0, duplicated: 0, quarantined: 0, pass: true });
  // A gateway that measured for seconds before, in and after a storm has written dozens of records.
  expect(result["records"]).toBeGreaterThan(30);
  for (const figure of ["liveLevelMs", "sirenWithoutBrokerMs", "alarmAtDeskMs"]) {
    expect(result[figure]).toBeGreaterThan(0);
    expect(result[figure]).toBeLessThan(Number(result["tookMs"]));
  }
}, 120_000);
