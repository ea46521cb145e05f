import type { DemoSite } from "../../api/schemas.ts";
import { STATION } from "./sample-data.ts";

/** A demo's site in miniature: the pump station as its simulator tells of it, and one simulator that is away. */
export class SampleSite {
  #levelM = 1.84;
  #isSirenOn = false;
  isCut = false;

  /** @returns whether there is such a lever. */
  pull(simulator: string, lever: string): boolean {
    if (simulator === "uplink" && (lever === "cut" || lever === "mend")) {
      this.isCut = lever === "cut";
      return true;
    }
    if (simulator !== STATION.deviceId || lever !== "storm") return false;
    this.#levelM = 3.26;
    this.#isSirenOn = true;
    return true;
  }

  get state(): DemoSite {
    const isStormy = this.#isSirenOn;
    return {
      isAvailable: true,
      gateway: {
        id: STATION.gatewayId,
        pageUrl: "http://127.0.0.1:8089",
        figures: {
          uplink: this.isCut ? "offline" : "live",
          alarmCount: isStormy ? 3 : 2,
          unacknowledgedCount: isStormy ? 2 : 1,
          waitingCount: this.isCut ? 41 : 0,
        },
      },
      uplink: { isCut: this.isCut },
      pickUpCode: null,
      simulators: [
        {
          id: STATION.deviceId,
          kind: "pump-station",
          state: {
            levelM: this.#levelM,
            inflowLps: isStormy ? 164 : 31.5,
            stormLeftMs: isStormy ? 60_000 : 0,
            isOverflowing: false,
            isDoorOpen: true,
            siren: { isOn: this.#isSirenOn, writes: 3 },
            pumps: [
              { isRunning: true, isTripped: false },
              { isRunning: isStormy, isTripped: false },
            ],
          },
        },
        { id: "bus-sign", kind: "sign", state: null },
      ],
    };
  }
}
