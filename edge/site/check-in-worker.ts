import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { configureChecked, type SiteCheck } from "@outpost/wire/check-site.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

type Answer =
  | { readonly kind: "accepted"; readonly document: SiteDocument }
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] };

/** A document of 1 MiB takes seconds on a slow gateway; one that takes longer is not one. */
const WITHIN_MS = 120_000;
const MAX_HEAP_MB = 384;

/**
 * `checkSite` in a thread of its own: parsing and checking a large document takes longer than the alarm path may wait. Only
 * its devices are configured here.
 */
export async function checkInWorker(text: string): Promise<SiteCheck> {
  const worker = new Worker(new URL("check-worker.ts", import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  try {
    const answer = await answerOf(worker);
    if (answer.kind === "refused") return answer;
    return { kind: "accepted", site: await configureChecked(answer.document, text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "refused", faults: [{ position: undefined, path: "", message: `cannot be checked: ${reason}` }] };
  } finally {
    await worker.terminate();
  }
}

async function answerOf(worker: Worker): Promise<Answer> {
  const given: unknown[] = await once(worker, "message", { signal: AbortSignal.timeout(WITHIN_MS) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own thread's word, checked there
  return given[0] as Answer;
}
