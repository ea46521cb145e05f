import { isDeepStrictEqual } from "node:util";

import { linkIdsOf } from "./site-devices.ts";
import { diffSites } from "./site-diff.ts";
import { MAX_WEAKENINGS, type Weakening, type WeakeningKind } from "./site-exchange.ts";
import type { RuleSettings, SiteDocument } from "./site.ts";

/** Changes of these can never keep a critical alarm from coming, sounding or being told. */
const HARMLESS_RULE_KEYS = new Set(["message", "offDelayMs", "deadband", "group"]);
const LATER_WHEN_LONGER = new Set(["onDelayMs", "windowMs", "afterMs"]);
const CONDITION_KEYS = new Set(["kind", "device", "point", "is", "value"]);

/**
 * What a document weakens of the critical alarm chains that stand: rule, the device and line it listens to, its actions and
 * theirs, its escalation. Empty: it may be applied without asking anybody. Pure. What it does not know it takes for a
 * weakening: a field that a later version brings is asked about once too often rather than never.
 */
export function weakens(current: SiteDocument, desired: SiteDocument): Weakening[] {
  const found = current.rules
    .filter((rule) => rule.priority === "critical" && rule.outOfService === undefined)
    .flatMap((rule) => judgeChain(rule, current, desired));
  if (found.length > 0 || current.rules.some(({ priority }) => priority === "critical")) {
    found.push(...judgeSelfTest(current, desired));
  }
  if (current.uplink !== undefined && !isDeepStrictEqual(current.uplink, desired.uplink)) {
    found.push(one("uplink-changed", undefined, "uplink.url", [current.uplink.url, desired.uplink?.url]));
  }
  return unique(found).slice(0, MAX_WEAKENINGS);
}

function judgeChain(rule: RuleSettings, current: SiteDocument, desired: SiteDocument): Weakening[] {
  const next = desired.rules.find(({ id }) => id === rule.id);
  if (next === undefined) return [one("rule-removed", rule.id, `rules.${rule.id}`, [rule.message.en])];
  const kept = new Set(next.actions);
  return [
    ...judgeRule(rule, next),
    ...rule.actions.filter((id) => kept.has(id)).flatMap((id) => judgeAction(id, rule, current, desired)),
    ...judgeDevice(rule.device, rule, current, desired),
    ...judgeEscalation(rule, next, current, desired),
  ];
}

/** The rule's own fields, each by what it means. */
function judgeRule(was: RuleSettings, is: RuleSettings): Weakening[] {
  return diffSites({ rule: was }, { rule: is }).flatMap(({ fields }) =>
    [...new Set(fields.map(({ path }) => path.split(".", 1)[0] ?? ""))].flatMap((key) => {
      const [before, after] = [valueOf(was, key), valueOf(is, key)];
      const kind = kindOfChange(key, { before, after }, was);
      return kind === undefined ? [] : [one(kind, was.id, `rules.${was.id}.${key}`, [before, after])];
    }),
  );
}

function kindOfChange(
  key: string,
  { before, after }: { readonly before: unknown; readonly after: unknown },
  was: RuleSettings,
): WeakeningKind | undefined {
  if (HARMLESS_RULE_KEYS.has(key) || key === "escalation") return undefined;
  if (key === "priority") return "priority-lowered";
  if (CONDITION_KEYS.has(key)) return "condition-changed";
  if (LATER_WHEN_LONGER.has(key)) return Number(after) > Number(before) ? "delay-longer" : undefined;
  if (key === "limit") {
    const isBelow = was.kind === "threshold" && was.is === "below";
    return (isBelow ? Number(after) < Number(before) : Number(after) > Number(before)) ? "limit-moved" : undefined;
  }
  if (key === "limitPerMinute") return Number(after) > Number(before) ? "limit-moved" : undefined;
  if (key === "isLatched") return before === true ? "latch-removed" : undefined;
  if (key === "actions") return lacks(before, after) ? "action-removed" : undefined;
  if (key === "suppressWhile") return after === undefined ? undefined : "suppression-changed";
  if (key === "outOfService") return after === undefined ? undefined : "out-of-service";
  return "rule-changed";
}

function judgeAction(id: string, rule: RuleSettings, current: SiteDocument, desired: SiteDocument): Weakening[] {
  const [was, is] = [current.actions, desired.actions].map((actions) => actions.find((action) => action.id === id));
  if (was === undefined) return [];
  const found = isDeepStrictEqual(was, is) ? [] : [one("action-changed", rule.id, `actions.${id}`, [was, is])];
  if ("device" in was) found.push(...judgeDevice(was.device, rule, current, desired));
  if ("link" in was) found.push(...judgeLinks([was.link], rule, current, desired));
  if ("to" in was) found.push(...judgeContacts(was.to, rule, current, desired));
  return found;
}

/** The numbers of those who are told. Their names are only names. */
function judgeContacts(
  ids: readonly string[],
  rule: RuleSettings,
  current: SiteDocument,
  desired: SiteDocument,
): Weakening[] {
  return ids.flatMap((id) => {
    const [was, is] = [current.contacts, desired.contacts].map((all) => all.find((contact) => contact.id === id));
    // The number itself is nobody's business here: that it is another is what somebody must know.
    return was?.phone === is?.phone ? [] : [one("contact-changed", rule.id, `contacts.${id}.phone`)];
  });
}

function judgeSelfTest({ selfTest: was }: SiteDocument, { selfTest: is }: SiteDocument): Weakening[] {
  if (was === undefined) return [];
  const isAsGood = is !== undefined && is.everyDays <= was.everyDays && isDeepStrictEqual(is.rules, was.rules);
  return isAsGood ? [] : [one("self-test-changed", undefined, "selfTest", [was, is])];
}

/** The device, and the lines it is on. Its name is only a name. */
function judgeDevice(id: string, rule: RuleSettings, current: SiteDocument, desired: SiteDocument): Weakening[] {
  const was = current.devices.find((device) => device.id === id);
  const is = desired.devices.find((device) => device.id === id);
  if (was === undefined) return [];
  if (is === undefined) return [one("device-removed", rule.id, `devices.${id}`, [was.name.en])];
  const changed = diffSites({ device: { ...was, name: "" } }, { device: { ...is, name: "" } });
  const found = changed.flatMap(({ fields }) =>
    fields.map((field) => one("device-changed", rule.id, `devices.${id}.${field.path}`, [field.before, field.after])),
  );
  return [...found, ...judgeLinks(linkIdsOf(was), rule, current, desired), ...judgeVision(id, rule, current, desired)];
}

function judgeLinks(
  ids: readonly string[],
  rule: RuleSettings,
  current: SiteDocument,
  desired: SiteDocument,
): Weakening[] {
  const changed = ids.filter((link) => {
    const [before, after] = [current.links, desired.links].map((all) => all.find((item) => item.id === link));
    return !isDeepStrictEqual(before, after);
  });
  return changed.map((link) => one("link-changed", rule.id, `links.${link}`));
}

/** What is looked for in the pictures of a camera that a critical rule listens to. */
function judgeVision(id: string, rule: RuleSettings, current: SiteDocument, desired: SiteDocument): Weakening[] {
  const [was, is] = [current, desired].map(({ vision }) => vision?.cameras.find(({ device }) => device === id));
  if (was === undefined || isDeepStrictEqual(was, is)) return [];
  return [one("vision-changed", rule.id, `vision.cameras.${id}`)];
}

/** Who must answer, and what tells them. */
function judgeEscalation(
  was: RuleSettings,
  is: RuleSettings,
  current: SiteDocument,
  desired: SiteDocument,
): Weakening[] {
  const [before, after] = [was.escalation, is.escalation];
  if (before === undefined) return [];
  const at = `rules.${was.id}.escalation`;
  if (after === undefined) return [one("escalation-removed", was.id, at, [before])];
  if (before !== after) return [one("escalation-changed", was.id, at, [before, after])];
  const [chain, next] = [current, desired].map(({ escalations }) => escalations.find(({ id }) => id === before));
  const steps = chain?.steps ?? [];
  return [
    ...(isDeepStrictEqual(chain, next) ? [] : [one("escalation-changed", was.id, `escalations.${before}`)]),
    ...steps.flatMap(({ actions }) => actions.flatMap((id) => judgeAction(id, was, current, desired))),
    ...judgeContacts(
      steps.flatMap(({ who }) => who),
      was,
      current,
      desired,
    ),
  ];
}

function valueOf(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null ? Object.getOwnPropertyDescriptor(of, key)?.value : undefined;
}

function lacks(before: unknown, after: unknown): boolean {
  const kept = new Set(Array.isArray(after) ? (after as unknown[]) : []);
  return Array.isArray(before) && before.some((item) => !kept.has(item));
}

function one(
  kind: WeakeningKind,
  ruleId: string | undefined,
  path: string,
  [before, after]: readonly [before?: unknown, after?: unknown] = [],
): Weakening {
  return {
    kind,
    ...(ruleId === undefined ? {} : { ruleId }),
    path: path.slice(0, 400),
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  };
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

/** Two critical rules on one device would name its change twice. */
function unique(found: readonly Weakening[]): Weakening[] {
  return [...new Map(found.map((item) => [`${item.kind} ${item.path}`, item] as const)).values()];
}
