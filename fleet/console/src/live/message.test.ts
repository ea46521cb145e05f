import { describe, expect, it } from "vitest";

import { liveEvents } from "../../../api/schemas.ts";
import { stormAlarm } from "../../testing/sample-data.ts";
import { LIVE_EVENT_NAMES, parseLiveMessage } from "./message.ts";

describe("live messages", () => {
  it("know every event that the fleet sends", () => {
    expect([...LIVE_EVENT_NAMES].toSorted((a, b) => a.localeCompare(b))).toEqual(
      Object.keys(liveEvents).toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it("are read from their data", () => {
    const value = stormAlarm(1_795_000_000_000);
    expect(parseLiveMessage("alarm", JSON.stringify(value))).toEqual({ name: "alarm", value });
  });

  it.each([["{"], ["null"], ["[]"], [JSON.stringify({ reason: "bored" })], [undefined], [new ArrayBuffer(4)]])(
    "that are not understood are not guessed at: %s",
    (data) => {
      expect(parseLiveMessage("resync", data)).toBeUndefined();
    },
  );
});
