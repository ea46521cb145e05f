import type { SiteDocument } from "@outpost/wire/site.ts";

import { siteRule, type Rule } from "../rules/rule.ts";
import { derivedRules } from "../rules/system-alarms.ts";

/** Every rule a site brings with it: its own, and those each device and action has without asking. */
export function rulesOf(document: SiteDocument): Rule[] {
  return [...document.rules.map(siteRule), ...derivedRules(document)];
}
