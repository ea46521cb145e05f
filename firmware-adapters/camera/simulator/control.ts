import { z } from "zod";

import { lever, nothing, type Levers } from "../../simulation/levers.ts";
import type { SimulatedCamera } from "./camera.ts";

const times = z.int().min(1).max(1_000).default(1);
const garbage = z.strictObject({ hex: z.hex().max(2_000).default("00"), times }).prefault({});
const cut = z.strictObject({ times }).prefault({});
const slow = z.strictObject({ bytesPerSecond: z.int().min(10).max(1_000_000).default(1_000) }).prefault({});
const resize = z.strictObject({ width: z.int().min(64).max(4_096), height: z.int().min(64).max(4_096) });

/** The simulator's levers: what happens to real cameras. */
export function cameraLevers(camera: SimulatedCamera): Levers {
  const state = (): object => camera.state();
  return {
    state,
    levers: {
      freeze: lever(nothing, state, () => camera.freeze()),
      thaw: lever(nothing, state, () => camera.thaw()),
      dark: lever(nothing, state, () => {
        camera.isDark = true;
      }),
      light: lever(nothing, state, () => {
        camera.isDark = false;
      }),
      silent: lever(nothing, state, () => {
        camera.isSilent = true;
      }),
      refuse: lever(nothing, state, () => {
        camera.isRefusing = true;
      }),
      slow: lever(slow, state, ({ bytesPerSecond }) => {
        camera.bytesPerSecond = bytesPerSecond;
      }),
      garbage: lever(garbage, state, (body) => {
        const bytes = Buffer.from(body.hex, "hex");
        return camera.plan({ kind: "garbage", bytes }, body.times);
      }),
      cut: lever(cut, state, (body) => camera.plan({ kind: "cut" }, body.times)),
      resize: lever(resize, state, ({ width, height }) => camera.resize(width, height)),
      behave: lever(nothing, state, () => camera.behave()),
    },
  };
}
