import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePorts } from "@outpost/kernel/free-ports.ts";

import { startMosquitto, type Mosquitto } from "../../broker/testing/mosquitto.ts";
import type { RunningProgram } from "../../demo/child-process.ts";
import { startTcpProxy, type TcpProxy } from "../../demo/control/tcp-proxy.ts";
import { startFleet } from "../fleet-process.ts";
import { FleetLedger, type LedgerComparison } from "../ledger/fleet-ledger.ts";
import { FaultGateway } from "./fault-gateway.ts";

/** `one-process`: the broker is the fleet's own. `two-process`: mosquitto stands between. */
export type Shape = "one-process" | "two-process";

const GATEWAY_ID = "gateway-under-fire";
const DRAIN_WITHIN_MS = 240_000;

/** A fleet, a line and a gateway under load, each of which a round may break. */
export interface FaultSite extends AsyncDisposable {
  readonly line: TcpProxy;
  readonly mosquitto: Mosquitto | undefined;
  readonly gateway: FaultGateway;
  startFleet(): Promise<void>;
  killFleet(): Promise<void>;
  /** Stops the load and waits until the fleet has every durable record, or the limit is over. */
  drained(): Promise<LedgerComparison>;
}

/** Starts all of it in `directory`. */
export async function openFaultSite(directory: string, shape: Shape): Promise<FaultSite> {
  await using started = new AsyncDisposableStack();
  const [http = 0, mqtt = 0] = await freePorts(2);
  const mosquitto = shape === "two-process" ? started.use(await startMosquitto(mqtt)) : undefined;
  const line = started.use(await startTcpProxy(mqtt));
  const fleetState = join(directory, "fleet");
  let fleet: RunningProgram | undefined;
  const startFleetAgain = async (): Promise<void> => {
    fleet = await startFleet({
      stateDirectory: fleetState,
      httpPort: http,
      mqttPort: mqtt,
      env: mosquitto === undefined ? {} : { MQTT_URL: `mqtt://127.0.0.1:${mqtt}` },
    });
  };
  await startFleetAgain();
  started.defer(async () => await fleet?.stop());
  const ledger = started.use(await FleetLedger.open(fleetState));
  const gateway = new FaultGateway({ directory, mqttPort: line.port, gatewayId: GATEWAY_ID });
  await gateway.start();
  started.defer(async () => await gateway.kill());
  const rest = started.move();
  return {
    line,
    mosquitto,
    gateway,
    startFleet: startFleetAgain,
    killFleet: async () => await fleet?.kill(),
    async drained() {
      gateway.tell("hush");
      const deadlineMs = performance.now() + DRAIN_WITHIN_MS;
      for (;;) {
        await delay(500);
        const comparison = await ledger.compare(GATEWAY_ID, gateway.durable);
        if (comparison.lost.length === 0 || performance.now() > deadlineMs) return comparison;
      }
    },
    [Symbol.asyncDispose]: async () => await rest.disposeAsync(),
  };
}
