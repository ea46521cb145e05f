import type { Log } from "@outpost/kernel/log.ts";

import type { PointBoard } from "../../point-board.ts";

/** Counts and shows how often a station's messages were not of the standard and taken all the same. */
export class Tolerances {
  readonly #identity: string;
  readonly #board: PointBoard;
  readonly #log: Log;
  #count = 0;

  constructor(identity: string, deps: { readonly board: PointBoard; readonly log: Log }) {
    this.#identity = identity;
    this.#board = deps.board;
    this.#log = deps.log;
  }

  /** A line is up: none is a count too, and what was counted on an earlier line still stands. */
  show(): void {
    this.#board.good("tolerated", this.#count);
  }

  /** @param what  what was wrong with one message; nothing, if all was well. */
  note(action: string, what: readonly string[]): void {
    if (what.length === 0) return;
    this.#count += 1;
    this.show();
    this.#log.debug("tolerated", { identity: this.#identity, action, what });
  }
}
