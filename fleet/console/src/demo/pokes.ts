/** Something a visitor can do to a simulated device. */
export interface Poke {
  /** Its sentence is `poke.<kind>.<id>`. */
  readonly id: string;
  /** Levers and their bodies, pulled one after the other. */
  readonly pulls: readonly (readonly [lever: string, body?: object])[];
  /** `trouble` happens to the device, `calm` puts it right again. */
  readonly mood: "trouble" | "calm";
}

const BUTTON = { button: "zigbee-1" };

/** By kind of simulator: what can be done to it, the most telling first. */
export const POKES: Readonly<Record<string, readonly Poke[]>> = {
  "pump-station": [
    { id: "storm", mood: "trouble", pulls: [["storm"]] },
    { id: "trip", mood: "trouble", pulls: [["fault", { kind: "pump-trip", pump: 1 }]] },
    { id: "calm", mood: "calm", pulls: [["calm"]] },
  ],
  locker: [
    { id: "pry", mood: "trouble", pulls: [["pry", { door: 3 }]] },
    { id: "jam", mood: "trouble", pulls: [["jam", { door: 7 }]] },
    {
      id: "shut",
      mood: "calm",
      pulls: [
        ["close", { door: 3 }],
        ["jam", { door: 7, isActive: false }],
      ],
    },
  ],
  button: [
    { id: "press", mood: "trouble", pulls: [["press", BUTTON]] },
    { id: "battery", mood: "trouble", pulls: [["battery", { ...BUTTON, percent: 8 }]] },
    { id: "tamper", mood: "trouble", pulls: [["tamper", BUTTON]] },
    { id: "silence", mood: "trouble", pulls: [["silence", BUTTON]] },
    {
      id: "behave",
      mood: "calm",
      pulls: [
        ["silence", { ...BUTTON, isSilent: false }],
        ["battery", { ...BUTTON, percent: 100 }],
        ["tamper", { ...BUTTON, isTampered: false }],
      ],
    },
  ],
  pendant: [
    { id: "press", mood: "trouble", pulls: [["press"]] },
    { id: "battery", mood: "trouble", pulls: [["low-battery"]] },
    { id: "silence", mood: "trouble", pulls: [["silence"]] },
    {
      id: "behave",
      mood: "calm",
      pulls: [
        ["silence", { isSilent: false }],
        ["low-battery", { isOn: false }],
      ],
    },
  ],
  sign: [
    { id: "dark", mood: "trouble", pulls: [["dark"]] },
    { id: "unplug", mood: "trouble", pulls: [["unplug"]] },
    { id: "behave", mood: "calm", pulls: [["behave"]] },
  ],
};
