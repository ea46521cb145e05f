import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

const panel = z.object({ siren: z.object({ isOn: z.boolean(), changedAtMs: z.number().optional() }) });
/** How long a person presses the panel's reset button. */
const PRESS_MS = 500;
const WITHIN_MS = 40_000;

/** The siren as the simulated pump station has it: not what the gateway believes. */
export async function readSiren(controlUrl: string): Promise<z.infer<typeof panel>["siren"]> {
  return panel.parse(await (await fetch(`${controlUrl}/state`)).json()).siren;
}

/** Pump 1 trips at the station, and stays tripped until somebody resets it. @returns just before, Unix milliseconds. */
export async function tripPump(controlUrl: string): Promise<number> {
  const atMs = Date.now();
  const body = JSON.stringify({ kind: "pump-trip", pump: 1 });
  const answer = await fetch(`${controlUrl}/fault`, { method: "POST", body });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
  return atMs;
}

/** Somebody presses the reset button at the panel, whose Modbus server is at `port` of loopback. */
export async function pressReset(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    for (const value of ["ff00", "0000"]) {
      // Modbus TCP: write single coil 1 ("alarm reset") of unit 1. The controller takes the rising edge.
      socket.write(Buffer.from(`00010000000601050001${value}`, "hex"));
      await once(socket, "data", { signal: AbortSignal.timeout(WITHIN_MS) });
      await delay(PRESS_MS);
    }
  } finally {
    socket.destroy();
  }
}
