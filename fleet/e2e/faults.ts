import { runMeasurement } from "./measurement.ts";

await runMeasurement("npm run faults --", {
  sync: {
    script: "fleet/e2e/sync/sync-faults.ts",
    summary: "kills, cuts, half-open and slow lines, a restored image, a wiped gateway: nothing lost, nothing twice",
  },
  devices: {
    script: "fleet/e2e/devices/devices-faults.ts",
    summary:
      "cut lines, silent devices, garbage, hot-plug, kills about an acknowledgement: nothing lost, nothing twice",
  },
  ocpp: {
    script: "fleet/e2e/charging/ocpp-faults.ts",
    summary: "cut lines, kills, stations that reboot, while people charge: every transaction once, no limit exceeded",
  },
  "disk-full": {
    script: "edge/journal/faults/disk-full.ts",
    summary: "the journal on a tiny disk: the ladder holds, alarms are kept, it recovers by itself",
  },
  alarms: {
    script: "fleet/e2e/alarms/alarms-faults.ts",
    summary:
      "kills and reboots in every state of an alarm: nothing lost, nobody forgotten, what is sent again is counted",
  },
  clock: {
    script: "fleet/e2e/clock/clock-faults.ts",
    summary: "start in 1970, jumps of years, a reboot in the middle of a timer: alarms come on time",
  },
});
