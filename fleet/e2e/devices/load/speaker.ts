import type { LeverBoard } from "../../lever-board.ts";
import type { Voice } from "./voices.ts";

/** More are not said before some were acknowledged: what the simulator shows of them must hold all of the newest. */
const MAX_WAITING = 8;

/** Has one device speak, and keeps account of what was acknowledged to it. */
export class Speaker {
  readonly voice: Voice;
  readonly #levers: LeverBoard;
  /** In the order in which they were acknowledged. */
  readonly #acknowledged = new Set<string>();
  readonly #said = new Set<string>();
  readonly #values = new Set<number>();
  #n = 0;
  #waiting = 0;

  constructor(voice: Voice, levers: LeverBoard) {
    this.voice = voice;
    this.#levers = levers;
  }

  /** Marks of what was acknowledged to the device, in that order. */
  get acknowledged(): readonly string[] {
    return [...this.#acknowledged];
  }

  /** Marks of all that it is known to have said. */
  get said(): ReadonlySet<string> {
    return this.#said;
  }

  /** Values of its point in what was acknowledged. */
  get acknowledgedValues(): ReadonlySet<number> {
    return this.#values;
  }

  /** Whether its point can have read `value`. */
  canRead(value: number): boolean {
    const { point } = this.voice;
    if (point === undefined) return true;
    if (point.others.includes(value)) return true;
    return Array.from({ length: this.#n }, (_, index) => point.valueOf(index + 1)).some(
      (shown) => Math.abs(shown - value) < 1e-6,
    );
  }

  /** Says one more thing, or where enough waits only looks. */
  async speak(): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      await this.look();
      return;
    }
    this.#n += 1;
    let state: unknown;
    for (const [lever, body] of this.voice.levers(this.#n)) state = await this.#levers.pull(lever, body);
    this.#note(state);
  }

  /** @returns how many wait to be acknowledged. */
  async look(): Promise<number> {
    this.#note(await this.#levers.state());
    return this.#waiting;
  }

  #note(state: unknown): void {
    const { acknowledged, unacknowledged, waiting, values } = this.voice.read(state);
    for (const mark of acknowledged) this.#acknowledged.add(mark);
    for (const mark of [...acknowledged, ...unacknowledged]) this.#said.add(mark);
    for (const value of values) this.#values.add(value);
    this.#waiting = waiting;
  }
}
