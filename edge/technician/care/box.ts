import { siteDocument, type SiteDocument } from "@outpost/wire/site.ts";
import { z } from "zod";

import type { Site } from "../../site/site.ts";
import type { CommissioningBook } from "../day/book.ts";

/** What a gateway is, without what it alone can be: the site and what was proved of it. */
export const box = z.strictObject({
  format: z.literal("outpost-box"),
  version: z.literal(1),
  madeAtMs: z.number(),
  gatewayId: z.string().max(64),
  document: z.record(z.string().max(64), z.unknown()),
  book: z.unknown(),
});
export type Box = z.infer<typeof box>;

/** The box as a file for a USB stick. */
export function exportBox(site: Site, book: CommissioningBook, nowMs: number): Box {
  const { document } = site;
  return {
    format: "outpost-box",
    version: 1,
    madeAtMs: nowMs,
    gatewayId: document.gateway.id,
    document: { ...document },
    book: book.whole,
  };
}

/** The draft that makes this gateway what the other one was: its own id, journal and page stay. */
export function restoredDraft(from: Box, current: SiteDocument): Record<string, unknown> {
  const own = Object.fromEntries(
    Object.keys(siteDocument.shape)
      .filter((key) => OWN.has(key))
      .flatMap((key) => (Reflect.get(current, key) === undefined ? [] : [[key, Reflect.get(current, key)]])),
  );
  const theirs = Object.entries(from.document).filter(([key]) => !OWN.has(key));
  return { ...Object.fromEntries(theirs), ...own };
}

const OWN = new Set(["gateway", "journal", "statusPage", "technicianPage"]);
