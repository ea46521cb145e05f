import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  heldBytes,
  NO_TURNS,
  stepTurns,
  UPSTREAM_TURN_MS,
  type Outgoing,
  type TurnInput,
  type Turns,
} from "./turns.ts";

const call = (id: string): Outgoing => ({ id, bytes: Buffer.from(id) });
const theirs = (id: string): TurnInput => ({ kind: "upstream-calls", call: call(id) });
const ours = (id: string): TurnInput => ({ kind: "we-call", call: call(id) });
const answered = (id: string): TurnInput => ({ kind: "answered", id });
const givenUp = (id: string): TurnInput => ({ kind: "given-up", id });
const TICK: TurnInput = { kind: "tick" };

/** Inputs with when they come, and the ids of all calls that are sent at each. */
function run(...inputs: readonly (TurnInput | readonly [atMs: number, TurnInput])[]): readonly string[] {
  let turns: Turns = NO_TURNS;
  return inputs.map((one) => {
    const [atMs, input] = "kind" in one ? [0, one] : one;
    const [next, calls] = stepTurns(turns, input, atMs);
    turns = next;
    return calls.map(({ id }) => id).join(" ");
  });
}

describe("whose call the station is at", () => {
  it.each<readonly [string, readonly (TurnInput | readonly [number, TurnInput])[], readonly string[]]>([
    ["lets upstream's through while we want nothing", [theirs("a"), theirs("b"), answered("a")], ["a", "b", ""]],
    ["lets ours through when nothing is asked", [ours("x")], ["x"]],
    ["keeps ours until upstream's is answered", [theirs("a"), ours("x"), answered("a")], ["a", "", "x"]],
    [
      "holds upstream's until ours is answered",
      [ours("x"), theirs("a"), theirs("b"), answered("x")],
      ["x", "", "", "a b"],
    ],
    [
      "lets upstream go first after a turn of ours",
      [ours("x"), ours("y"), theirs("a"), answered("x"), answered("a")],
      ["x", "", "", "a", "y"],
    ],
    [
      "lets ours go first after a turn of upstream's",
      [theirs("a"), ours("x"), theirs("b"), answered("a"), answered("x")],
      ["a", "", "", "x", "b"],
    ],
    ["goes on when ours is given up", [ours("x"), theirs("a"), givenUp("x")], ["x", "", "a"]],
    [
      "forgets ours that is given up before its turn",
      [theirs("a"), ours("x"), givenUp("x"), answered("a")],
      ["a", "", "", ""],
    ],
    [
      "lets upstream's through at once when ours is given up before its turn",
      [theirs("a"), ours("x"), theirs("b"), givenUp("x")],
      ["a", "", "", "b"],
    ],
    [
      "waits no longer for an answer to upstream than upstream does",
      [theirs("a"), ours("x"), [UPSTREAM_TURN_MS - 1, TICK], [UPSTREAM_TURN_MS, TICK]],
      ["a", "", "", "x"],
    ],
    ["does not mind answers to nothing", [answered("?"), ours("x"), answered("?")], ["", "x", ""]],
  ])("%s", (_, inputs, sent) => {
    expect(run(...inputs)).toEqual(sent);
  });

  it("counts what it holds", () => {
    const [atOurs] = stepTurns(NO_TURNS, ours("x"), 0);
    const [held] = stepTurns(atOurs, theirs("abc"), 0);
    expect(heldBytes(held)).toBe(3);
  });

  it("sends everything once, each side's in order, and never while ours is unanswered", () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`turns from seed ${seed}`);
    const choice = fc.record({ kind: fc.constantFrom("theirs", "ours", "answer", "tick"), which: fc.nat(7) });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 60 }), (choices) => {
        const station = new StationOfTurns();
        for (const { kind, which } of choices) station.take(kind, which);
        station.answerAll();
        expect(station.sent.filter((id) => id.startsWith("t"))).toEqual(
          station.asked.filter((id) => id.startsWith("t")),
        );
        expect(station.sent.filter((id) => id.startsWith("o"))).toEqual(
          station.asked.filter((id) => id.startsWith("o")),
        );
        expect(station.violations).toBe(0);
      }),
      { numRuns: 10_000, seed },
    );
  });
});

/** A station that answers what it is asked, in any order. */
class StationOfTurns {
  readonly asked: string[] = [];
  readonly sent: string[] = [];
  violations = 0;
  #turns: Turns = NO_TURNS;
  #open: string[] = [];

  take(kind: string, which: number): void {
    const id = `${kind === "ours" ? "o" : "t"}${this.asked.length}`;
    if (kind === "theirs" || kind === "ours") this.asked.push(id);
    if (kind === "theirs") this.#step(theirs(id));
    else if (kind === "ours") this.#step(ours(id));
    else if (kind === "answer") this.#answer(which);
    else this.#step(TICK);
  }

  answerAll(): void {
    while (this.#open.length > 0) this.#answer(0);
  }

  #answer(which: number): void {
    const id = this.#open[which % Math.max(1, this.#open.length)];
    if (id === undefined) return;
    this.#open = this.#open.filter((one) => one !== id);
    this.#step(answered(id));
  }

  #step(input: TurnInput): void {
    const [turns, calls] = stepTurns(this.#turns, input, 0);
    this.#turns = turns;
    for (const { id } of calls) {
      const isOurTurn = this.#open.some((one) => one.startsWith("o"));
      if (isOurTurn || (id.startsWith("o") && this.#open.length > 0)) this.violations += 1;
      this.#open.push(id);
      this.sent.push(id);
    }
  }
}
