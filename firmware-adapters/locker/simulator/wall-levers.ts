import { z } from "zod";

import { lever, nothing, type Levers } from "../../simulation/levers.ts";
import type { Misbehaviours } from "../../simulation/misbehaviours.ts";
import { misbehaviour, type Misbehaviour } from "./misbehaviour.ts";
import type { Wall } from "./wall.ts";

export interface WallLeversDeps {
  readonly wall: Wall;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** Requests of boards that are there, by any line. */
  readonly countRequests: () => number;
}

/** What people can do to the wall. */
export function wallLevers({ wall, misbehaviours, countRequests }: WallLeversDeps): Levers {
  const [first = 0] = wall.boards;
  const door = {
    board: z.int().default(first),
    door: z.int().min(1).max(wall.ways),
  };
  const oneDoor = z.strictObject(door);
  const parcel = z.strictObject({ ...door, isIn: z.boolean() });
  const jam = z.strictObject({ ...door, isActive: z.boolean().default(true) });
  const state = (): object => ({
    isMainsOn: wall.isMainsOn,
    isInverted: wall.isInverted,
    requests: countRequests(),
    misbehavioursLeft: misbehaviours.left,
    doors: wall.doors,
  });
  return {
    state,
    levers: {
      close: lever(oneDoor, state, (one) => wall.close(one.board, one.door)),
      pry: lever(oneDoor, state, (one) => wall.pry(one.board, one.door)),
      parcel: lever(parcel, state, (one) => wall.put(one.board, one.door, one.isIn)),
      jam: lever(jam, state, (one) => wall.jam(one.board, one.door, one.isActive)),
      mains: lever(z.strictObject({ isOn: z.boolean() }), state, ({ isOn }) => {
        wall.isMainsOn = isOn;
      }),
      polarity: lever(z.strictObject({ isInverted: z.boolean() }), state, ({ isInverted }) => {
        wall.isInverted = isInverted;
      }),
      misbehave: lever(misbehaviour, state, (next) => misbehaviours.plan(next)),
      behave: lever(nothing, state, () => misbehaviours.clear()),
    },
  };
}
