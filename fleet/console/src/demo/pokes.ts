/** Something a visitor can do to a simulated device. */
export interface Poke {
  /** Its sentence is `poke.<kind>.<id>`. */
  readonly id: string;
  readonly lever: string;
  readonly body?: object;
  /** `trouble` happens to the device, `calm` puts it right again. */
  readonly mood: "trouble" | "calm";
}

/** By kind of simulator: what can be done to it, the most telling first. */
export const POKES: Readonly<Record<string, readonly Poke[]>> = {
  "pump-station": [
    { id: "storm", lever: "storm", mood: "trouble" },
    { id: "trip", lever: "fault", body: { kind: "pump-trip", pump: 1 }, mood: "trouble" },
    { id: "door", lever: "fault", body: { kind: "door-open" }, mood: "trouble" },
    { id: "calm", lever: "calm", mood: "calm" },
    { id: "shut", lever: "fault", body: { kind: "door-open", isActive: false }, mood: "calm" },
  ],
  locker: [
    { id: "pry", lever: "pry", body: { door: 3 }, mood: "trouble" },
    { id: "jam", lever: "jam", body: { door: 7 }, mood: "trouble" },
    { id: "close", lever: "close", body: { door: 3 }, mood: "calm" },
    { id: "free", lever: "jam", body: { door: 7, isActive: false }, mood: "calm" },
  ],
  sign: [
    { id: "dark", lever: "dark", mood: "trouble" },
    { id: "unplug", lever: "unplug", mood: "trouble" },
    { id: "behave", lever: "behave", mood: "calm" },
  ],
};
