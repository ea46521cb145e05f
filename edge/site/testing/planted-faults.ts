import assert from "node:assert";

import { SAMPLE_SITE } from "./sample-site.ts";

/** A mistake in the sample site, and where and how it must be reported. */
export interface PlantedFault {
  readonly name: string;
  readonly text: string;
  /** `line:column: path: message` as it follows the file's name. */
  readonly expected: string;
}

/** Replaces `from`, which must be in the sample, by `to`. */
function planted(name: string, from: string, to: string, expected: string): PlantedFault {
  assert(SAMPLE_SITE.includes(from), `the sample has no ${from}`);
  return { name, text: SAMPLE_SITE.replace(from, to), expected };
}

const POINTS =
  "level, inflow, outflow, supplyVoltage, pumpedVolume, mainsFail, highLevelFloat, remoteMode, overflow, doorOpen";

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  planted("text for a number", "limit: 3.2", "limit: high", '30:12: rules.0.limit: expected a number, found "high"'),
  planted("a key that is missing", "    limit: 3.2\n", "", "25:5: rules.0.limit: expected a number, found nothing"),
  planted(
    "a key nobody knows",
    "deadband: 0.1",
    "deadBand: 0.1",
    '31:5: rules.0.deadBand: expected no key of this name here, found "deadBand"',
  ),
  planted(
    "a kind nobody knows",
    "kind: threshold",
    "kind: treshold",
    '26:11: rules.0.kind: expected "threshold" or "equals" or "rate-of-change" or "stale", found "treshold"',
  ),
  planted(
    "a word of another list",
    "priority: critical",
    "priority: urgent",
    '32:15: rules.0.priority: expected "critical" or "high" or "medium" or "low", found "urgent"',
  ),
  planted(
    "a number out of range",
    "port: 1502",
    "port: 70000",
    "13:11: links.0.port: expected a number of at most 65535, found 70000",
  ),
  planted("half a port", "port: 1502", "port: 1502.5", "13:11: links.0.port: expected a whole number, found 1502.5"),
  planted(
    "a name that is none",
    "id: pump-01",
    "id: Pump 01",
    "3:7: site.id: expected lower-case letters, digits, '.', '_' or '-', at most 63, found \"Pump 01\"",
  ),
  planted(
    "a device id twice",
    "\nrules:",
    "  - id: station\n    adapter: modbus\n    name: { zh: 二, en: Two }\n    link: panel\n    settings: { unitId: 2, profile: two-pump-station }\n\nrules:",
    '23:9: devices.1.id: "station" is taken by devices.0',
  ),
  planted(
    "two devices with one unit id",
    "\nrules:",
    "  - id: twin\n    adapter: modbus\n    name: { zh: 二, en: Two }\n    link: panel\n    settings: { unitId: 1, profile: two-pump-station }\n\nrules:",
    '27:25: devices.1.settings.unitId: expected another than unit id 1, which "station" has on the link "panel"',
  ),
  planted(
    "a link that is not there",
    "link: panel",
    "link: pannel",
    '19:11: devices.0.link: no link has the id "pannel"',
  ),
  planted(
    "a device that is not there",
    "device: station\n    point: level",
    "device: stattion\n    point: level",
    '27:13: rules.0.device: no device has the id "stattion"',
  ),
  planted(
    "an action that is not there",
    "actions: [siren]",
    "actions: [sirene]",
    '34:15: rules.0.actions.0: no action has the id "sirene"',
  ),
  planted(
    "a profile nobody ships",
    "profile: two-pump-station",
    "profile: three-pump-station",
    "21:7: devices.0.settings: ",
  ),
  planted(
    "a point the device does not have",
    "point: level",
    "point: levle",
    `28:12: rules.0.point: expected a point of device "station" (${POINTS}, gatewayLost, pump1.running and `,
  ),
  planted(
    "an action on a point that is read only",
    "point: siren",
    "point: level",
    '40:12: actions.0.point: expected a writable point, found "level", which is read only',
  ),
  planted(
    "an action on a point that takes select and operate",
    "point: siren\n    active: 1",
    "point: pump1.start\n    active: 1",
    '40:12: actions.0.point: expected a point that may be written at once, found "pump1.start", which takes select and operate',
  ),
  planted(
    "a level out of the point's limits",
    "active: 1",
    "active: 2",
    "41:13: actions.0.active: expected 0 to 1, found 2",
  ),
  planted(
    "two levels that are one",
    "active: 1",
    "active: 0",
    '42:11: actions.0.idle: expected another value than "active", found 0',
  ),
  planted(
    "a unit id out of range",
    "unitId: 1",
    "unitId: 300",
    "21:15: devices.0.settings.unitId: expected a number of at most 255, found 300",
  ),
  planted(
    "a profile written out with an address out of range",
    "profile: two-pump-station",
    `profile:
        id: own
        name: { zh: 自, en: Own }
        isVerified: false
        source: a plate on the wall
        pollGroups: { fast: { everyMs: 500 } }
        points:
          - id: level
            name: { zh: 水位, en: Level }
            table: input-register
            address: 65536
            type: { kind: uint16 }
            pollGroup: fast`,
    "32:22: devices.0.settings.profile.points.0.address: expected a number of at most 65535, found 65536",
  ),
  planted(
    "a time zone that is none",
    "gateway:\n",
    "  timeZone: Mars/Base\ngateway:\n",
    '5:13: site.timeZone: expected an IANA time zone such as Asia/Shanghai, found "Mars/Base"',
  ),
  planted(
    "an uplink of another kind",
    "\nlinks:",
    "uplink: { url: http://fleet.example }\n\nlinks:",
    '8:16: uplink.url: expected an address such as mqtt://broker.example:1883, found "http://fleet.example"',
  ),
  planted(
    "a key twice",
    "    limit: 3.2",
    "    limit: 3.2\n    limit: 3.3",
    "31:5: expected YAML, found: Map keys must be unique",
  ),
  planted("an open bracket", "actions: [siren]", "actions: [siren", "36:1: expected YAML, found: Flow sequence"),
  planted(
    "a list where a block belongs",
    "gateway:\n  id: gateway-01",
    "gateway: []",
    "5:10: gateway: expected a block of keys, found a list of 0",
  ),
  planted("another version", "version: 1", "version: 2", "1:10: version: expected 1, found 2"),
  { name: "an empty file", text: "", expected: ": expected a block of keys, found nothing" },
];
