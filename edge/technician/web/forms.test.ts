import { catalog } from "@outpost/firmware-adapters/catalog.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { FamilyView } from "../server/views.ts";
import { freeId, withDevice, withoutDevice, type Draft } from "./src/draft/draft.ts";
import { scanRequestOf, unitsOf } from "./src/wizard/scan-form.ts";
import { startSettings, variantsOf } from "./src/wizard/schema-fields.ts";

function family(adapter: keyof typeof catalog): FamilyView {
  const schema = z.toJSONSchema(catalog[adapter].settings, { io: "input", unrepresentable: "any" });
  return { adapter, schema, profiles: [] };
}

describe("a form made from a family's schema", () => {
  it("has a Modbus device's unit id with its limits", () => {
    const [variant] = variantsOf(family("modbus").schema);
    expect(variant?.choice).toBeUndefined();
    expect(variant?.fields).toContainEqual({ name: "unitId", type: "integer", min: 0, max: 255, isRequired: true });
    expect(startSettings(family("modbus"))).toEqual({ unitId: 1 });
  });

  it("offers the ways a button is heard", () => {
    const variants = variantsOf(family("button").schema);
    expect(variants.map(({ choice }) => choice?.value)).toEqual(["gpio", "zigbee2mqtt", "chirpstack"]);
    expect(startSettings(family("button"))).toEqual({ source: "gpio" });
  });

  it.each(Object.keys(catalog))("shows something of %s, and never a field without a name", (adapter) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the catalogue's own key
    const variants = variantsOf(family(adapter as keyof typeof catalog).schema);
    expect(variants.length).toBeGreaterThan(0);
    for (const { fields } of variants) for (const { name } of fields) expect(name).not.toBe("");
  });

  it.each([undefined, null, 7, "x", [], {}])("bears %j for a schema", (schema) => {
    expect(variantsOf(schema).flatMap(({ fields }) => fields)).toEqual([]);
  });
});

describe("a scan as people ask for it", () => {
  it("takes one thing a line, with the usual ports", () => {
    expect(scanRequestOf("modbus", { tcp: "10.0.0.1\n10.0.0.2:1502", serial: "/dev/ttyS1", units: "1-3,9" })).toEqual({
      kind: "modbus",
      serial: ["/dev/ttyS1"],
      serialServer: [],
      tcp: [
        { host: "10.0.0.1", port: 502 },
        { host: "10.0.0.2", port: 1502 },
      ],
      units: [1, 2, 3, 9],
    });
    expect(unitsOf("0-999")).toHaveLength(256);
    expect(unitsOf("x, 3-1, ,")).toEqual([]);
    expect(scanRequestOf("onvif", {})).toEqual({ kind: "onvif" });
  });
});

describe("a draft of the site", () => {
  const draft: Draft = {
    site: { id: "s", name: { zh: "站", en: "Site" }, timeZone: "Asia/Shanghai" },
    gateway: { id: "g" },
    links: [],
    devices: [],
    rules: [],
    actions: [],
  };
  const device = { id: "pump", adapter: "modbus", name: { zh: "泵", en: "Pump" }, link: "line", settings: {} };

  it("loses with a device its rules, its actions and its own line", () => {
    const rule = {
      id: "high",
      kind: "equals",
      value: 1,
      device: "door",
      point: "open",
      priority: "low",
      message: { zh: "门", en: "Door" },
      onDelayMs: 0,
      offDelayMs: 0,
      isLatched: false,
      actions: ["siren"],
    } as const;
    const siren = { id: "siren", kind: "hold-point", device: "pump", point: "siren" };
    const full = { ...withDevice(draft, device, { id: "line", kind: "tcp" }), rules: [rule], actions: [siren] };
    const left = withoutDevice(full, "pump");
    expect([left.devices, left.links, left.actions]).toEqual([[], [], []]);
    expect(left.rules).toEqual([{ ...rule, actions: [] }]);
  });

  it("gives an id nobody has", () => {
    expect(freeId("Pump station 1!", [])).toBe("pump-station-1");
    expect(freeId("pump", [{ id: "pump" }, { id: "pump-2" }])).toBe("pump-3");
    expect(freeId("泵站", [])).toBe("device");
  });
});
