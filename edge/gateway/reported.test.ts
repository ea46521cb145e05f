import { reported } from "@outpost/wire/uplink.ts";
import { expect, it } from "vitest";

import { createEngine } from "../rules/testing/engine-on-paper.ts";
import { suppressedBy } from "./reported.ts";

it("the desk hears of shelves, plans and what is out of service, also where no alarm stands", () => {
  const { engine } = createEngine();
  const plan = {
    kind: "shelve-rule",
    ruleId: "high-level",
    startInMs: 60_000,
    forMs: 120_000,
    reason: "wash",
  } as const;
  engine.order(plan, "wang");
  engine.order({ kind: "take-out-of-service", ruleId: "high-level", reason: "sensor is wet" }, "Li");
  const suppressed = engine.alarms().flatMap(suppressedBy);
  expect(reported.shape.suppressed.parse(suppressed)).toMatchObject([
    { ruleId: "high-level", kind: "planned", by: "wang", reason: "wash" },
    { ruleId: "high-level", kind: "out-of-service", by: "Li", reason: "sensor is wet" },
  ]);
});
