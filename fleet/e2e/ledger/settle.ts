import { once } from "node:events";
import { join } from "node:path";

import { startProgram } from "../../demo/child-process.ts";
import type { Demo } from "../../demo/demo.ts";
import { FleetLedger } from "./fleet-ledger.ts";
import { readCounters } from "./gateway-counters.ts";

/** What a gateway has written of all streams, against what its fleet holds. */
export interface Settlement {
  readonly records: number;
  readonly lost: number;
  readonly duplicated: number;
  /** What the fleet could not read as a record. */
  readonly quarantined: number;
}

/**
 * Ends a demo's gateway, sends what its journal still holds, and compares the counters in its journal with the rows in
 * the fleet's database.
 *
 * @throws the signal's reason where the rest is not sent in time.
 */
export async function settle(demo: Demo, gatewayId: string, signal: AbortSignal): Promise<Settlement> {
  const { stateDirectory, ports } = demo.options;
  const journal = join(stateDirectory, "gateway", "journal");
  await demo.gateway.stop();
  await sendRest(journal, { mqttPort: ports.mqtt, gatewayId }, signal);
  await using ledger = await FleetLedger.open(join(stateDirectory, "fleet"));
  const places = await ledger.places(gatewayId);
  const totals = { records: 0, lost: 0, duplicated: 0, quarantined: await ledger.countQuarantined(gatewayId) };
  for (const { epoch, stream, written } of readCounters(join(journal, "journal.db"))) {
    const at = places.get(`${epoch} ${stream}`) ?? { held: 0, duplicated: 0 };
    totals.records += written;
    totals.lost += written - at.held;
    totals.duplicated += at.duplicated;
  }
  return totals;
}

/** The gateway that wrote a journal is gone: another process sends what it had not sent. */
async function sendRest(
  journal: string,
  to: { readonly mqttPort: number; readonly gatewayId: string },
  signal: AbortSignal,
): Promise<void> {
  await using rest = await startProgram({
    name: "rest of the journal",
    script: "edge/sync/load/main.ts",
    args: [
      `--state=${journal}`,
      `--url=mqtt://127.0.0.1:${to.mqttPort}`,
      `--gateway=${to.gatewayId}`,
      "--exit-when-drained",
    ],
  });
  rest.tell("go");
  await Promise.race([rest.ended, once(signal, "abort")]);
  signal.throwIfAborted();
}
