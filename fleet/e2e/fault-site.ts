import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { startProgram, type RunningProgram } from "../demo/child-process.ts";
import { freePorts } from "../demo/demo.ts";
import { FleetLedger, type LedgerComparison } from "./ledger.ts";
import { startLoadGateway, type LoadGateway } from "./load-gateway.ts";
import { startMosquitto, type Mosquitto } from "./mosquitto.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** `one-process`: the broker is the fleet's own. `two-process`: mosquitto stands between. */
export type Shape = "one-process" | "two-process";

const GATEWAY_ID = "gateway-under-fire";
const DRAIN_WITHIN_MS = 240_000;
/** Numbers skipped when a gateway starts again: what it wrote without our hearing of it keeps its own numbers. */
const NUMBER_GAP = 100_000;

/** A fleet, a line and a gateway under load, each of which a round may break. */
export interface FaultSite extends AsyncDisposable {
  readonly line: TcpProxy;
  readonly mosquitto: Mosquitto | undefined;
  startFleet(): Promise<void>;
  killFleet(): Promise<void>;
  startGateway(): Promise<void>;
  /** SIGKILL, as a power cut. */
  killGateway(): Promise<void>;
  tell(line: "load" | "hush"): void;
  /** Copies the gateway's disk aside, as an image of it. The gateway must not run. */
  takeImage(): Promise<void>;
  /** Puts the image back; `only-database` leaves the files beside the database as they are now. */
  restoreImage(what: "whole-disk" | "only-database"): Promise<void>;
  wipeGateway(): Promise<void>;
  /** Stops the load and waits until the fleet has every durable record, or the limit is over. */
  drained(): Promise<LedgerComparison>;
}

/** Starts all of it in `directory`. */
export async function openFaultSite(directory: string, shape: Shape): Promise<FaultSite> {
  await using started = new AsyncDisposableStack();
  const [http = 0, mqtt = 0] = await freePorts(2);
  const mosquitto = shape === "two-process" ? started.use(await startMosquitto(directory, mqtt)) : undefined;
  const line = started.use(await startTcpProxy(mqtt));
  const fleetState = join(directory, "fleet");
  const gatewayState = join(directory, "gateway");
  const image = join(directory, "image");
  const durable = new Set<number>();
  const running: { fleet?: RunningProgram; gateway?: LoadGateway; next: number } = { next: 1 };
  started.defer(async () => {
    await running.gateway?.program.kill();
    await running.fleet?.stop();
  });

  const startFleet = async (): Promise<void> => {
    running.fleet = await startProgram({
      name: "fleet",
      script: "fleet/main.ts",
      args: ["--state", fleetState, "--http", `127.0.0.1:${http}`, "--mqtt", `127.0.0.1:${mqtt}`],
      env: {
        OUTPOST_LOG_LEVEL: "error",
        ...(mosquitto === undefined ? {} : { MQTT_URL: `mqtt://127.0.0.1:${mqtt}` }),
      },
    });
  };
  const startGateway = async (): Promise<void> => {
    running.gateway = await startLoadGateway({
      stateDirectory: gatewayState,
      mqttPort: line.port,
      gatewayId: GATEWAY_ID,
      first: running.next,
    });
    running.gateway.tell("go");
    running.gateway.tell("load");
  };
  const killGateway = async (): Promise<void> => {
    await running.gateway?.program.kill();
    for (const number of running.gateway?.durable ?? []) durable.add(number);
    running.next = nextFirst(durable, running.next);
  };

  await startFleet();
  const ledger = started.use(await FleetLedger.open(fleetState));
  await startGateway();
  const rest = started.move();
  return {
    line,
    mosquitto,
    startFleet,
    killFleet: async () => await running.fleet?.kill(),
    startGateway,
    killGateway,
    tell: (word) => running.gateway?.tell(word),
    async takeImage() {
      await rm(image, { recursive: true, force: true });
      await cp(gatewayState, image, { recursive: true });
    },
    async restoreImage(what) {
      const isDatabase = (path: string): boolean => what === "whole-disk" || !path.endsWith(".anchor");
      if (what === "whole-disk") await rm(gatewayState, { recursive: true });
      await cp(image, gatewayState, { recursive: true, force: true, filter: isDatabase });
    },
    wipeGateway: async () => await rm(gatewayState, { recursive: true }),
    async drained() {
      running.gateway?.tell("hush");
      const deadlineMs = performance.now() + DRAIN_WITHIN_MS;
      for (;;) {
        await delay(500);
        for (const number of running.gateway?.durable ?? []) durable.add(number);
        const comparison = await ledger.compare(GATEWAY_ID, durable);
        if (comparison.lost.length === 0 || performance.now() > deadlineMs) return comparison;
      }
    },
    [Symbol.asyncDispose]: async () => await rest.disposeAsync(),
  };
}

function nextFirst(durable: ReadonlySet<number>, before: number): number {
  let highest = before;
  for (const number of durable) highest = Math.max(highest, number);
  return Math.ceil((highest + 1) / NUMBER_GAP) * NUMBER_GAP + 1;
}
