import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps } from "../../adapter.ts";
import type { Show } from "../commands.ts";
import { ButtonError } from "../errors.ts";
import type { ButtonInput } from "../life/button-life.ts";
import type { Button } from "../life/button.ts";
import type { Presence } from "../radio/presence.ts";
import type { GpioSettings, LineName, SideLine } from "../settings.ts";
import type { Source } from "../source.ts";
import { stepContact, unknownContact, type ContactEffect, type ContactInput, type ContactState } from "./contact.ts";
import { gpiomonDriver } from "./libgpiod/gpiomon.ts";
import type { Bit, LineDriver, LineWatcher, Outputs } from "./lines.ts";
import { baseOf, loadOnoff, onoffDriver, SYSFS } from "./onoff.ts";
import { Signals, type SignalStep } from "./signals.ts";

const REOPEN = { firstMs: 250, maxMs: 30_000 };
/** Watching that held this long was good; the next failure begins with the first delay again. */
const STABLE_MS = 10_000;

/** How a button's lines are to be had just now. */
export type ChooseDriver = (settings: GpioSettings, deps: DeviceDeps) => Promise<LineDriver>;

/** A button wired to lines of a GPIO chip. */
export function openGpioButton(
  settings: GpioSettings,
  button: Button,
  deps: DeviceDeps,
  choose: ChooseDriver = chooseDriver,
): Source {
  const lamp = openSignals(settings, button, deps, choose);
  const contact = new WiredContact(settings, button, deps);
  return {
    run: (signal) =>
      together(
        (over) => [
          keepWatching(settings, contact, { button, deps, choose }, over),
          contact.settle(over),
          ...(lamp === undefined ? [] : [lamp.run(over)]),
        ],
        signal,
      ),
    show: lamp?.show ?? (async () => ({ kind: "shown", detail: "kept here only: no lamp or buzzer is wired" })),
  };
}

/** Runs loops until one ends or the signal aborts, and waits until all have ended. */
async function together(begin: (over: AbortSignal) => readonly Promise<never>[], signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const loops = begin(AbortSignal.any([signal, over.signal]));
  try {
    await Promise.race(loops);
  } finally {
    over.abort(new Error("another loop of this button ended"));
    await Promise.allSettled(loops);
  }
}

/** Onoff where sysfs has the chip and onoff can be loaded; gpiomon elsewhere, and where its path is given. */
export async function chooseDriver(
  { driver, chip, gpiomonPath }: GpioSettings,
  { clock }: DeviceDeps,
): Promise<LineDriver> {
  const onoff = (): LineDriver => onoffDriver({ clock, load: loadOnoff, sysfs: SYSFS });
  if (driver === "onoff") return onoff();
  if (driver === "gpiomon" || gpiomonPath !== undefined) return gpiomonDriver({ clock });
  if ((await baseOf(chip, SYSFS)) === undefined) return gpiomonDriver({ clock });
  try {
    await loadOnoff();
    return onoff();
  } catch {
    return gpiomonDriver({ clock });
  }
}

interface Watching {
  readonly button: Button;
  readonly deps: DeviceDeps;
  readonly choose: ChooseDriver;
}

async function keepWatching(
  settings: GpioSettings,
  contact: WiredContact,
  { button, deps, choose }: Watching,
  signal: AbortSignal,
): Promise<never> {
  const backoff = new Backoff(REOPEN);
  const { chip, bias, gpiomonPath, checkEveryMs } = settings;
  for (;;) {
    const beganMs = deps.clock.monotonicMs();
    try {
      const driver = await choose(settings, deps);
      await driver.watch({ chip, bias, gpiomonPath, checkEveryMs, lines: contact.lines }, contact, signal);
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn("GPIO lines not watched", { chip, reason: asError(error).message });
      button.present(lostBy(error));
    }
    if (deps.clock.monotonicMs() - beganMs >= STABLE_MS) backoff.reset();
    await deps.clock.sleep(backoff.nextMs(), signal);
  }
}

/** A chip that is not there or does not answer is offline; a tool that fails or raves is a fault. */
function lostBy(error: unknown): Presence {
  const detail = asError(error).message.slice(0, 300);
  const lost = { kind: "lost", detail } as const;
  if (!(error instanceof ButtonError)) return { ...lost, state: "fault", reason: "not-available" };
  switch (error.code) {
    case "button/no-such-line":
      return { ...lost, state: "offline", reason: "link-down" };
    case "button/tool-silent":
      return { ...lost, state: "offline", reason: "timeout" };
    case "button/bad-output":
      return { ...lost, state: "fault", reason: "bad-frame" };
    case "button/tool-missing":
    case "button/tool-failed":
    case "button/bad-settings":
      return { ...lost, state: "fault", reason: "not-available" };
  }
}

/** The button's own line and those beside it, from levels to what they mean. */
class WiredContact implements LineWatcher {
  readonly lines: readonly LineName[];
  readonly #settings: GpioSettings;
  readonly #button: Button;
  readonly #deps: DeviceDeps;
  readonly #sides: readonly { readonly kind: "cut" | "tamper"; readonly side: SideLine }[];
  #contact: ContactState = unknownContact;
  #settleNow = Promise.withResolvers<void>();

  constructor(settings: GpioSettings, button: Button, deps: DeviceDeps) {
    this.#settings = settings;
    this.#button = button;
    this.#deps = deps;
    const { line, cutLine, tamperLine } = settings;
    this.#sides = [
      ...(cutLine === undefined ? [] : [{ kind: "cut", side: cutLine } as const]),
      ...(tamperLine === undefined ? [] : [{ kind: "tamper", side: tamperLine } as const]),
    ];
    this.lines = [line, ...this.#sides.map(({ side }) => side.line)];
  }

  onLevels(levels: readonly Bit[]): void {
    const inputs = levels.flatMap((level, index) => this.#sideInputs(index, level));
    const own = levels[0];
    const contact: ContactInput[] = own === undefined ? [] : [{ kind: "level", isPressed: this.#isPressed(own) }];
    const isUrgent = own !== undefined && this.#isPressed(own);
    // Nobody who is pressing now waits to see whether watching works out.
    if (isUrgent) this.#online();
    this.#take(inputs, contact);
  }

  onEdges(edges: readonly { readonly index: number; readonly level: Bit }[]): void {
    this.#online();
    // A cut that came together with a change of the contact is what changed it.
    const inputs = edges.flatMap(({ index, level }) => this.#sideInputs(index, level));
    const own = edges.filter(({ index }) => index === 0);
    this.#take(
      inputs,
      own.map(({ level }) => ({ kind: "edge", isPressed: this.#isPressed(level) })),
    );
    this.#settleNow.resolve();
  }

  onWatching(): void {
    this.#online();
    this.#button.showAgain();
  }

  /** Looks at the contact again when its bouncing is over, until the signal aborts. */
  async settle(signal: AbortSignal): Promise<never> {
    const onAbort = (): void => this.#settleNow.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    for (;;) {
      signal.throwIfAborted();
      const untilMs = this.#contact.settling?.untilMs;
      if (untilMs === undefined) {
        await this.#settleNow.promise;
        this.#settleNow = Promise.withResolvers<void>();
      } else {
        await this.#deps.clock.sleep(Math.max(1, untilMs - this.#deps.clock.monotonicMs()), signal);
        this.#take([], [{ kind: "tick" }]);
      }
    }
  }

  #online(): void {
    this.#button.present({ kind: "online", reason: "its lines are watched" });
  }

  #take(sides: readonly ButtonInput[], contact: readonly ContactInput[]): void {
    const wasCut = this.#button.state.isCut === true;
    const inputs = [...sides];
    for (const input of contact) {
      const [next, effects] = stepContact(this.#contact, input, this.#deps.clock.monotonicMs());
      this.#contact = next;
      inputs.push(...effects.map(inputOf));
    }
    // The contact says something again: what it says now was not heard while the wire was cut.
    const isMended = wasCut && sides.some((input) => input.kind === "cut" && !input.isCut);
    if (isMended && this.#contact.isPressed === true && contact.length === 0) inputs.push(inputOf("press"));
    if (inputs.length > 0) this.#button.note(inputs);
  }

  #sideInputs(index: number, level: Bit): readonly ButtonInput[] {
    const found = this.#sides[index - 1];
    if (found === undefined) return [];
    const isActive = level === bitOf(found.side.activeLevel);
    return [found.kind === "cut" ? { kind: "cut", isCut: isActive } : { kind: "tamper", isTampered: isActive }];
  }

  #isPressed(level: Bit): boolean {
    const isClosed = level === bitOf(this.#settings.closedLevel);
    return isClosed === (this.#settings.contact === "normally-open");
  }
}

function inputOf(effect: ContactEffect): ButtonInput {
  return effect === "press" ? { kind: "press", how: "held" } : { kind: "release" };
}

function openSignals(
  settings: GpioSettings,
  button: Button,
  deps: DeviceDeps,
  choose: ChooseDriver,
): { readonly run: (signal: AbortSignal) => Promise<never>; readonly show: Show } | undefined {
  const { ledLine, buzzerLine, chip, gpiomonPath } = settings;
  const wired = [
    ...(ledLine === undefined ? [] : [{ side: ledLine, isOn: (step: SignalStep) => step.isLit }]),
    ...(buzzerLine === undefined ? [] : [{ side: buzzerLine, isOn: (step: SignalStep) => step.isSounding }]),
  ];
  if (wired.length === 0) return undefined;
  const lines = wired.map(({ side }) => side.line);
  const signals = new Signals(button.state.indicator, {
    clock: deps.clock,
    outputs: new ChosenOutputs(async () => (await choose(settings, deps)).openOutputs({ chip, lines, gpiomonPath })),
    levelsOf: (step) =>
      wired.map(({ side, isOn }) => (isOn(step) ? bitOf(side.activeLevel) : opposite(side.activeLevel))),
    onFault: (reason) => {
      if (button.state.indicatorFault !== reason) button.note([{ kind: "indicator-fault", reason }]);
    },
  });
  return {
    run: (signal) => signals.run(signal),
    async show(value, signal) {
      const fault = await signals.show(value, signal);
      return fault === undefined ? { kind: "shown" } : { kind: "unconfirmed", detail: fault };
    },
  };
}

/** Outputs of the driver that is right when they are first set, and chosen anew after they failed. */
class ChosenOutputs implements Outputs {
  readonly #open: () => Promise<Outputs>;
  #outputs: Outputs | undefined;

  constructor(open: () => Promise<Outputs>) {
    this.#open = open;
  }

  async set(levels: readonly Bit[], signal: AbortSignal): Promise<void> {
    this.#outputs ??= await this.#open();
    try {
      await this.#outputs.set(levels, signal);
    } catch (error) {
      if (!signal.aborted) await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const outputs = this.#outputs;
    this.#outputs = undefined;
    await outputs?.[Symbol.asyncDispose]();
  }
}

function opposite(level: "low" | "high"): Bit {
  return level === "high" ? 0 : 1;
}

function bitOf(level: "low" | "high"): Bit {
  return level === "high" ? 1 : 0;
}
