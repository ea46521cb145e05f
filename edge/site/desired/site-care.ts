import type { Weakening } from "@outpost/wire/site-exchange.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";

import type { SiteStatus } from "./status.ts";

/** A technician's change of the site, made on site. */
export interface LocalChange {
  /** YAML or JSON; `writeSiteText(document)` makes it from an object. */
  readonly text: string;
  readonly who: string;
  readonly why: string;
  /** The technician has seen what the change weakens and wants it all the same. */
  readonly acceptsWeakening: boolean;
}

/** What became of a change. */
export type SiteOutcome =
  | { readonly kind: "applied" }
  /** Nothing was changed: `faults` say where and why, for a person. */
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] }
  /** Nothing was changed yet: ask the technician, then call again with `acceptsWeakening`. */
  | { readonly kind: "weakens"; readonly weakenings: readonly Weakening[] }
  /** A step of it failed; the site runs as before. */
  | { readonly kind: "failed"; readonly reason: string }
  /** There is nothing of this revision to decide. */
  | { readonly kind: "nothing-to-decide" };

/** How a conflict between a local change and a desk's revision ends. `merged`: this text stands for both. */
export type ConflictChoice =
  | { readonly kind: "keep-local" }
  | { readonly kind: "take-desk" }
  | { readonly kind: "merged"; readonly text: string };

/** What people on site can do about the site document. All of it is reported to the desk. Calls are taken in turn. */
export interface SiteCare {
  /** What runs, since when and by whom, and what waits for somebody. */
  status(): SiteStatus;
  /** The text of what runs, or of the desk's revision that waits; undefined where there is none. */
  text(which: "running" | "offered"): string | undefined;
  applyLocal(change: LocalChange): Promise<SiteOutcome>;
  /** Applies the desk's held revision: somebody on site has looked at what it weakens. */
  confirmHeld(revision: number, who: string): Promise<SiteOutcome>;
  /** Leaves the desk's held revision out for good; the desk hears who said so. */
  rejectHeld(revision: number, who: string): Promise<SiteOutcome>;
  /** Ends a conflict with the desk's `revision`. */
  resolveConflict(revision: number, choice: ConflictChoice, who: string): Promise<SiteOutcome>;
}
