import type { Weakening } from "@outpost/wire/site-exchange.ts";

/** What a change weakens, in one line: the kind, the rule, where, and both values. */
export function weakeningLine({ kind, ruleId, path, before, after }: Weakening): string {
  const values = before === undefined && after === undefined ? "" : ` (${before ?? "—"} → ${after ?? "—"})`;
  return [kind, ruleId, path].filter((one) => one !== undefined && one !== "").join(" ") + values;
}
