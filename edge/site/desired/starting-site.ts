import { randomBytes } from "node:crypto";

import { checkSite } from "@outpost/wire/check-site.ts";
import { digestOf } from "@outpost/wire/site-packing.ts";

import { chooseSite } from "../choose-site.ts";
import type { SiteFault } from "../fault.ts";
import { lastGoodPath } from "../last-good.ts";
import { readSite, readText } from "../read-site.ts";
import type { Site } from "../site.ts";
import { takeFile } from "./site-file.ts";
import { firstState, type SiteState } from "./state.ts";
import { SiteStore } from "./store.ts";

/** What a gateway starts with. `refused`: why the site file is not what runs; empty where it is, or is not news. */
export type StartingSite =
  | { readonly kind: "site"; readonly site: Site; readonly state: SiteState; readonly refused: readonly SiteFault[] }
  | { readonly kind: "none"; readonly refused: readonly SiteFault[] };

/**
 * What ran before the restart runs again, the desk's revision or the site's; a site file that was changed since is taken in
 * first, as a change on site. Where nothing is remembered, or what is remembered cannot be read, the site file and the last
 * good copy are what there is.
 */
export async function startingSite(siteFile: string, stateDirectory: string, atMs: number): Promise<StartingSite> {
  const store = new SiteStore(stateDirectory);
  const stored = await store.load();
  if (stored.kind === "state") {
    const again = await startAgain(siteFile, stored.state, store, atMs);
    if (again !== undefined) return again;
  }
  const why = stored.kind === "none" ? "first start" : "what ran before could not be read";
  return await startAnew(siteFile, stateDirectory, { why, atMs, isDamaged: stored.kind !== "none" });
}

async function startAgain(
  siteFile: string,
  state: SiteState,
  store: SiteStore,
  atMs: number,
): Promise<StartingSite | undefined> {
  const file = await readText(siteFile);
  const faults: SiteFault[] = [];
  if (file.kind === "refused") faults.push({ file: siteFile, position: undefined, path: "", message: file.message });
  else {
    const taken = takeFile(state, file.text, { atMs });
    if (taken.kind === "stale") faults.push({ file: siteFile, position: undefined, path: "", message: taken.message });
    if (taken.kind === "change") {
      const check = await checkSite(file.text);
      if (check.kind === "accepted") return { kind: "site", site: check.site, state: taken.state, refused: [] };
      faults.push(...check.faults.map((fault) => ({ file: siteFile, ...fault })));
    }
    if (taken.kind === "known" && taken.state !== state) return await running(taken.state, store, faults);
  }
  return await running(state, store, faults);
}

/** Undefined where the text is gone, or this version of the gateway does not take it. */
async function running(
  state: SiteState,
  store: SiteStore,
  refused: readonly SiteFault[],
): Promise<StartingSite | undefined> {
  const text = await store.text(state.running.digest);
  if (text === undefined) return undefined;
  const check = await checkSite(text);
  return check.kind === "accepted" ? { kind: "site", site: check.site, state, refused } : undefined;
}

/** A store's number begins anew here, so that the desk cannot take an old one's for this one's. */
async function startAnew(
  siteFile: string,
  stateDirectory: string,
  { why, atMs, isDamaged }: { readonly why: string; readonly atMs: number; readonly isDamaged: boolean },
): Promise<StartingSite> {
  // After damage the last good copy is what ran; the site file may be years old.
  const lastGood = isDamaged ? await readSite(lastGoodPath(stateDirectory)) : undefined;
  const choice =
    lastGood?.kind === "accepted"
      ? ({ kind: "site", site: lastGood.site, refused: [] } as const)
      : await chooseSite(siteFile, stateDirectory);
  if (choice.kind === "none") return choice;
  const { site, refused } = choice;
  const file = await readText(siteFile);
  const isEmpty = site.document.devices.length === 0 && site.document.rules.length === 0;
  const state = firstState(
    randomBytes(16).toString("hex"),
    { digest: digestOf(site.text), isEmpty },
    { who: "site file", why, atMs },
  );
  // A file that is refused, or passed over, is looked at again when it changes.
  const digest = file.kind === "text" ? digestOf(file.text) : state.file.digest;
  return { kind: "site", site, state: { ...state, file: { ...state.file, digest } }, refused };
}
