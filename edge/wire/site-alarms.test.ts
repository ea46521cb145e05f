import { describe, expect, it } from "vitest";

import { isHolding, isSending } from "./site-alarms.ts";
import { siteDocument } from "./site.ts";

const text = { zh: "泵站", en: "Station" };
const SITE = {
  version: 1,
  site: { id: "pump-01", name: text },
  gateway: { id: "gateway-01" },
  links: [
    { id: "panel", kind: "tcp", host: "127.0.0.1", port: 1502 },
    { id: "modem", kind: "serial", path: "/dev/ttyUSB2", baudRate: 115_200 },
    { id: "bus", kind: "serial", path: "/dev/ttyUSB3", baudRate: 9_600 },
    { id: "broker", kind: "mqtt", url: "mqtt://127.0.0.1", clientId: "outpost" },
  ],
  devices: [
    {
      id: "station",
      adapter: "modbus",
      name: text,
      link: "panel",
      settings: { unitId: 1, profile: "two-pump-station" },
    },
    { id: "node", adapter: "modbus", name: text, link: "bus", settings: { unitId: 1, profile: "two-pump-station" } },
  ],
  rules: [
    {
      id: "high-level",
      kind: "equals",
      device: "station",
      point: "highLevelFloat",
      value: 1,
      priority: "critical",
      message: text,
      actions: ["siren", "call"],
      escalation: "duty",
      acknowledgeBy: { device: "station", point: "remoteMode", value: 1 },
    },
  ],
  actions: [
    {
      id: "siren",
      kind: "siren-pattern",
      device: "station",
      point: "siren",
      active: 1,
      idle: 0,
      onMs: 500,
      offMs: 500,
    },
    { id: "call", kind: "sms", link: "modem", to: ["li"] },
    { id: "tell", kind: "mqtt", link: "broker", topic: "site/alarm" },
    { id: "note", kind: "log" },
  ],
  contacts: [{ id: "li", name: text, phone: "+8613800138000" }],
  escalations: [{ id: "duty", steps: [{ who: ["li"], actions: ["call"], answerWithinMs: 60_000 }] }],
  selfTest: { at: "10:30", rules: ["high-level"] },
};

/** Places and words of what is wrong, in the order of the document. */
function faultsOf(change: (site: typeof SITE) => object): string[] {
  const checked = siteDocument.safeParse(change(structuredClone(SITE)));
  return checked.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

describe("the parts of a site file about alarms", () => {
  it("fit together, with their defaults", () => {
    const document = siteDocument.parse(SITE);
    expect(document.escalations[0]).toMatchObject({ repeats: 1, endsWhenCleared: false });
    expect(document.selfTest).toEqual({ at: "10:30", everyDays: 7, pulseMs: 1_000, rules: ["high-level"] });
    expect(document.actions.map((action) => [isHolding(action), isSending(action)])).toEqual([
      [true, false],
      [false, true],
      [false, true],
      [false, false],
    ]);
  });

  it("may be left out: a site file of before is as good as it was", () => {
    const { contacts: _, escalations: __, selfTest: ___, ...older } = SITE;
    const [rule] = SITE.rules;
    const { escalation: ____, acknowledgeBy: _____, ...plain } = rule ?? {};
    const document = siteDocument.parse({ ...older, rules: [{ ...plain, actions: [] }], actions: [] });
    expect(document).toMatchObject({ contacts: [], escalations: [] });
  });

  const cases: [string, (site: typeof SITE) => object, string][] = [
    [
      "a chain nobody knows",
      (site) => ({ ...site, escalations: [] }),
      'rules.0.escalation: no escalation has the id "duty"',
    ],
    ["a person nobody knows", (site) => ({ ...site, contacts: [] }), 'actions.1.to.0: no contact has the id "li"'],
    [
      "a message over a line that is none of a modem",
      (site) => ({ ...site, actions: site.actions.map((one) => ("link" in one ? { ...one, link: "panel" } : one)) }),
      'actions.1.link: expected a link of kind serial, serial-server, found "panel", which is tcp',
    ],
    [
      "a modem on a line that a device has",
      (site) => ({ ...site, actions: site.actions.map((one) => (one.id === "call" ? { ...one, link: "bus" } : one)) }),
      'actions.1.link: expected a line of the modem\'s own, found "bus", on which "node" is',
    ],
    [
      "a button of no device",
      (site) => ({
        ...site,
        rules: site.rules.map((one) => ({ ...one, acknowledgeBy: { device: "x", point: "y", value: 1 } })),
      }),
      'rules.0.acknowledgeBy.device: no device has the id "x"',
    ],
    [
      "a self-test of no rule",
      (site) => ({ ...site, selfTest: { at: "10:30", rules: ["none"] } }),
      'selfTest.rules.0: no rule has the id "none"',
    ],
    [
      "a number without its country",
      (site) => ({ ...site, contacts: [{ id: "li", name: text, phone: "13800138000" }] }),
      "contacts.0.phone: +, country code and number, as +8613800138000",
    ],
  ];
  it.each(cases)("%s is refused, with its place", (_, change, expected) => {
    expect(faultsOf(change)).toContain(expected);
  });
});
