import { expect, test } from "vitest";

import { KnownKeys } from "./known-keys.ts";

test("the newest half is always known, and never more than the maximum", () => {
  const known = new KnownKeys(10);
  for (let index = 0; index < 100; index += 1) {
    known.add(`${index}`);
    const all = Array.from({ length: index + 1 }, (_, n) => known.has(`${n}`));
    expect(all.slice(-5)).not.toContain(false);
    expect(all.filter(Boolean).length).toBeLessThanOrEqual(10);
  }
  expect(known.has("never")).toBe(false);
});
