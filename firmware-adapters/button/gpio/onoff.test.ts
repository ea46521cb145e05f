import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { errorCode } from "@outpost/kernel/thrown.ts";
import { describe, expect, it } from "vitest";

import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { Button } from "../life/button.ts";
import { buttonSettings } from "../settings.ts";
import { chooseDriver, openGpioButton } from "./gpio-button.ts";
import { baseOf, loadOnoff, onoffDriver, type OnoffLine } from "./onoff.ts";

/** A sysfs with the chips of a Raspberry Pi on Linux 6.6, where numbers begin at 512. */
async function fakeSysfs() {
  const folder = await mkdtemp(join(tmpdir(), "outpost-sysfs-"));
  for (const [chip, label] of [
    ["gpiochip512", "pinctrl-bcm2711"],
    ["gpiochip570", "raspberrypi-exp-gpio"],
  ] as const) {
    await mkdir(join(folder, chip));
    await writeFile(join(folder, chip, "label"), `${label}\n`);
    await writeFile(join(folder, chip, "base"), `${chip.slice(8)}\n`);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

class FakeLine implements OnoffLine {
  static readonly all: FakeLine[] = [];
  readonly number: number;
  readonly direction: string;
  value = 1;
  isExported = true;
  tell: ((error: Error | null | undefined, value: number) => void) | undefined;

  constructor(number: number, direction: "in" | "low") {
    this.number = number;
    this.direction = direction;
    FakeLine.all.push(this);
  }

  async read(): Promise<number> {
    return this.value;
  }

  async write(value: 0 | 1): Promise<void> {
    this.value = value;
  }

  watch(listener: (error: Error | null | undefined, value: number) => void): void {
    this.tell = listener;
  }

  unexport(): void {
    this.isExported = false;
  }
}

describe("lines through sysfs", () => {
  it("are numbered from where their chip begins, told by its label", async () => {
    await using sysfs = await fakeSysfs();
    expect(await baseOf("pinctrl-bcm2711", sysfs.folder)).toBe(512);
    expect(await baseOf("pinctrl-rp1", sysfs.folder)).toBeUndefined();
    expect(await baseOf("pinctrl-rp1", "/nowhere")).toBeUndefined();
  });

  it("raise, are read again now and then, drive the lamp, and are given back", async () => {
    await using sysfs = await fakeSysfs();
    const settings = buttonSettings.parse({
      source: "gpio",
      chip: "pinctrl-bcm2711",
      line: 17,
      ledLine: { line: 22 },
      checkEveryMs: 200,
    });
    if (settings.source !== "gpio") throw new Error("a GPIO button");
    const deps = fakeDeps();
    const opened = new Button("device", settings, deps);
    const driver = onoffDriver({ clock: systemClock, load: async () => FakeLine, sysfs: sysfs.folder });
    const source = openGpioButton(settings, opened, deps, async () => driver);
    const stop = new AbortController();
    const loops = [opened.run(stop.signal), source.run(stop.signal)];
    await eventually("online", () => deps.lastStatus()?.state === "online");
    const line = FakeLine.all.find(({ number }) => number === 529);
    line?.tell?.(null, 0);
    expect(deps.last("pressed")?.reading).toEqual({ quality: "good", value: 1 });
    // The interrupt of the release is lost; reading finds it out.
    await eventually("the release", () => {
      const reading = deps.last("pressed")?.reading;
      return reading?.quality === "good" && reading.value === 0;
    });
    await source.show(3, stop.signal);
    const lamp = FakeLine.all.find(({ number }) => number === 534);
    expect([lamp?.direction, lamp?.value]).toEqual(["low", 1]);
    line?.tell?.(new Error("gone"), 0);
    await eventually("the fault", () => deps.lastStatus()?.state === "fault");
    stop.abort(new Error("stopped"));
    await Promise.allSettled(loops);
    expect(FakeLine.all.map(({ isExported }) => isExported)).not.toContain(true);
  });

  it("is chosen only where sysfs has the chip, and onoff is loaded only then", async () => {
    const settings = buttonSettings.parse({ source: "gpio", chip: "no such chip", line: 17 });
    if (settings.source !== "gpio") throw new Error("a GPIO button");
    expect((await chooseDriver(settings, fakeDeps())).name).toBe("gpiomon");
    expect((await chooseDriver({ ...settings, driver: "onoff" }, fakeDeps())).name).toBe("onoff");
    expect((await chooseDriver({ ...settings, driver: "gpiomon" }, fakeDeps())).name).toBe("gpiomon");
  });

  it("says that onoff cannot be loaded, or gives it", async () => {
    const loaded = await loadOnoff().catch((error: unknown) => error);
    // It is an optional dependency with a native part: both are right, and nothing else.
    const what = typeof loaded === "function" ? loaded.name : errorCode(loaded);
    expect(["Gpio", "button/tool-missing"]).toContain(what);
  });
});
