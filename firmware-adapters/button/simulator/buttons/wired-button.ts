import { join } from "node:path";

import { sleep } from "@outpost/kernel/clock.ts";

import { Board, type BoardOptions } from "../board.ts";
import type { Deeds, SimulatedButton } from "./simulated-button.ts";

const LABEL = "simulated";
const LINE = { contact: 17, cut: 27, tamper: 5, lamp: 22, buzzer: 23 } as const;
const GARBAGE = "GPIO what?\n";

/** A normally-closed contact with an end-of-line resistor, a cover switch, a lamp and a buzzer, on a board of its own. */
export class SimulatedWiredButton implements SimulatedButton {
  readonly id: string;
  readonly settings: object;
  readonly deeds: Partial<Deeds> = {
    press: (heldMs) => this.#press(heldMs),
    tamper: async (isTampered) => {
      this.#isTampered = isTampered;
      await this.#board.move(LINE.tamper, isTampered ? 1 : 0);
    },
    cut: (isCut) => this.#cut(isCut),
    garbage: () => this.#board.print(GARBAGE),
    tools: async (mood) => {
      if (mood === "die") this.#board.killGpiomon();
      else await this.#board.setMood(mood);
    },
  };
  readonly #board: Board;
  readonly #stop = new AbortController();
  #letGo = Promise.resolve();
  #presses = 0;
  #isHeld = false;
  #isCut = false;
  #isTampered = false;

  private constructor(id: string, board: Board) {
    this.id = id;
    this.#board = board;
    this.settings = {
      source: "gpio",
      chip: LABEL,
      line: LINE.contact,
      contact: "normally-closed",
      cutLine: { line: LINE.cut },
      tamperLine: { line: LINE.tamper },
      ledLine: { line: LINE.lamp },
      buzzerLine: { line: LINE.buzzer },
      gpiomonPath: board.gpiomonPath,
      checkEveryMs: 5_000,
    };
  }

  /** Makes its board in a folder of its own beneath `folder`. */
  static async make(id: string, folder: string, version: BoardOptions["version"]): Promise<SimulatedWiredButton> {
    const levels = Object.fromEntries(Object.values(LINE).map((offset) => [offset, 0 as const]));
    return new SimulatedWiredButton(id, await Board.make({ folder: join(folder, id), version, label: LABEL, levels }));
  }

  snapshot(): object {
    return {
      isHeld: this.#isHeld,
      isCut: this.#isCut,
      isTampered: this.#isTampered,
      presses: this.#presses,
      isWatched: this.#board.running("gpiomon") !== undefined,
      sees: { lamp: this.#board.output(LINE.lamp) ?? 0, buzzer: this.#board.output(LINE.buzzer) ?? 0 },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the simulator ends"));
    await this.#letGo;
    await this.#board[Symbol.asyncDispose]();
  }

  async #press(heldMs: number): Promise<boolean> {
    if (this.#isHeld) return false;
    this.#isHeld = true;
    this.#presses += 1;
    await this.#showContact();
    this.#letGo = this.#release(heldMs);
    return true;
  }

  async #release(afterMs: number): Promise<void> {
    await sleep(afterMs, this.#stop.signal).catch(() => undefined);
    this.#isHeld = false;
    await this.#showContact();
  }

  async #showContact(): Promise<void> {
    if (!this.#isCut) await this.#board.move(LINE.contact, this.#isHeld ? 1 : 0);
  }

  async #cut(isCut: boolean): Promise<void> {
    this.#isCut = isCut;
    // A cut loop reads like an open contact; the other line tells the two apart.
    await this.#board.moveTogether([
      [LINE.cut, isCut ? 1 : 0],
      [LINE.contact, isCut || this.#isHeld ? 1 : 0],
    ]);
  }
}
