import { z } from "zod";

import { lever, type Levers } from "../../simulation/levers.ts";
import type { Terminal } from "./terminal.ts";

const part = z.enum(["scanner", "thermometer", "gate"]);
const issue = z.strictObject({
  validS: z.int().min(-86_400).max(86_400).default(300),
  door: z.string().max(64).optional(),
});
/** A code as it stands, or one that is made now and that the terminal's public key vouches for. */
const scan = z.union([
  z.strictObject({ code: z.string().min(1).max(600) }),
  z.strictObject({ issue: issue.prefault({}) }),
]);
const hex = z
  .string()
  .regex(/^([0-9a-f]{2})+$/i)
  .max(2_000);

/** The simulator's levers: what people do at a real terminal. */
export function terminalLevers(terminal: Terminal): Levers {
  const state = (): object => terminal.snapshot();
  return {
    state,
    levers: {
      scan: lever(scan, state, (body) => terminal.scan("code" in body ? body.code : terminal.issue(body.issue))),
      temperature: lever(z.strictObject({ celsius: z.number().min(-40).max(120) }), state, ({ celsius }) => {
        terminal.celsius = celsius;
      }),
      jam: lever(z.strictObject({ isJammed: z.boolean().default(true) }).prefault({}), state, ({ isJammed }) => {
        terminal.isJammed = isJammed;
      }),
      mute: lever(z.strictObject({ part, isMute: z.boolean().default(true) }), state, (body) => {
        terminal.wires[body.part].isMute = body.isMute;
      }),
      garbage: lever(z.strictObject({ part, hex }), state, (body) =>
        terminal.wires[body.part].sayAnyhow(Buffer.from(body.hex, "hex")),
      ),
      "hang-up": lever(z.strictObject({ part }), state, (body) => terminal.wires[body.part].hangUp()),
    },
  };
}
