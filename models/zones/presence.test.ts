import { describe, expect, it } from "vitest";

import {
  dwells,
  EMPTY_PRESENCE,
  type PresenceEvent,
  type PresenceSettings,
  type Sighting,
  stepPresence,
} from "./presence.ts";

const settings: PresenceSettings = { enterAfterS: 1, enterShare: 0.6, leaveAfterS: 3 };

/** One letter a frame: i(nside), o(utside), u(nseen), and a blank for a track that has ended. */
function watch(
  letters: string,
  fps: number,
  by: PresenceSettings = settings,
): {
  readonly events: readonly PresenceEvent[];
  readonly dwellS: number | undefined;
} {
  const words: Readonly<Record<string, Sighting["where"]>> = { i: "inside", o: "outside", u: "unseen" };
  let state = EMPTY_PRESENCE;
  const events = letters.split("").flatMap((letter, index) => {
    const where = words[letter];
    const sightings = where === undefined ? [] : [{ trackId: 1, where }];
    const step = stepPresence(state, { atS: index / fps, sightings }, by);
    state = step.state;
    return step.events;
  });
  return { events, dwellS: dwells(state, (letters.length - 1) / fps)[0]?.dwellS };
}
const kinds = (letters: string, fps = 10): readonly string[] => watch(letters, fps).events.map(({ kind }) => kind);

describe("presence", () => {
  it.each([1, 5, 10, 15, 25])("counts after enterAfterS at %i frames a second", (fps) => {
    const { events } = watch("i".repeat(fps * 3), fps);
    expect(events.map(({ kind }) => kind)).toEqual(["entered"]);
    expect(Math.abs((events[0]?.atS ?? 0) - 1)).toBeLessThan(1e-9);
  });

  it("does not count a brief visit", () => {
    expect(kinds(`${"i".repeat(8)}${"o".repeat(60)}`)).toEqual([]);
  });

  it("counts in spite of a few sights outside, but not with too many of them", () => {
    expect(kinds("iioiiioiiiiii")).toEqual(["entered"]);
    expect(kinds("iooioioooioooio".repeat(4))).toEqual([]);
  });

  it("counts who comes to stay after a time on the edge", () => {
    expect(kinds(`${"ioo".repeat(20)}${"i".repeat(25)}`)).toEqual(["entered"]);
  });

  it("measures the dwell from the first sight inside to the last", () => {
    const { events } = watch(`${"i".repeat(51)}${"o".repeat(40)}`, 10);
    expect(events.at(-1)).toEqual({ kind: "left", trackId: 1, atS: 5, dwellS: 5 });
  });

  it("keeps who is lost for a while, and lets go who stays lost", () => {
    expect(kinds(`${"i".repeat(20)}${"u".repeat(25)}${"i".repeat(20)}`)).toEqual(["entered"]);
    expect(watch(`${"i".repeat(20)}${"u".repeat(25)}${"i".repeat(20)}`, 10).dwellS).toBeCloseTo(6.4, 9);
    expect(kinds(`${"i".repeat(20)}${"u".repeat(35)}`)).toEqual(["entered", "left"]);
    expect(kinds(`${"i".repeat(20)}${" ".repeat(35)}`)).toEqual(["entered", "left"]);
  });

  it("takes another visit for another one", () => {
    expect(kinds(`${"i".repeat(20)}${"o".repeat(35)}${"i".repeat(20)}`)).toEqual(["entered", "left", "entered"]);
  });

  it("counts at once where it is told to", () => {
    expect(watch("i", 10, { ...settings, enterAfterS: 0 }).events.map(({ kind }) => kind)).toEqual(["entered"]);
  });

  it("remembers nobody who is gone", () => {
    let state = EMPTY_PRESENCE;
    for (let id = 0; id < 1_000; id += 1) {
      state = stepPresence(state, { atS: id, sightings: [{ trackId: id, where: "inside" }] }, settings).state;
    }
    expect(state.size).toBeLessThan(10);
  });
});
