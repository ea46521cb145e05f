/** The demo's locker wall: as many doors as its board has locks. */
const DOORS = Array.from({ length: 12 }, (_, index) => index + 1);

/** What people call a door: it stands on its plate, and in its pick-up codes. */
export function plateOf(door: number): string {
  return `a${String(door).padStart(2, "0")}`;
}

/** The `compartments` of the site file. JSON is YAML. */
export function compartmentsText(): string {
  return JSON.stringify(DOORS.map((number) => ({ number, id: plateOf(number), hasOccupancySensor: true })));
}

/** What may go wrong with a door, as `points.ts` of the locker names it. */
const TROUBLES = [
  { point: "forced", priority: "high", isLatched: true, zh: "被撬开", en: "was forced" },
  { point: "leftOpen", priority: "medium", isLatched: false, zh: "久未关", en: "is left open" },
  { point: "failed", priority: "medium", isLatched: false, zh: "没能打开", en: "did not open" },
] as const;

/** The doors' rules in the site file: the items of a list, one a line, of which the first has its dash already. */
export function doorRulesText(): string {
  const rules = DOORS.flatMap((door) =>
    TROUBLES.map(({ point, priority, isLatched, zh, en }) => ({
      id: `door${door}-${point.toLowerCase()}`,
      kind: "equals",
      device: "locker-wall",
      point: `door${door}.${point}`,
      value: 1,
      priority,
      isLatched,
      message: { zh: `${door} 号柜门${zh}`, en: `Locker door ${door} ${en}` },
      actions: ["note"],
    })),
  );
  return rules.map((rule) => JSON.stringify(rule)).join("\n  - ");
}
