import { z } from "zod";

import { lever, type Levers } from "../../simulation/levers.ts";
import type { SimulatedBroker } from "./broker.ts";
import type { Deeds, SimulatedButton } from "./buttons/simulated-button.ts";
import { BASE_TOPIC } from "./buttons/zigbee-button.ts";

const button = z.string().max(64);
const which = z.strictObject({ button });
const flag = z.boolean().default(true);
const tampered = z.strictObject({ button, isTampered: flag });
const silent = z.strictObject({ button, isSilent: flag });
const cut = z.strictObject({ button, isCut: flag });

const press = z.strictObject({ button, heldMs: z.int().min(1).max(3_600_000).default(300) });
const battery = z.strictObject({ button, percent: z.number().min(0).max(100) });
const availability = z.strictObject({
  button,
  isOnline: z.boolean(),
  isRetained: z.boolean().default(true),
  isBare: z.boolean().default(false),
});
const bridge = z.strictObject({ isOnline: z.boolean() });
const tools = z.strictObject({ button, mood: z.enum(["works", "hangs", "fails", "die"]) });

/** What people and accidents do to real buttons, their radios and their wires. */
export function buttonLevers(buttons: readonly SimulatedButton[], broker: SimulatedBroker | undefined): Levers {
  const state = (): object => ({
    mqttClients: broker?.clients ?? 0,
    buttons: buttons.map((one) => ({ id: one.id, settings: one.settings, ...one.snapshot() })),
  });
  /** @throws Error that names the buttons, or what this one cannot do. */
  const deed = <Name extends keyof Deeds>(id: string, name: Name): Deeds[Name] => {
    const found = buttons.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no button ${id}; there are ${buttons.map((one) => one.id).join(", ")}`);
    const { [name]: can } = found.deeds;
    if (can === undefined) throw new Error(`${id} knows no ${name}`);
    return can;
  };
  return {
    state,
    levers: {
      press: lever(press, state, ({ button: id, heldMs }) => deed(id, "press")(heldMs)),
      tamper: lever(tampered, state, ({ button: id, isTampered }) => deed(id, "tamper")(isTampered)),
      battery: lever(battery, state, ({ button: id, percent }) => deed(id, "battery")(percent)),
      leave: lever(which, state, ({ button: id }) => deed(id, "leave")()),
      silence: lever(silent, state, ({ button: id, isSilent }) => deed(id, "silence")(isSilent)),
      again: lever(which, state, ({ button: id }) => deed(id, "again")()),
      garbage: lever(which, state, ({ button: id }) => deed(id, "garbage")()),
      availability: lever(availability, state, ({ button: id, ...said }) => deed(id, "availability")(said)),
      cut: lever(cut, state, ({ button: id, isCut }) => deed(id, "cut")(isCut)),
      tools: lever(tools, state, ({ button: id, mood }) =>
        deed(id, "tools")(mood === "fails" ? "fails error: Device or resource busy" : mood),
      ),
      bridge: lever(bridge, state, async ({ isOnline }) => {
        const word = JSON.stringify({ state: isOnline ? "online" : "offline" });
        await broker?.say(`${BASE_TOPIC}/bridge/state`, word, true);
      }),
    },
  };
}
