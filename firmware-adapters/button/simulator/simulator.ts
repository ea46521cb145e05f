import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import type { BoardOptions } from "./board.ts";
import { startBroker } from "./broker.ts";
import { SimulatedLoraButton } from "./buttons/lora-button.ts";
import type { SimulatedButton } from "./buttons/simulated-button.ts";
import { SimulatedWiredButton } from "./buttons/wired-button.ts";
import { BASE_TOPIC, SimulatedZigbeeButton } from "./buttons/zigbee-button.ts";
import { buttonLevers } from "./control.ts";

export interface SimulatorOptions {
  /** Where the broker listens; without it there are no radio buttons. */
  readonly mqtt?: Endpoint | undefined;
  readonly zigbee?: number;
  readonly lora?: number;
  /** A folder for the boards of wired buttons; without it there are none. */
  readonly boards?: string | undefined;
  readonly wired?: number;
  readonly libgpiod?: BoardOptions["version"];
  readonly heartbeatMs?: number;
  readonly control?: Endpoint | undefined;
  readonly log?: Log;
}

export interface ButtonSimulator extends AsyncDisposable {
  readonly ports: { readonly mqtt?: number; readonly control?: number; readonly buttons: readonly string[] };
  readonly buttons: readonly SimulatedButton[];
}

const FIRST_EUI = 0xa840_41ff_ff00_0000n;

/** Starts a site's buttons: Zigbee and LoRaWAN ones behind a broker, wired ones on boards. @throws SimulatorError */
export async function startSimulator(options: SimulatorOptions): Promise<ButtonSimulator> {
  const { mqtt, boards, control, heartbeatMs = 60_000, libgpiod = "1.6.3", log = silentLog } = options;
  await using stack = new AsyncDisposableStack();
  const buttons: SimulatedButton[] = [];
  const add = (made: SimulatedButton): void => {
    buttons.push(stack.use(made));
  };
  const broker = mqtt === undefined ? undefined : stack.use(await startBroker(mqtt, log));
  if (broker !== undefined) {
    await broker.say(`${BASE_TOPIC}/bridge/state`, JSON.stringify({ state: "online" }), true);
    for (const id of named("zigbee", options.zigbee ?? 2)) add(new SimulatedZigbeeButton(id, broker, heartbeatMs));
    for (const [index, id] of named("lora", options.lora ?? 1).entries()) {
      const devEui = (FIRST_EUI + BigInt(index + 1)).toString(16);
      add(new SimulatedLoraButton({ id, devEui, heartbeatMs }, broker));
    }
  }
  if (boards !== undefined) {
    for (const id of named("wired", options.wired ?? 1)) add(await SimulatedWiredButton.make(id, boards, libgpiod));
  }
  const levers =
    control === undefined ? undefined : stack.use(await listenForLevers(control, buttonLevers(buttons, broker), log));
  const kept = stack.move();
  return {
    ports: {
      ...(broker === undefined ? {} : { mqtt: broker.port }),
      ...(levers === undefined ? {} : { control: levers.port }),
      buttons: buttons.map(({ id }) => id),
    },
    buttons,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function named(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
}
