import type { Order } from "@outpost/wire/downlink.ts";

/** Orders about one occurrence, which name the version that was seen. */
export type OccurrenceOrder = Extract<Order, { kind: "acknowledge" | "shelve" | "unshelve" }>;

/** Orders about a rule, whether or not its alarm stands. Out of service is for people at the site alone. */
export type RuleOrder =
  | Extract<Order, { kind: "shelve-rule" | "unshelve-rule" }>
  | { readonly kind: "take-out-of-service"; readonly ruleId: string; readonly reason: string }
  | { readonly kind: "return-to-service"; readonly ruleId: string };

export type AlarmOrder = OccurrenceOrder | RuleOrder;
