import { CHROMIUM, missingPeer } from "@outpost/kernel/testing/peers.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";

import { buildConsole } from "../build.ts";
import { launchBrowser } from "./browser.ts";

/** How long a busy machine may take to draw what has changed. */
export const SOON = { timeout: 20_000 };

/** What the tests of one suite share; there once the first of them begins. */
export interface Place {
  readonly browser: Browser;
  /** Where the built console lies. */
  readonly dist: string;
}

/** Tests of the built console in a browser; skipped with the reason where there is none. */
export function describeInBrowser(title: string, tests: (place: () => Place) => void): void {
  const missing = missingPeer(CHROMIUM);
  if (missing !== undefined) process.stderr.write(`${title} is not tested: ${missing}\n`);
  describe.skipIf(missing !== undefined)(`${title} in a browser`, () => {
    let place: Place | undefined;
    beforeAll(async () => {
      const { folder: dist } = await buildConsole();
      place = { browser: await launchBrowser(), dist };
    });
    afterAll(async () => {
      await place?.browser.close();
    });
    tests(() => {
      if (place === undefined) throw new Error("nothing is there before the first test");
      return place;
    });
  });
}
