import type { Text } from "@outpost/wire/identifiers.ts";
import type { AlarmPriority } from "@outpost/wire/records.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

import type { ConfiguredDevice } from "../../site/site.ts";
import type { RuleProposal } from "../server/views.ts";

type Rule = SiteDocument["rules"][number];

/** When a point of a family is worth an alarm. `limit` is a beginning: the technician sets what the site needs. */
type Wish = {
  readonly points: RegExp;
  readonly priority: AlarmPriority;
  /** Where the point's own name does not say it. */
  readonly message?: Text;
  readonly isSafety?: boolean;
  readonly onDelayMs?: number;
  /** A press lasts a moment: the siren sounds until somebody has acknowledged. */
  readonly isLatched?: boolean;
} & (
  | { readonly when: "equals"; readonly value: number }
  | { readonly when: "above" | "below"; readonly limit: number; readonly deadband: number }
);

type More = Partial<Pick<Wish, "isSafety" | "onDelayMs" | "isLatched" | "message">>;
const on = (points: RegExp, priority: AlarmPriority, more: More = {}): Wish => ({
  points,
  when: "equals",
  value: 1,
  priority,
  ...more,
});

/** What stands between a site and harm is ticked from the start (`isSafety`); the rest is there to be chosen. */
const WISHES: Readonly<Partial<Record<string, readonly Wish[]>>> = {
  modbus: [
    {
      points: /^level$/,
      when: "above",
      limit: 3.2,
      deadband: 0.1,
      priority: "critical",
      isSafety: true,
      onDelayMs: 500,
      message: { zh: "液位过高", en: "level is high" },
    },
    on(/^(highLevelFloat|overflow)$/, "critical", { isSafety: true }),
    on(/^mainsFail$/, "high", { isSafety: true }),
    on(/(^|\.)(fault|alarm|commonFault)$/, "high", { isSafety: true }),
    on(/^doorOpen$/, "low", { onDelayMs: 60_000 }),
  ],
  button: [
    on(/^pressed$/, "critical", {
      isSafety: true,
      isLatched: true,
      message: { zh: "有人呼救", en: "somebody calls for help" },
    }),
    on(/^cutWire$/, "high", { isSafety: true }),
    on(/^stuck$/, "medium"),
    on(/^tamper$/, "medium"),
    on(/^batteryLow$/, "medium", { isSafety: true }),
  ],
  dc09: [on(/(^|\.)(panic|emergency|fire|alarm)$/, "critical", { isSafety: true })],
  locker: [on(/(^|\.)forced$/, "high", { isSafety: true })],
  ocpp: [on(/(^|\.)faulted$/, "high")],
};

const MAX_ID = 63;

/**
 * The rules a device's family proposes for the points it has. The ids are free in the site they are proposed for.
 *
 * @param actions  called by the safety ones: the site's sirens.
 */
export function proposeRules(device: ConfiguredDevice, document: SiteDocument): readonly RuleProposal[] {
  const { settings } = device;
  const wishes = WISHES[settings.adapter] ?? [];
  const taken = new Set(document.rules.map(({ id }) => id));
  const covered = new Set(document.rules.map((rule) => `${rule.device} ${rule.point}`));
  const sirens = document.actions.filter(({ kind }) => kind === "hold-point").map(({ id }) => id);
  return device.device.points.flatMap((point) => {
    const wish = wishes.find(({ points }) => points.test(point.id));
    if (wish === undefined || covered.has(`${settings.id} ${point.id}`)) return [];
    const id = freeId(`${settings.id}-${point.id}`, taken);
    const isSafety = wish.isSafety === true;
    const words = wish.message ?? point.name;
    const message = { zh: `${settings.name.zh}：${words.zh}`, en: `${settings.name.en}: ${words.en}` };
    const base = {
      id,
      device: settings.id,
      point: point.id,
      priority: wish.priority,
      message,
      onDelayMs: wish.onDelayMs ?? 0,
      offDelayMs: 0,
      isLatched: wish.isLatched === true,
      actions: wish.priority === "critical" ? sirens.slice(0, 16) : [],
    };
    return [{ rule: ruleOf(base, wish), isSafety }];
  });
}

function ruleOf(base: Omit<Extract<Rule, { kind: "equals" }>, "kind" | "value">, wish: Wish): Rule {
  if (wish.when === "equals") return { ...base, kind: "equals", value: wish.value };
  return { ...base, kind: "threshold", is: wish.when, limit: wish.limit, deadband: wish.deadband };
}

function freeId(wanted: string, taken: Set<string>): string {
  const plain = wanted
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "-")
    .slice(0, MAX_ID - 4);
  let id = plain;
  for (let number = 2; taken.has(id); number += 1) id = `${plain}-${number}`;
  taken.add(id);
  return id;
}
