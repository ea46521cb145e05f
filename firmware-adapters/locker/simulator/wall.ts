import type { Bit } from "../codecs/codec.ts";

/** One door with a spring behind it and a latch that falls in when it is pressed shut. */
export interface SimulatedDoor {
  readonly board: number;
  readonly lock: number;
  readonly isOpen: boolean;
  /** The latch holds although the board pulses it. */
  readonly isJammed: boolean;
  /** Something lies in the compartment. */
  readonly isOccupied: boolean;
  /** Open frames for this door that arrived whole. */
  readonly pulses: number;
}

/** A door that moved: what boards that speak by themselves tell. */
export type OnMoved = (door: SimulatedDoor) => void;

/** A wall of compartments behind one or more lock boards. */
export class Wall {
  readonly boards: readonly number[];
  readonly ways: number;
  isMainsOn = true;
  /** The locks are wired the other way round: open doors close the contact. */
  isInverted = false;
  readonly #doors: Map<string, SimulatedDoor>;
  readonly #onMoved = new Set<OnMoved>();

  constructor(boards: readonly number[], ways: number) {
    this.boards = boards;
    this.ways = ways;
    const doors = boards.flatMap((board) =>
      Array.from({ length: ways }, (_, index): SimulatedDoor => {
        const state = { isOpen: false, isJammed: false, isOccupied: false, pulses: 0 };
        return { board, lock: index + 1, ...state };
      }),
    );
    this.#doors = new Map(doors.map((door) => [keyOf(door), door]));
  }

  get doors(): readonly SimulatedDoor[] {
    return [...this.#doors.values()];
  }

  /** Called whenever a door moves. @returns what ends it. */
  onMoved(listener: OnMoved): Disposable {
    this.#onMoved.add(listener);
    return { [Symbol.dispose]: () => this.#onMoved.delete(listener) };
  }

  door(board: number, lock: number): SimulatedDoor | undefined {
    return this.#doors.get(keyOf({ board, lock }));
  }

  /** The board's pulse: the latch lets go, unless it is jammed, and the spring pushes the door open. */
  pulse(board: number, lock: number): void {
    const door = this.door(board, lock);
    if (door === undefined) return;
    this.#change(door, { pulses: door.pulses + 1, isOpen: door.isOpen || !door.isJammed });
  }

  /** @returns false where there is no such door, as for every lever. */
  close(board: number, lock: number): boolean {
    return this.#move(board, lock, { isOpen: false });
  }

  /** A crowbar, or the mechanical key. */
  pry(board: number, lock: number): boolean {
    return this.#move(board, lock, { isOpen: true });
  }

  jam(board: number, lock: number, isJammed: boolean): boolean {
    return this.#move(board, lock, { isJammed });
  }

  /** Puts a parcel in or takes it out; nobody reaches through a shut door. */
  put(board: number, lock: number, isOccupied: boolean): boolean {
    const door = this.door(board, lock);
    if (door === undefined || !door.isOpen) return false;
    return this.#move(board, lock, { isOccupied });
  }

  /** Every lock's contact, lock 1 first. */
  bits(board: number): readonly Bit[] {
    return this.#ofBoard(board).map((door) => this.bitOf(door));
  }

  bitOf({ isOpen }: SimulatedDoor): Bit {
    return isOpen === this.isInverted ? 1 : 0;
  }

  sensors(board: number): readonly Bit[] {
    return this.#ofBoard(board).map(({ isOccupied }) => (isOccupied ? 1 : 0));
  }

  #ofBoard(board: number): readonly SimulatedDoor[] {
    return this.doors.filter((door) => door.board === board);
  }

  #move(board: number, lock: number, change: Partial<SimulatedDoor>): boolean {
    const door = this.door(board, lock);
    if (door !== undefined) this.#change(door, change);
    return door !== undefined;
  }

  #change(door: SimulatedDoor, change: Partial<SimulatedDoor>): void {
    const next = { ...door, ...change };
    this.#doors.set(keyOf(door), next);
    if (next.isOpen !== door.isOpen) for (const listener of this.#onMoved) listener(next);
  }
}

function keyOf({ board, lock }: { readonly board: number; readonly lock: number }): string {
  return `${board}/${lock}`;
}
