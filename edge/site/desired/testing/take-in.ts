import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { checkSite } from "@outpost/wire/check-site.ts";
import type { ReportedSite } from "@outpost/wire/site-exchange.ts";
import { digestOf, packText } from "@outpost/wire/site-packing.ts";

import { SiteKeeper } from "../site-keeper.ts";
import { startingSite } from "../starting-site.ts";

const WITHIN_MS = 60_000;

/** What a gateway ran when it started, and what runs after the desk has offered its revision. */
export interface TakenIn {
  readonly atStart: string;
  readonly text: string | undefined;
  readonly status: ReportedSite;
}

/** A gateway's keeper without a gateway: starts, is offered the desk's first revision, and ends when that runs. */
export async function takeIn(siteFile: string, stateDirectory: string, text: string): Promise<TakenIn> {
  const starting = await startingSite(siteFile, stateDirectory, Date.now());
  if (starting.kind === "none") throw new Error("no site");
  let { site } = starting;
  await using keeper = new SiteKeeper(
    {
      clock: systemClock,
      log: silentLog,
      siteFile,
      stateDirectory,
      site: () => site,
      goOver: async (other) => {
        // Going over touches the devices, not the disk; dying in the middle of it is dying between two touches.
        site = other;
      },
      check: checkSite,
      onChange: () => {},
    },
    starting.state,
    starting.refused,
  );
  await keeper.start();
  const { store, number } = keeper.status().local;
  const packed = packText(text) ?? "";
  const author = { author: "wang", createdAtMs: 1 };
  keeper.offer({ v: 1, revision: 1, digest: digestOf(text), knows: { store, number }, ...author, packed });
  const untilMs = systemClock.monotonicMs() + WITHIN_MS;
  const isWaited = (): boolean => keeper.status().offer?.state !== "running";
  while (isWaited() && systemClock.monotonicMs() < untilMs) await systemClock.sleep(5);
  return { atStart: starting.site.text, text: keeper.text("running"), status: keeper.status() };
}
