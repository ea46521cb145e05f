import { describe, expect, it } from "vitest";

import { button } from "./adapter.ts";
import { buttonFamily, buttonSettings } from "./settings.ts";

const gpio = { source: "gpio", chip: "pinctrl-bcm2711", line: 17 };
const zigbee = { source: "zigbee2mqtt", friendlyName: "3-402/bedside" };
const lora = {
  source: "chirpstack",
  applicationId: "7",
  devEui: "A84041FFFF1B2C3D",
  mapping: { pressed: { byte: 0, mask: 1 } },
};

describe("settings", () => {
  it("are filled where they are left out", () => {
    expect(buttonSettings.parse(gpio)).toMatchObject({
      purpose: "emergency",
      momentaryMs: 5_000,
      testForMs: 600_000,
      stuckAfterMs: 30_000,
      contact: "normally-open",
      closedLevel: "low",
      driver: "auto",
    });
    expect(buttonSettings.parse(zigbee)).toMatchObject({
      baseTopic: "zigbee2mqtt",
      pressActions: ["emergency"],
      sos: "level",
      supervisionMs: 90_000_000,
    });
    expect(buttonSettings.parse(lora)).toMatchObject({ devEui: "a84041ffff1b2c3d", pressAs: "event" });
  });

  it.each([
    ["source", { source: "bluetooth" }],
    ["line", { ...gpio, line: 1_024 }],
    ["line", { ...gpio, line: "GPIO\n17" }],
    ["chip", { ...gpio, chip: "" }],
    ["gpiomonPath", { ...gpio, gpiomonPath: "gpiomon" }],
    ["gpiomonPath", { ...gpio, gpiomonPath: "/tmp/a b" }],
    ["cutLine", { ...gpio, cutLine: { line: 5, isActive: true } }],
    ["momentaryMs", { ...zigbee, momentaryMs: 600_001 }],
    ["friendlyName", { ...zigbee, friendlyName: "#" }],
    ["baseTopic", { ...zigbee, baseTopic: "zigbee/+" }],
    ["pressActions", { ...zigbee, pressActions: [] }],
    ["pressActions", { ...zigbee, pressActions: Array.from({ length: 17 }, () => "a") }],
    ["devEui", { ...lora, devEui: "a84041ffff1b2c3" }],
    ["applicationId", { ...lora, applicationId: "7/8" }],
    ["mapping", { ...lora, mapping: {} }],
    ["mapping.pressed", { ...lora, mapping: { pressed: { field: "a", byte: 0 } } }],
    ["mapping.pressed", { ...lora, mapping: { pressed: { byte: 242 } } }],
    ["indicator.raised", { ...lora, indicator: { fPort: 10, raised: "0" } }],
    ["indicator.fPort", { ...lora, indicator: { fPort: 224 } }],
    ["unheardOf", { ...gpio, unheardOf: 1 }],
  ])("that do not fit are refused with their place: %s", (path, settings) => {
    expect(() => button.configure("device", settings)).toThrow(path);
    expect(() => button.configure("device", settings)).toThrow(
      expect.objectContaining({ code: "button/bad-settings" }),
    );
  });

  it("say what link a button is on", () => {
    expect(buttonFamily.links(buttonSettings.parse(gpio))).toEqual([]);
    expect(buttonFamily.links(buttonSettings.parse(zigbee))).toEqual(["mqtt"]);
    expect(buttonFamily.links(buttonSettings.parse(lora))).toEqual(["mqtt"]);
  });
});

describe("points", () => {
  it.each([
    [gpio, "pressed test testPressed indicator stuck"],
    [
      { ...gpio, cutLine: { line: 1 }, tamperLine: { line: 2 } },
      "pressed test testPressed indicator stuck cutWire tamper",
    ],
    [zigbee, "pressed test testPressed indicator stuck tamper battery batteryLow linkQuality"],
    [{ ...zigbee, sos: "ignored" }, "pressed test testPressed indicator tamper battery batteryLow linkQuality"],
    [lora, "pressed test testPressed indicator battery batteryLow linkQuality"],
  ])("are those that the button can have", (settings, ids) => {
    const { points } = button.configure("device", settings);
    expect(points.map(({ id }) => id).join(" ")).toBe(ids);
    expect(points.filter(({ writable }) => writable !== undefined).map(({ id }) => id)).toEqual(["test", "indicator"]);
    expect(points.every(({ name }) => /\p{Script=Han}/u.test(name.zh) && /^[A-Z]/.test(name.en))).toBe(true);
  });

  it("stand under what the thing is for", () => {
    expect(button.configure("device", gpio).profile).toBe("emergency button (gpio)");
    expect(button.configure("device", { ...zigbee, purpose: "call-post" }).profile).toBe("call post (zigbee2mqtt)");
  });
});
