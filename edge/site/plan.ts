import { isDeepStrictEqual } from "node:util";

import { unreachable } from "@outpost/kernel/never.ts";
import { linkIdsOf } from "@outpost/wire/site-devices.ts";

import { rulesOf } from "./rules-of.ts";
import type { Site } from "./site.ts";

/** One step from the site that runs to the one that shall run. Ids only: the executor takes the rest from the sites. */
export type SiteStep =
  | { readonly kind: "retire-rules"; readonly ruleIds: readonly string[] }
  | { readonly kind: "retire-actions"; readonly actionIds: readonly string[] }
  | { readonly kind: "close-device"; readonly deviceId: string }
  | { readonly kind: "close-link"; readonly linkId: string }
  | { readonly kind: "open-link"; readonly linkId: string }
  | { readonly kind: "open-device"; readonly deviceId: string }
  | { readonly kind: "set-actions"; readonly actionIds: readonly string[] }
  | { readonly kind: "set-rules"; readonly ruleIds: readonly string[] }
  | { readonly kind: "restart-uplink" }
  | { readonly kind: "restart-status-page" }
  | { readonly kind: "restart-vision" }
  | { readonly kind: "restart-technician-page" };

/** A change that only a restart can make: which part of the document, and both values. */
export interface FixedFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * What stands in the way of applying `desired` to a running gateway: its identity and the journal's limits are taken
 * once, at start.
 */
export function fixedFaults(current: Site, desired: Site): FixedFault[] {
  const [was, is] = [current.document, desired.document];
  const faults: FixedFault[] = [];
  if (was.gateway.id !== is.gateway.id) {
    faults.push({ path: ["gateway", "id"], message: fixedMessage(was.gateway.id, is.gateway.id) });
  }
  for (const key of ["maxBytes", "keepDays"] as const) {
    if (was.journal[key] === is.journal[key]) continue;
    faults.push({ path: ["journal", key], message: fixedMessage(was.journal[key], is.journal[key]) });
  }
  return faults;
}

/**
 * The steps from `current` to `desired`, in order: what goes away loses its rules before its device, and what comes has
 * its rules before its first reading, so that nothing alarms, or fails to, because of the change itself. Whatever is the
 * same in both keeps running untouched. Pure.
 */
export function planSite(current: Site, desired: Site): SiteStep[] {
  const links = compare(current.document.links, desired.document.links);
  const reopenedLinks = new Set([...links.gone, ...links.changed]);
  const devices = compare(current.document.devices, desired.document.devices, (one) =>
    linkIdsOf(one).some((id) => reopenedLinks.has(id)),
  );
  const reopened = new Set([...devices.gone, ...devices.changed]);
  const rules = compare(rulesOf(current.document), rulesOf(desired.document));
  const actions = compare(current.document.actions, desired.document.actions);
  const steps: SiteStep[] = [];
  if (actions.gone.length > 0) steps.push({ kind: "retire-actions", actionIds: actions.gone });
  if (rules.gone.length > 0) steps.push({ kind: "retire-rules", ruleIds: rules.gone });
  steps.push(...[...reopened].map((deviceId) => ({ kind: "close-device", deviceId }) as const));
  steps.push(...[...reopenedLinks].map((linkId) => ({ kind: "close-link", linkId }) as const));
  const setActions = [...actions.changed, ...actions.added];
  if (setActions.length > 0) steps.push({ kind: "set-actions", actionIds: setActions });
  const setRules = [...rules.changed, ...rules.added];
  if (setRules.length > 0) steps.push({ kind: "set-rules", ruleIds: setRules });
  steps.push(...[...links.changed, ...links.added].map((linkId) => ({ kind: "open-link", linkId }) as const));
  steps.push(...[...devices.changed, ...devices.added].map((deviceId) => ({ kind: "open-device", deviceId }) as const));
  if (!isDeepStrictEqual(current.document.uplink, desired.document.uplink)) steps.push({ kind: "restart-uplink" });
  for (const page of ["statusPage", "technicianPage"] as const) {
    if (isDeepStrictEqual(current.document[page], desired.document[page])) continue;
    steps.push({ kind: page === "statusPage" ? "restart-status-page" : "restart-technician-page" });
  }
  if (!isDeepStrictEqual(seenBy(current), seenBy(desired))) steps.push({ kind: "restart-vision" });
  return steps;
}

/** All that the vision process is told: its settings, and how to reach the cameras in them. */
function seenBy({ document: { vision, devices } }: Site): readonly unknown[] {
  return [vision, ...devices.filter(({ id }) => vision?.cameras.some(({ device }) => device === id) === true)];
}

/**
 * The steps back to the site that ran, when going over to another ended after `taken`, the last of which failed. Takes
 * things from the site that ran; whatever only the other one has goes. Pure.
 */
export function planReturn(current: Site, taken: readonly SiteStep[]): SiteStep[] {
  const rules = new Set(rulesOf(current.document).map(({ id }) => id));
  const actions = new Set(current.document.actions.map(({ id }) => id));
  return taken.toReversed().flatMap((step): SiteStep[] => {
    switch (step.kind) {
      case "open-device":
        return [{ kind: "close-device", deviceId: step.deviceId }];
      case "open-link":
        return [{ kind: "close-link", linkId: step.linkId }];
      case "close-device":
        return [{ kind: "open-device", deviceId: step.deviceId }];
      case "close-link":
        return [{ kind: "open-link", linkId: step.linkId }];
      case "set-rules":
      case "retire-rules": {
        const [back, gone] = split(step.ruleIds, rules);
        return [
          ...(gone.length > 0 ? [{ kind: "retire-rules", ruleIds: gone } as const] : []),
          ...(back.length > 0 ? [{ kind: "set-rules", ruleIds: back } as const] : []),
        ];
      }
      case "set-actions":
      case "retire-actions": {
        const [back, gone] = split(step.actionIds, actions);
        return [
          ...(gone.length > 0 ? [{ kind: "retire-actions", actionIds: gone } as const] : []),
          ...(back.length > 0 ? [{ kind: "set-actions", actionIds: back } as const] : []),
        ];
      }
      case "restart-uplink":
      case "restart-status-page":
      case "restart-technician-page":
      case "restart-vision":
        return [step];
      default:
        return unreachable(step);
    }
  });
}

function split(ids: readonly string[], known: ReadonlySet<string>): readonly [string[], string[]] {
  return [ids.filter((id) => known.has(id)), ids.filter((id) => !known.has(id))];
}

interface Comparison {
  readonly gone: string[];
  readonly changed: string[];
  readonly added: string[];
}

function compare<T extends { readonly id: string }>(
  was: readonly T[],
  is: readonly T[],
  mustReopen: (item: T) => boolean = () => false,
): Comparison {
  const before = new Map(was.map((item) => [item.id, item] as const));
  const after = new Set(is.map((item) => item.id));
  const kept = is.filter((item) => before.has(item.id));
  return {
    gone: was.filter((item) => !after.has(item.id)).map((item) => item.id),
    changed: kept
      .filter((item) => !isDeepStrictEqual(item, before.get(item.id)) || mustReopen(item))
      .map((item) => item.id),
    added: is.filter((item) => !before.has(item.id)).map((item) => item.id),
  };
}

function fixedMessage(was: string | number, is: string | number): string {
  return `expected ${was}, which changes only at a restart, found ${is}`;
}
