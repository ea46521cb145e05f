import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { Button } from "../life/button.ts";
import { buttonSettings, type GpioSettings } from "../settings.ts";
import { FakeDriver } from "../testing/fake-driver.ts";
import { openGpioButton } from "./gpio-button.ts";
import type { Bit } from "./lines.ts";

const side = (line: number) => ({ line, activeLevel: "high" });

function settingsOf(more: object = {}): GpioSettings {
  const settings = buttonSettings.parse({ source: "gpio", chip: "fake", line: 17, ...more });
  if (settings.source !== "gpio") throw new Error("a GPIO button");
  return settings;
}

/** A wired button on fake lines and a manual clock. The contact is open at level 1, closed at 0. */
async function wired(
  more: object = {},
  levels: readonly Bit[] = [1],
  earlier?: { readonly deps: FakeDeps; readonly clock: ManualClock },
) {
  const clock = earlier?.clock ?? new ManualClock();
  const deps = earlier?.deps ?? fakeDeps({ clock });
  const driver = new FakeDriver(levels);
  const settings = settingsOf(more);
  const button = new Button("device", settings, deps);
  const source = openGpioButton(settings, button, deps, async () => driver);
  const stop = new AbortController();
  const loops = [button.run(stop.signal), source.run(stop.signal)];
  await clock.advance(1);
  return {
    clock,
    deps,
    driver,
    button,
    source,
    /** What a point reads now. */
    reads: (pointId: string): string | number | undefined => {
      const reading = deps.last(pointId)?.reading;
      return reading?.quality === "good" ? reading.value : reading?.reason;
    },
    /** Occurrences and good values of a point, in order. */
    told: (pointId = "pressed"): readonly (string | number)[] =>
      deps.events.flatMap((event): readonly (string | number)[] => {
        if (event.kind === "occurrence") return [event.name];
        if (event.kind !== "measurement" || event.pointId !== pointId) return [];
        return [event.reading.quality === "good" ? event.reading.value : event.reading.reason];
      }),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("stopped"));
      await Promise.allSettled(loops);
    },
  };
}

/** The same without what repeats. */
function turns(told: readonly (string | number)[]): readonly (string | number)[] {
  return told.filter((one, index) => one !== told[index - 1]);
}

describe("a wired button", () => {
  it("raises with the first edge, in the same turn, and is let go when its release has settled", async () => {
    await using at = await wired();
    at.driver.move([0, 0]);
    expect(turns(at.told())).toEqual([0, "pressed", 1]);
    at.driver.move([0, 1]);
    at.driver.move([0, 0]);
    await at.clock.advance(60);
    at.driver.move([0, 1]);
    expect(at.reads("pressed")).toBe(1);
    await at.clock.advance(60);
    expect(turns(at.told())).toEqual([0, "pressed", 1, "released", 0]);
  });

  it("raises where it is pressed already when it is first looked at", async () => {
    await using at = await wired({}, [0]);
    expect(turns(at.told())).toEqual([0, "pressed", 1]);
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it.each([
    ["normally open, closing to ground", "normally-open", "low", 1],
    ["normally open, closing to the supply", "normally-open", "high", 0],
    ["normally closed, opening from ground", "normally-closed", "low", 0],
    ["normally closed, opening from the supply", "normally-closed", "high", 1],
  ] as const)("%s", async (_, contact, closedLevel, atRest: Bit) => {
    await using at = await wired({ contact, closedLevel }, [atRest]);
    expect(at.reads("pressed")).toBe(0);
    at.driver.move([0, atRest === 1 ? 0 : 1]);
    expect(turns(at.told())).toEqual([0, "pressed", 1]);
  });

  it("is stuck when it is held for too long, until it is let go", async () => {
    await using at = await wired({ stuckAfterMs: 30_000 });
    at.driver.move([0, 0]);
    await at.clock.advance(29_900);
    expect(at.reads("stuck")).toBe(0);
    await at.clock.advance(200);
    expect(at.reads("stuck")).toBe(1);
    at.driver.move([0, 1]);
    // One turn for the look at the contact to be planned.
    await at.clock.advance(1);
    await at.clock.advance(100);
    expect(at.reads("stuck")).toBe(0);
    expect(at.told("none")).toEqual(["pressed", "stuck", "released"]);
  });

  it("tells a cut wire from a press, gives no value meanwhile, and raises what is pressed when it is mended", async () => {
    await using at = await wired({ contact: "normally-closed", cutLine: side(27) }, [0, 0]);
    at.driver.move([0, 1], [1, 1]);
    expect(at.reads("cutWire")).toBe(1);
    expect(at.reads("pressed")).toBe("not-available");
    expect(at.told("none")).toEqual(["cut-wire"]);
    await at.clock.advance(100);
    at.driver.move([1, 0]);
    expect(turns(at.told()).slice(-2)).toEqual(["pressed", 1]);
    expect(at.reads("cutWire")).toBe(0);
    at.driver.move([0, 0]);
    await at.clock.advance(100);
    expect(at.reads("pressed")).toBe(0);
  });

  it("raises at once where the contact moves before the cut is known", async () => {
    await using at = await wired({ contact: "normally-closed", cutLine: side(27) }, [0, 0]);
    at.driver.move([0, 1]);
    at.driver.move([1, 1]);
    expect(at.told("none")).toEqual(["pressed", "cut-wire"]);
  });

  it("has a tamper line of its own", async () => {
    await using at = await wired({ tamperLine: side(22) }, [1, 0]);
    expect(at.reads("tamper")).toBe(0);
    at.driver.move([1, 1]);
    expect(at.reads("tamper")).toBe(1);
    expect(at.driver.watched?.lines).toEqual([17, 22]);
  });

  it("is at fault with no value while its lines cannot be watched, and looks at them again", async () => {
    await using at = await wired();
    at.driver.lose();
    await at.clock.advance(10);
    expect(at.deps.lastStatus()).toMatchObject({ state: "fault", reason: "not-available: the fake was told to fail" });
    expect(at.deps.last("pressed")?.reading.quality).toBe("bad");
    at.driver.levels = [0];
    await at.clock.advance(500);
    expect(at.deps.lastStatus()?.state).toBe("online");
    expect(turns(at.told()).slice(-2)).toEqual(["pressed", 1]);
  });

  it("waits longer each time, and never longer than half a minute", async () => {
    await using at = await wired();
    let again = 0;
    for (let seconds = 0; seconds < 300; seconds += 1) {
      if (at.driver.isWatched) {
        at.driver.lose();
        again += 1;
      }
      await at.clock.advance(1_000);
    }
    // 0.25 s doubling to 30 s: some eight tries until then, and one in 15 to 30 s afterwards.
    expect(again).toBeGreaterThan(12);
    expect(again).toBeLessThan(30);
  });

  it("raises a test press in test mode, and a press where it is still held when the test ends", async () => {
    await using at = await wired({ testForMs: 10_000 });
    at.button.note([{ kind: "test", isOn: true }]);
    at.driver.move([0, 0]);
    expect(at.reads("testPressed")).toBe(1);
    expect(at.reads("pressed")).toBe(0);
    await at.clock.advance(11_000);
    expect(at.reads("pressed")).toBe(1);
    expect(at.told("none")).toEqual(["test-begun", "test-pressed", "test-ended", "pressed"]);
  });

  it("shows a press again that was shown when the gateway died, although the button has been let go", async () => {
    await using before = await wired();
    before.driver.move([0, 0]);
    await before.clock.advance(10);
    await using after = await wired({}, [1], { deps: before.deps.restarted(), clock: before.clock });
    expect(turns(after.told())).toEqual([1]);
    await after.clock.advance(6_000);
    expect(turns(after.told())).toEqual([1, 0]);
  });
});

/** Lamp and buzzer as on or off: the buzzer sounds when its line is low. */
function seen({ driven }: FakeDriver): readonly string[] {
  return driven.map(([lamp, buzzer]) => `${lamp === 1 ? "lit" : "dark"} ${buzzer === 0 ? "loud" : "quiet"}`);
}

describe("lamp and buzzer", () => {
  const lit = { ledLine: { line: 22 }, buzzerLine: { line: 23, activeLevel: "low" } };
  const never = new AbortController().signal;

  it("are dark and quiet at first, and follow the call", async () => {
    await using at = await wired(lit);
    expect(seen(at.driver)).toEqual(["dark quiet"]);
    expect(await at.source.show(1, never)).toEqual({ kind: "shown" });
    await at.clock.advance(900);
    expect(seen(at.driver).slice(1, 5)).toEqual(["lit loud", "dark quiet", "lit loud", "dark quiet"]);
    await at.source.show(2, never);
    const before = at.driver.driven.length;
    await at.clock.advance(3_900);
    expect(seen(at.driver).slice(before - 1)).toEqual(["lit quiet", "dark quiet", "lit quiet", "dark quiet"]);
    await at.source.show(3, never);
    await at.clock.advance(60_000);
    expect(seen(at.driver).slice(-2)).toEqual(["lit loud", "lit quiet"]);
    await at.source.show(0, never);
    expect(seen(at.driver).at(-1)).toBe("dark quiet");
  });

  it("are not there where none is wired", async () => {
    await using at = await wired();
    expect(await at.source.show(1, never)).toMatchObject({ kind: "shown", detail: expect.stringContaining("no lamp") });
    expect(at.driver.driven).toEqual([]);
  });
});
