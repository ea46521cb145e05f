import { eventTime } from "@outpost/firmware-adapters/event.ts";

import type { TechnicianDeps } from "./deps.ts";

/** Who did what, from where, and what came of it. */
export interface Deed {
  readonly who: string;
  /** `sign-in`, `apply-site`, `acknowledge`, … */
  readonly action: string;
  readonly target: string;
  readonly result: string;
  readonly from: string;
}

const MAX_CHARS = 500;
const REFUSED_EVERY_MS = 5_000;

/** Puts every deed of a technician among the gateway's own occurrences, and so into the journal and up to the fleet. */
export class Audit {
  readonly #deps: Pick<TechnicianDeps, "clock" | "publish" | "site" | "log">;
  /** By the kind of refusal: as many entries as there are kinds. */
  readonly #refused = new Map<string, { readonly atMs: number; more: number }>();

  constructor(deps: Pick<TechnicianDeps, "clock" | "publish" | "site" | "log">) {
    this.#deps = deps;
  }

  note(deed: Deed): void {
    const entries = Object.entries(deed).map(([key, value]): [string, string] => [
      key,
      String(value).slice(0, MAX_CHARS),
    ]);
    const details = Object.fromEntries(entries);
    this.#deps.log.info("technician", details);
    this.occurrence("technician-action", details);
  }

  /**
   * Somebody who was not let in. Of one kind at most one record in five seconds, which says how many there were: nobody
   * outside the door can fill the journal.
   */
  refusedEntry(deed: Deed): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const before = this.#refused.get(deed.result);
    if (before !== undefined && nowMs - before.atMs < REFUSED_EVERY_MS) {
      before.more += 1;
      return;
    }
    this.#refused.set(deed.result, { atMs: nowMs, more: 0 });
    const more = before === undefined || before.more === 0 ? "" : `${before.more} more since the last record`;
    this.note({ ...deed, target: more });
  }

  /** A fact of the commissioning: a point was checked, a report was made. */
  occurrence(name: string, details: Readonly<Record<string, string | number | boolean>>, deviceId?: string): void {
    const { clock, publish, site } = this.#deps;
    publish({
      kind: "occurrence",
      deviceId: deviceId ?? site().document.gateway.id,
      name,
      details,
      ...eventTime(clock.now()),
    });
  }
}
