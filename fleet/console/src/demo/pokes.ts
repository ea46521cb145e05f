/** Something a visitor can do to a simulated device. */
export interface Poke {
  /** Its sentence is `poke.<kind>.<id>`. */
  readonly id: string;
  /** Levers and their bodies, pulled one after the other. */
  readonly pulls: readonly (readonly [lever: string, body?: object])[];
  /** `trouble` happens to the device, `calm` puts it right again. */
  readonly mood: "trouble" | "calm";
}

/** Where the visitor's car stands: what it is done to is told to everybody by its picture. */
const PLACE = { station: "CP-2", connector: 2 };
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
  chargers: [
    { id: "plug", mood: "calm", pulls: [["plug", { ...PLACE, wantsA: 32, phases: 1 }]] },
    { id: "swipe", mood: "calm", pulls: [["swipe", { ...PLACE, idTag: "04C0FFEE99" }]] },
    { id: "blocked", mood: "trouble", pulls: [["swipe", { ...PLACE, idTag: "04DEADBEEF" }]] },
    { id: "unplug", mood: "calm", pulls: [["unplug", PLACE]] },
    { id: "cable", mood: "trouble", pulls: [["cut", { station: "CP-1", forS: 3_600 }]] },
    { id: "mend", mood: "calm", pulls: [["cut", { station: "CP-1", forS: 0 }]] },
  ],
  "fire-panel": [
    { id: "fire", mood: "trouble", pulls: [["fire", { isOn: true }]] },
    { id: "over", mood: "calm", pulls: [["fire", { isOn: false }]] },
  ],
  sign: [
    { id: "dark", mood: "trouble", pulls: [["dark"]] },
    { id: "unplug", mood: "trouble", pulls: [["unplug"]] },
    { id: "behave", mood: "calm", pulls: [["behave"]] },
  ],
};
