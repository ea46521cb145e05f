import { describe, expect, it } from "vitest";

import { weakens } from "./site-weakens.ts";
import { siteDocument, type SiteDocument } from "./site.ts";

const text = (word: string) => ({ zh: word, en: word });
const BASE = {
  version: 1,
  site: { id: "s", name: text("Site") },
  gateway: { id: "g" },
  uplink: { url: "mqtt://desk:1883" },
  links: [
    { id: "panel", kind: "tcp", host: "10.0.0.1", port: 502 },
    { id: "roof", kind: "tcp", host: "10.0.0.2", port: 502 },
  ],
  devices: [
    {
      id: "station",
      adapter: "modbus",
      name: text("Station"),
      link: "panel",
      settings: { unitId: 1, profile: "two-pump-station" },
    },
    {
      id: "horn",
      adapter: "modbus",
      name: text("Horn"),
      link: "roof",
      settings: { unitId: 1, profile: "two-pump-station" },
    },
  ],
  rules: [
    {
      id: "high",
      kind: "threshold",
      device: "station",
      point: "level",
      is: "above",
      limit: 3.2,
      deadband: 0.1,
      onDelayMs: 500,
      priority: "critical",
      isLatched: true,
      message: text("High"),
      actions: ["siren", "note"],
    },
    {
      id: "low",
      kind: "threshold",
      device: "station",
      point: "level",
      is: "below",
      limit: 0.5,
      priority: "critical",
      message: text("Low"),
    },
    {
      id: "rise",
      kind: "rate-of-change",
      device: "station",
      point: "level",
      is: "rising",
      limitPerMinute: 1,
      windowMs: 10_000,
      priority: "critical",
      message: text("Rise"),
    },
    {
      id: "silent",
      kind: "stale",
      device: "station",
      point: "level",
      afterMs: 15_000,
      priority: "critical",
      message: text("Silent"),
    },
    {
      id: "float",
      kind: "equals",
      device: "station",
      point: "highLevelFloat",
      value: 1,
      priority: "critical",
      message: text("Float"),
    },
    {
      id: "door",
      kind: "equals",
      device: "station",
      point: "doorOpen",
      value: 1,
      priority: "low",
      message: text("Door"),
    },
  ],
  actions: [
    { id: "siren", kind: "hold-point", device: "horn", point: "siren", active: 1, idle: 0 },
    { id: "note", kind: "log" },
    { id: "lamp", kind: "log" },
  ],
} as const;

type Loose = Record<string, unknown>;
/** The base with one thing of one section changed; `undefined` takes a key away. */
function changed(
  section: "rules" | "devices" | "links" | "actions",
  id: string,
  fields: Loose | undefined,
): SiteDocument {
  const items: readonly Loose[] = BASE[section];
  const next = items.flatMap((item) =>
    item["id"] !== id ? [item] : fields === undefined ? [] : [{ ...item, ...fields }],
  );
  return siteDocument.parse(JSON.parse(JSON.stringify({ ...BASE, [section]: next })));
}

/** A document with what the schema of today does not know. */
function later(document: object): SiteDocument {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the judge reads fields that a later version brings
  return document as SiteDocument;
}
const current = siteDocument.parse(BASE);
const rule = (id: string, fields: Loose | undefined) => changed("rules", id, fields);

describe("what weakens a critical alarm chain", () => {
  const weakening: readonly [string, SiteDocument, string, string][] = [
    ["a critical rule is removed", rule("high", undefined), "rule-removed", "rules.high"],
    ["its priority is lowered", rule("high", { priority: "high" }), "priority-lowered", "rules.high.priority"],
    ["an upper limit is raised", rule("high", { limit: 3.3 }), "limit-moved", "rules.high.limit"],
    ["a lower limit is lowered", rule("low", { limit: 0.4 }), "limit-moved", "rules.low.limit"],
    ["a rate is allowed to be faster", rule("rise", { limitPerMinute: 2 }), "limit-moved", "rules.rise.limitPerMinute"],
    ["a rate is looked at for longer", rule("rise", { windowMs: 20_000 }), "delay-longer", "rules.rise.windowMs"],
    ["silence may last longer", rule("silent", { afterMs: 60_000 }), "delay-longer", "rules.silent.afterMs"],
    ["the delay is longer", rule("high", { onDelayMs: 501 }), "delay-longer", "rules.high.onDelayMs"],
    ["another value raises it", rule("float", { value: 0 }), "condition-changed", "rules.float.value"],
    ["another point is watched", rule("high", { point: "inflow" }), "condition-changed", "rules.high.point"],
    ["the other side of the limit is watched", rule("high", { is: "below" }), "condition-changed", "rules.high.is"],
    ["it no longer latches", rule("high", { isLatched: false }), "latch-removed", "rules.high.isLatched"],
    ["an action is taken from it", rule("high", { actions: ["note"] }), "action-removed", "rules.high.actions"],
    [
      "another action takes one's place",
      rule("high", { actions: ["lamp", "note"] }),
      "action-removed",
      "rules.high.actions",
    ],
    [
      "it is suppressed while something",
      rule("high", { suppressWhile: { device: "station", point: "remoteMode", value: 0 } }),
      "suppression-changed",
      "rules.high.suppressWhile",
    ],
    [
      "it is put out of service, which has no end",
      rule("high", { outOfService: { by: "x", reason: "y" } }),
      "out-of-service",
      "rules.high.outOfService",
    ],
    [
      "its action writes another value",
      changed("actions", "siren", { active: 0, idle: 1 }),
      "action-changed",
      "actions.siren",
    ],
    [
      "its device is asked at another address",
      changed("devices", "station", { settings: { unitId: 2, profile: "two-pump-station" } }),
      "device-changed",
      "devices.station.settings.unitId",
    ],
    [
      "the device of its action is another",
      changed("devices", "horn", { settings: { unitId: 9, profile: "two-pump-station" } }),
      "device-changed",
      "devices.horn.settings.unitId",
    ],
    ["the line to its device is another", changed("links", "panel", { port: 503 }), "link-changed", "links.panel"],
    ["the line to its siren is another", changed("links", "roof", { host: "10.0.0.9" }), "link-changed", "links.roof"],
  ];
  it.each(weakening)("%s", (_, desired, kind, path) => {
    expect(weakens(current, desired)).toContainEqual(expect.objectContaining({ kind, path }));
  });

  it("names the device that a critical rule listened to when it goes", () => {
    const without = { ...current, devices: current.devices.filter(({ id }) => id !== "station") };
    expect(weakens(current, without).map(({ kind }) => kind)).toContain("device-removed");
  });

  it("also that the desk is no longer told, or another is", () => {
    const { uplink: _, ...alone } = current;
    for (const desired of [alone, { ...current, uplink: { url: "mqtt://other:1883" } }]) {
      expect(weakens(current, desired)).toEqual([
        expect.objectContaining({ kind: "uplink-changed", before: "mqtt://desk:1883" }),
      ]);
    }
  });

  it("takes a field of a critical rule that it does not know for a weakening", () => {
    const [high, ...others] = current.rules;
    const desired = later({ ...current, rules: [{ ...high, silentAtNight: true }, ...others] });
    expect(weakens(current, desired)).toEqual([
      expect.objectContaining({ kind: "rule-changed", path: "rules.high.silentAtNight" }),
    ]);
  });

  describe("the people who must answer", () => {
    const chain = { id: "duty", steps: [{ who: ["li"], actions: ["text"], answerWithinMs: 60_000 }] };
    const PEOPLE = {
      ...BASE,
      links: [...BASE.links, { id: "modem", kind: "serial", path: "/dev/ttyUSB0", baudRate: 9600 }],
      rules: BASE.rules.map((one) => (one.id === "high" ? { ...one, escalation: "duty" } : one)),
      actions: [...BASE.actions, { id: "text", kind: "sms", link: "modem", to: ["li"] }],
      contacts: [{ id: "li", name: text("Li"), phone: "+8613800138000" }],
      escalations: [chain],
      selfTest: { at: "10:30", everyDays: 7 },
    };
    const people = siteDocument.parse(PEOPLE);
    const kinds = (changes: object) =>
      weakens(people, siteDocument.parse({ ...PEOPLE, ...changes })).map(({ kind }) => kind);

    it.each([
      ["nobody is asked any more", { rules: BASE.rules }, ["escalation-removed"]],
      [
        "others are asked",
        { escalations: [{ ...chain, steps: [{ ...chain.steps[0], answerWithinMs: 90_000 }] }] },
        ["escalation-changed"],
      ],
      [
        "they have another number",
        { contacts: [{ ...PEOPLE.contacts[0], phone: "+8613800138001" }] },
        ["contact-changed"],
      ],
      [
        "they are told in another way",
        { actions: PEOPLE.actions.map((one) => (one.id === "text" ? { ...one, language: "en" } : one)) },
        ["action-changed"],
      ],
      [
        "the modem is elsewhere",
        { links: PEOPLE.links.map((one) => (one.id === "modem" ? { ...one, path: "/dev/ttyUSB1" } : one)) },
        ["link-changed"],
      ],
      ["nothing tests the chain any more", { selfTest: undefined }, ["self-test-changed"]],
      ["it is tested less often", { selfTest: { at: "10:30", everyDays: 14 } }, ["self-test-changed"]],
      ["it is tested at another time, and more often", { selfTest: { at: "11:00", everyDays: 1 } }, []],
      ["they have another name", { contacts: [{ ...PEOPLE.contacts[0], name: text("Li Wei") }] }, []],
    ])("%s", (_, changes, expected) => {
      expect(kinds(changes)).toEqual(expected);
    });

    it("are not shown with their numbers", () => {
      const desired = siteDocument.parse({ ...PEOPLE, contacts: [{ ...PEOPLE.contacts[0], phone: "+8613800138001" }] });
      expect(JSON.stringify(weakens(people, desired))).not.toContain("+86");
    });

    it("an escalation that comes is no weakening", () => {
      expect(weakens(current, people)).toEqual([]);
    });
  });
});

describe("what does not", () => {
  it.each([
    ["nothing changes", current],
    ["a lower limit for too much", rule("high", { limit: 3.1 })],
    ["a higher limit for too little", rule("low", { limit: 0.6 })],
    ["a shorter delay", rule("high", { onDelayMs: 0 })],
    ["another sentence, deadband or end", rule("high", { message: text("Very high"), deadband: 0.2, offDelayMs: 5 })],
    ["one action more", rule("high", { actions: ["siren", "note", "lamp"] })],
    ["a rule that is not critical goes", rule("door", undefined)],
    ["a rule that is not critical becomes critical", rule("door", { priority: "critical" })],
    ["the device has another name", changed("devices", "station", { name: text("Panel") })],
  ])("%s", (_, desired) => {
    expect(weakens(current, desired)).toEqual([]);
  });

  it("a chain that is out of service already", () => {
    const off = rule("high", { outOfService: { by: "x", reason: "y" } });
    const gone = rule("high", undefined);
    expect(weakens(off, gone)).toEqual([]);
  });
});
