import { expect, it } from "vitest";

import { runMeasured } from "../testing/run-program.ts";
import { FAULTS } from "./rounds/faults.ts";

it("each fault once, while people charge: every transaction is billed once and right, and the supply holds", async () => {
  const result = await runMeasured("fleet/e2e/faults.ts", ["ocpp", "--rounds", String(FAULTS.length)]);
  expect(result).toMatchObject({ name: "ocpp", lost: 0, doubled: 0, withHole: 0, wrong: 0, overLimitInstants: 0 });
  expect(result).toMatchObject({ untold: 0, pass: true });
  expect(result["transactions"]).toBeGreaterThan(20);
}, 600_000);
