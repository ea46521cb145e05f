import { expect, it } from "vitest";

import { readGatewayFigures } from "./gateway-figures.ts";

const METRICS = `# HELP outpost_alarms Alarms that stand or are shelved.
# TYPE outpost_alarms gauge
outpost_alarms{priority="critical",state="active-unacknowledged"} 2
outpost_alarms{priority="high",state="active-acknowledged"} 1
outpost_alarms{priority="low",state="cleared-unacknowledged"} 1
outpost_alarms{priority="low",state="normal"} 4
outpost_journal_waiting_rows{stream="alarm"} 3
outpost_journal_waiting_rows{stream="measurement"} 120
outpost_uplink_phase{phase="offline"} 1
outpost_uplink_phase{phase="greeting"} 0
outpost_uplink_phase{phase="live"} 0
outpost_memory_rss_bytes 90000000
`;

it("counts alarms that stand, those nobody acknowledged, and records that wait", () => {
  expect(readGatewayFigures(METRICS)).toEqual({
    uplink: "offline",
    alarmCount: 4,
    unacknowledgedCount: 3,
    waitingCount: 123,
  });
});

it("knows nothing of a page that is not a gateway's", () => {
  expect(readGatewayFigures("<html>outpost_uplink_phase</html>")).toBeUndefined();
});
