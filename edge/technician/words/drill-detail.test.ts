import { expect, it } from "vitest";

import { drillDetail } from "./drill-detail.ts";

it.each([
  ["zh", "raised", "critical", "危急"],
  ["en", "raised", "critical", "critical"],
  ["zh", "raised", "no such priority", "no such priority"],
  ["zh", "feedback", "station siren", "station siren"],
] as const)("in %s the step %s tells %s as %s", (language, step, detail, told) => {
  expect(drillDetail(language, step, detail)).toBe(told);
});
