import { checkSite } from "@outpost/wire/check-site.ts";
import { expect, it } from "vitest";

import { checkInWorker } from "./check-in-worker.ts";
import { SAMPLE_SITE } from "./testing/sample-site.ts";

it("a thread of its own says the same of a document, good or bad, with the same devices", async () => {
  const [there, here] = [await checkInWorker(SAMPLE_SITE), await checkSite(SAMPLE_SITE)];
  const plain = (check: typeof here) =>
    check.kind === "accepted"
      ? { ...check.site, devices: check.site.devices.map(({ settings, device }) => [settings, device.points]) }
      : check;
  expect(plain(there)).toEqual(plain(here));
  for (const bad of [
    "",
    "[[[",
    SAMPLE_SITE.replace("limit: 3.2", "limit: high"),
    SAMPLE_SITE.replace("point: level", "point: levle"),
  ]) {
    expect(await checkInWorker(bad)).toEqual(await checkSite(bad));
    expect((await checkInWorker(bad)).kind).toBe("refused");
  }
}, 120_000);
