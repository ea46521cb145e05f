import type { Language } from "../catalogue.ts";
import type { RuleView } from "../server/document-view.ts";
import { say } from "./catalogue.ts";

/** A rule's condition as a sentence: "Wet well level above 3.2 m". */
export function conditionOf(
  language: Language,
  rule: RuleView,
  point: { readonly name: string; readonly unit: string },
): string {
  const about = { point: point.name, unit: point.unit };
  switch (rule.kind) {
    case "threshold":
      return say(language, `rule.when.${rule.is}`, { ...about, limit: rule.limit }).trim();
    case "equals":
      return say(language, "rule.when.equals", { ...about, value: rule.value });
    case "rate-of-change":
      return say(language, `rule.when.${rule.is}`, { ...about, limit: rule.limitPerMinute });
    case "stale":
      return say(language, "rule.when.stale", { ...about, seconds: rule.afterMs / 1_000 });
  }
}

/** A value with its unit; a dash where there is none. */
export function shownValue(value: number | null, unit: string): string {
  return value === null ? "—" : `${Number(value.toFixed(3))} ${unit}`.trim();
}
