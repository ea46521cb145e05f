import type { DemoSite } from "../../api/schemas.ts";

type Figures = NonNullable<DemoSite["gateway"]["figures"]>;

const SAMPLE = /^outpost_(?<name>\w+)\{(?<labels>[^}]*)\} (?<value>\S+)$/;
const PHASES = ["offline", "greeting", "live"] as const;

/** Reads what a gateway says of itself at `/metrics`. @returns undefined where it names no phase of its uplink. */
export function readGatewayFigures(metrics: string): Figures | undefined {
  const samples = metrics.split("\n").flatMap((line) => {
    const { name, labels = "", value } = SAMPLE.exec(line)?.groups ?? {};
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
  const sum = (name: string, isMeant: (labels: string) => boolean): number =>
    samples.filter((one) => one.name === name && isMeant(one.labels)).reduce((total, { value }) => total + value, 0);
  const uplink = PHASES.find((phase) => sum("uplink_phase", (labels) => labels === `phase="${phase}"`) === 1);
  if (uplink === undefined) return undefined;
  return {
    uplink,
    alarmCount: sum("alarms", (labels) => !labels.includes('state="normal"')),
    unacknowledgedCount: sum("alarms", (labels) => labels.includes("-unacknowledged")),
    waitingCount: sum("journal_waiting_rows", () => true),
  };
}
