import type { Clock } from "@outpost/kernel/clock.ts";

import { eventTime, type BadReason, type DeviceEvent } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import type { BoardStatus } from "../bus/lock-bus.ts";
import type { Bit } from "../codecs/codec.ts";
import type { Compartment, LockerSettings } from "../settings.ts";
import type { DoorMemory } from "./door-memory.ts";
import { doorPoints, isOpening, stepDoor, UNKNOWN, type Door, type DoorInput, type Happening } from "./door.ts";

export interface DoorsDeps {
  readonly clock: Clock;
  readonly board: PointBoard;
  readonly memory: DoorMemory;
  publish(event: DeviceEvent): void;
}

type Details = Readonly<Record<string, string | number | boolean>>;

/** The point that opens everything. There is nothing to read at it. */
export const OPEN_ALL = "openAll";

/** All doors of one cabinet: what the board shows becomes points, occurrences and what is remembered. */
export class Doors {
  readonly #deviceId: string;
  readonly #settings: LockerSettings;
  readonly #deps: DoorsDeps;
  readonly #doors: Map<number, Door>;
  readonly #occupied = new Map<number, Bit>();

  constructor(deviceId: string, settings: LockerSettings, deps: DoorsDeps) {
    this.#deviceId = deviceId;
    this.#settings = settings;
    this.#deps = deps;
    const numbers = settings.compartments.map(({ number }) => number);
    this.#doors = deps.memory.recall(numbers, deps.clock.monotonicMs());
  }

  get compartments(): readonly Compartment[] {
    return this.#settings.compartments;
  }

  door(number: number): Door {
    return this.#doors.get(number) ?? UNKNOWN;
  }

  /** Whether a pulse is under way there. */
  isOpening(number: number): boolean {
    return isOpening(this.door(number), this.#deps.clock.monotonicMs());
  }

  /** The board's whole answer: every door and sensor is seen. */
  see({ bits, occupied }: BoardStatus): void {
    for (const compartment of this.compartments) {
      const bit = bits[compartment.number - 1];
      if (bit === undefined) {
        this.#bad(compartment, "not-available", `the board has ${bits.length} locks`);
        continue;
      }
      const isOpen = (bit === 1) === (this.#settings.feedback === "open-is-1");
      this.step(compartment, { kind: "seen", isOpen });
      this.#show(compartment);
      if (compartment.hasOccupancySensor) this.#seeOccupied(compartment, occupied?.[compartment.number - 1]);
    }
    this.#deps.board.good(OPEN_ALL, 0);
    this.#deps.memory.note(this.#doors);
  }

  /** Nobody can see the doors any more. */
  lose(reason: BadReason, detail: string, state: "offline" | "fault"): void {
    for (const compartment of this.compartments) this.step(compartment, { kind: "lost" });
    this.#deps.board.lost(reason, detail, state);
  }

  step(compartment: Compartment, input: DoorInput): void {
    const { leftOpenAfterMs } = this.#settings;
    const time = { nowMs: this.#deps.clock.monotonicMs(), leftOpenAfterMs };
    const [next, happenings] = stepDoor(this.door(compartment.number), input, time);
    this.#doors.set(compartment.number, next);
    for (const happening of happenings) this.#tell(compartment, happening);
    if (input.kind !== "seen") this.#deps.memory.note(this.#doors);
  }

  occurrence(name: string, details: Details): DeviceEvent {
    const time = eventTime(this.#deps.clock.now());
    return { kind: "occurrence", deviceId: this.#deviceId, name, details, ...time };
  }

  /** What every occurrence of one door says. */
  detailsOf({ number, id, hasDoorSensor }: Compartment): Details {
    return { door: number, compartment: id, cabinet: this.#settings.cabinet, signal: hasDoorSensor ? "door" : "bolt" };
  }

  #show({ number }: Compartment): void {
    const { isOpen, isForced, isLeftOpen, hasFailed } = doorPoints(this.door(number));
    if (isOpen === undefined) return;
    const { board } = this.#deps;
    board.good(`door${number}.open`, isOpen ? 1 : 0);
    board.good(`door${number}.forced`, isForced ? 1 : 0);
    board.good(`door${number}.leftOpen`, isLeftOpen ? 1 : 0);
    board.good(`door${number}.failed`, hasFailed ? 1 : 0);
  }

  #bad({ number, hasOccupancySensor }: Compartment, reason: BadReason, detail: string): void {
    for (const point of ["open", "forced", "leftOpen", "failed"])
      this.#deps.board.bad(`door${number}.${point}`, reason, detail);
    if (hasOccupancySensor) this.#deps.board.bad(`door${number}.occupied`, reason, detail);
  }

  #seeOccupied(compartment: Compartment, bit: Bit | undefined): void {
    const id = `door${compartment.number}.occupied`;
    if (bit === undefined) return this.#deps.board.bad(id, "not-available", "the board sends no occupancy");
    const before = this.#occupied.get(compartment.number);
    this.#occupied.set(compartment.number, bit);
    this.#deps.board.good(id, bit);
    if (before === undefined || before === bit) return;
    const details = { ...this.detailsOf(compartment), isOccupied: bit === 1 };
    this.#deps.publish(this.occurrence("occupancy-changed", details));
  }

  #tell(compartment: Compartment, happening: Happening): void {
    const more: Details =
      "order" in happening
        ? { actor: happening.order.actor, reference: happening.order.reference }
        : "openMs" in happening
          ? { openMs: Math.round(happening.openMs) }
          : {};
    this.#deps.publish(this.occurrence(happening.name, { ...this.detailsOf(compartment), ...more }));
  }
}
