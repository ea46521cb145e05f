import { randomBytes } from "node:crypto";

import { z } from "zod";

import { lever, nothing, type Lever, type Levers } from "../../simulation/levers.ts";
import type { Happening } from "./happening.ts";
import type { Panel } from "./panel.ts";

/** Which panel; the first where absent. */
const account = z.string().max(16).optional();
const zone = z.int().min(0).max(999);
const key = z
  .string()
  .regex(/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$/, "32, 48 or 64 hex digits")
  .nullable();

const which = z.strictObject({ account }).prefault({});
const place = z.strictObject({ account, zone: zone.default(1) }).prefault({});
const onOff = z.strictObject({ account, zone: zone.default(1), isOn: z.boolean().default(true) }).prefault({});
const restored = z
  .strictObject({
    account,
    zone: zone.default(1),
    what: z.enum(["press", "medical", "fire", "burglary"]).default("press"),
  })
  .prefault({});
const mains = z.strictObject({ account, isLost: z.boolean().default(true) }).prefault({});
const silence = z.strictObject({ account, isSilent: z.boolean().default(true) }).prefault({});
const garbage = z.strictObject({ account, bytes: z.int().min(1).max(4_096).default(200) }).prefault({});
const wrongCrc = z.strictObject({ account, count: z.int().min(0).max(1_000).default(1) }).prefault({});
const wrongTime = z.strictObject({ account, offsetS: z.number().min(-1e9).max(1e9).default(3_600) }).prefault({});
const words = z.strictObject({ account, data: z.string().max(1_000) });
const newKey = z.strictObject({ account, hex: key });

/** The simulator's levers: what happens to people, homes and panels. */
export function panelLevers(panels: readonly [Panel, ...Panel[]]): Levers {
  const state = (): object => ({ panels: panels.map((panel) => panel.state()) });
  /** A lever of the panel that its body names; false where there is none, or no room in it. */
  const on = <T extends { account?: string | undefined }>(
    schema: z.ZodType<T>,
    act: (panel: Panel, body: T) => boolean | void,
  ): Lever =>
    lever(schema, state, (body) => {
      const panel = body.account === undefined ? panels[0] : panels.find((one) => one.account === body.account);
      return panel === undefined ? false : act(panel, body);
    });
  const happens = (what: Happening["what"]): Lever =>
    on(onOff, (panel, { zone: where, isOn }) => panel.report({ what, zone: where, isOver: !isOn }));
  return {
    state,
    levers: {
      press: on(place, (panel, body) => panel.report({ what: "press", zone: body.zone, isOver: false })),
      medical: on(place, (panel, body) => panel.report({ what: "medical", zone: body.zone, isOver: false })),
      restore: on(restored, (panel, body) => panel.report({ what: body.what, zone: body.zone, isOver: true })),
      fire: happens("fire"),
      burglary: happens("burglary"),
      tamper: happens("tamper"),
      "low-battery": happens("low-battery"),
      "missing-sensor": happens("missing-sensor"),
      mains: on(mains, (panel, { isLost }) => panel.report({ what: "mains", zone: 0, isOver: !isLost })),
      test: on(which, (panel) => panel.report({ what: "test", zone: 0, isOver: false })),
      say: on(words, (panel, { data }) => panel.say(data)),
      again: on(which, (panel) => panel.sayAgain()),
      silence: on(silence, (panel, { isSilent }) => panel.fallSilent(isSilent)),
      garbage: on(garbage, (panel, { bytes }) => panel.sendBytes(randomBytes(bytes))),
      "wrong-crc": on(wrongCrc, (panel, { count }) => panel.spoilCrcs(count)),
      "wrong-time": on(wrongTime, (panel, { offsetS }) => panel.setClockOffset(offsetS * 1_000)),
      key: on(newKey, (panel, { hex }) => panel.setKey(hex === null ? undefined : Buffer.from(hex, "hex"))),
      restart: on(which, (panel) => panel.restart()),
      behave: lever(nothing, state, () => {
        for (const panel of panels) {
          panel.fallSilent(false);
          panel.spoilCrcs(0);
          panel.setClockOffset(0);
        }
      }),
    },
  };
}
