import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { checkSite } from "@outpost/wire/check-site.ts";
import { expect, it } from "vitest";

import { SAMPLE_SITE } from "../../site/testing/sample-site.ts";
import { Drills } from "./drills.ts";

const MINUTE_MS = 60_000;

it("a drill that is walked away from ends by itself, and nothing watches for it any more", async () => {
  const check = await checkSite(SAMPLE_SITE);
  if (check.kind !== "accepted") throw new Error(JSON.stringify(check));
  const clock = new ManualClock();
  const watching = new Set<string>();
  const watched = (what: string) => {
    watching.add(what);
    return () => watching.delete(what);
  };
  const states: (string | undefined)[] = [];
  await using drills = new Drills({
    clock,
    site: () => check.site,
    watch: () => ({ [Symbol.dispose]: watched("readings") }),
    subscribeAlarms: () => watched("alarms"),
    subscribeActed: () => watched("writes"),
    snapshot: async () => await Promise.reject(new Error("nothing was raised")),
    onChange: (view) => states.push(view?.state),
  });
  expect(await drills.start("high-level", "Li")).toBe(true);
  await clock.advance(29 * MINUTE_MS);
  expect([drills.view?.state, watching.size]).toEqual(["waiting", 3]);
  await clock.advance(2 * MINUTE_MS);
  expect([drills.view?.state, watching.size]).toEqual(["ended", 0]);
  expect(states).toEqual(["waiting", "ended"]);
});
