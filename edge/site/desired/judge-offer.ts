import { asError } from "@outpost/kernel/thrown.ts";
import type { SiteCheck } from "@outpost/wire/check-site.ts";
import { MAX_REPORTED_FAULTS, type Desired } from "@outpost/wire/site-exchange.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";
import { unpackText } from "@outpost/wire/site-packing.ts";
import { weakens } from "@outpost/wire/site-weakens.ts";

import { fixedFaults } from "../plan.ts";
import type { Site } from "../site.ts";
import type { Judgement } from "./machine.ts";

interface JudgeDeps {
  check(text: string): Promise<SiteCheck>;
  readonly site: Site;
}

/**
 * Judges a document that the desk offers against the site that runs: whether it is what it says, is a site at all, is this
 * gateway's, has anything in it, and what it weakens. `text` is undefined where there is none.
 */
export async function judgeOffer(
  revision: Desired,
  deps: JudgeDeps,
): Promise<{ readonly judgement: Judgement; readonly text: string | undefined }> {
  let text: string;
  try {
    text = unpackText(revision);
  } catch (error) {
    return { judgement: { kind: "refused", reason: asError(error).message, faults: [] }, text: undefined };
  }
  return { judgement: await judgeText(text, deps), text };
}

async function judgeText(text: string, deps: JudgeDeps): Promise<Judgement> {
  const { site } = deps;
  const checked = await deps.check(text);
  if (checked.kind === "refused") return refused("it has faults", checked.faults);
  const { document } = checked.site;
  if (document.gateway.id !== site.document.gateway.id) {
    return refused(`it is for the gateway "${document.gateway.id}"`, []);
  }
  if (document.devices.length === 0) return refused("it has no devices", []);
  const fixed = restartFaults(site, checked.site);
  if (fixed.length > 0) return refused("it changes what only a restart can change", fixed);
  return { kind: "good", weakenings: weakens(site.document, document) };
}

/** What a running gateway cannot change; nothing: an empty list. */
export function restartFaults(current: Site, desired: Site): readonly SiteTextFault[] {
  return fixedFaults(current, desired).map(({ path, message }) => ({
    position: undefined,
    path: path.join("."),
    message,
  }));
}

function refused(reason: string, faults: readonly SiteTextFault[]): Judgement {
  return {
    kind: "refused",
    reason,
    faults: faults.slice(0, MAX_REPORTED_FAULTS).map(({ position, path, message }) => ({
      ...position,
      path: path.slice(0, 300),
      message: message.slice(0, 500),
    })),
  };
}
