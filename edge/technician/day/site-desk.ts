import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { unreachable } from "@outpost/kernel/never.ts";
import { z } from "zod";

import type { SiteOutcome } from "../../site/desired/site-care.ts";
import { TechnicianError } from "../errors.ts";
import type { TechnicianDeps } from "../server/deps.ts";
import type { DeskChoice, DevicePlanView, SiteCheckView, SiteView } from "../server/views.ts";
import { weakeningLine } from "./weakening-line.ts";

const CHECKER = fileURLToPath(new URL("check-draft.ts", import.meta.url));
const CHECK_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** What `check-draft.ts` answers. */
const checkedDraft = z.object({
  text: z.string(),
  faults: z.array(z.string()),
  changes: z.array(
    z.object({
      part: z.enum(["site", "uplink", "links", "devices", "rules", "actions", "other"]),
      id: z.string(),
      change: z.enum(["added", "removed", "changed"]),
    }),
  ),
  steps: z.array(z.string()),
  weakenings: z.array(z.string()),
});
type CheckedDraft = z.infer<typeof checkedDraft>;

type SiteDeskDeps = Pick<TechnicianDeps, "site" | "care" | "stateDirectory">;

/** A draft that somebody wants to be the site. */
export interface WantedSite {
  readonly document: unknown;
  /** The digest of the text the draft began with. */
  readonly basedOn: string;
  readonly who: string;
  readonly why: string;
  /** They have seen what it weakens. */
  readonly acceptsWeakening: boolean;
}

/** Where a technician's draft of the site is looked at, and handed on to become the site. */
export class SiteDesk {
  readonly #deps: SiteDeskDeps;
  #revision = 1;
  #lastText: string;

  constructor(deps: SiteDeskDeps) {
    this.#deps = deps;
    this.#lastText = deps.site().text;
  }

  /** Another number whenever another text runs, whoever changed it. */
  get revision(): number {
    const { text } = this.#deps.site();
    if (text !== this.#lastText) this.#revision += 1;
    this.#lastText = text;
    return this.#revision;
  }

  view(): SiteView {
    const { document, text, devices } = this.#deps.site();
    const { offer } = this.#deps.care.status();
    const isWaiting = offer?.state === "held" || offer?.state === "conflict";
    return {
      document,
      digest: digestOf(text),
      revision: this.revision,
      devices: devices.map(({ settings, device }): DevicePlanView => ({
        id: settings.id,
        adapter: settings.adapter,
        name: settings.name,
        profile: device.profile,
        points: device.points,
      })),
      offer: isWaiting
        ? {
            state: offer.state === "held" ? "held" : "conflict",
            revision: offer.revision,
            author: offer.author,
            reason: offer.reason,
            weakenings: offer.weakenings.map(weakeningLine),
          }
        : null,
    };
  }

  /** Everything that is wrong with a draft, what it would change and what it would weaken. Nothing is touched. */
  async check(document: unknown, signal: AbortSignal): Promise<SiteCheckView> {
    const { text: _, ...view } = await this.#checked(document, signal);
    return view;
  }

  /**
   * Makes a draft the site, by planned steps.
   *
   * @throws TechnicianError `technician/conflict` where another text runs by now, `technician/refused` with the faults
   *         or with what it weakens.
   */
  async apply(wanted: WantedSite, signal: AbortSignal): Promise<SiteCheckView> {
    this.#refuseStale(wanted.basedOn);
    const { text, ...view } = await this.#checked(wanted.document, signal);
    if (view.faults.length > 0) throw new TechnicianError("technician/refused", view.faults.slice(0, 10).join("\n"));
    this.#refuseStale(wanted.basedOn);
    const { who, why, acceptsWeakening } = wanted;
    refuseUnlessApplied(await this.#deps.care.applyLocal({ text, who, why, acceptsWeakening }));
    return view;
  }

  /** Decides about a revision of the desk that waits. @throws TechnicianError */
  async decide(revision: number, choice: DeskChoice, who: string): Promise<void> {
    const { care } = this.#deps;
    switch (choice) {
      case "confirm":
        return refuseUnlessApplied(await care.confirmHeld(revision, who));
      case "reject":
        return refuseUnlessApplied(await care.rejectHeld(revision, who));
      case "keep-local":
      case "take-desk":
        return refuseUnlessApplied(await care.resolveConflict(revision, { kind: choice }, who));
    }
  }

  #refuseStale(basedOn: string): void {
    if (digestOf(this.#deps.site().text) === basedOn) return;
    throw new TechnicianError("technician/conflict", "the site has changed since this draft began");
  }

  /** In a process of its own: a large site takes longer to check than the alarm path may wait. */
  async #checked(document: unknown, signal: AbortSignal): Promise<CheckedDraft> {
    const parent = join(this.#deps.stateDirectory, "technician");
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(parent, "draft-"));
    try {
      await writeFile(join(folder, "current.yaml"), this.#deps.site().text, { mode: 0o600 });
      await writeFile(join(folder, "draft.json"), JSON.stringify(document), { mode: 0o600 });
      return checkedDraft.parse(JSON.parse(await run(folder, signal)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function run(folder: string, signal: AbortSignal): Promise<string> {
  const options = { timeout: CHECK_TIMEOUT_MS, maxBuffer: MAX_ANSWER_BYTES, signal };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [CHECKER, folder], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`checking the draft failed: ${stderr.slice(-500)}`, { cause: error }));
    });
  });
}

/** @throws TechnicianError `technician/refused` with why nothing was changed. */
function refuseUnlessApplied(outcome: SiteOutcome): void {
  switch (outcome.kind) {
    case "applied":
      return;
    case "refused": {
      const lines = outcome.faults.slice(0, 10).map(({ path, message }) => `${path}: ${message}`);
      throw new TechnicianError("technician/refused", lines.join("\n"));
    }
    case "weakens":
      throw new TechnicianError("technician/refused", outcome.weakenings.map(weakeningLine).join("\n"));
    case "failed":
      throw new TechnicianError("technician/refused", outcome.reason);
    case "nothing-to-decide":
      throw new TechnicianError("technician/conflict", "there is nothing of this revision to decide");
    default:
      return unreachable(outcome);
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
