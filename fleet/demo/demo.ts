import type { RunningProgram } from "./child-process.ts";
import { startHub, type HubSubjects } from "./control/hub.ts";
import { startTcpProxy, type TcpProxy } from "./control/tcp-proxy.ts";
import { controlUrl, httpUrl, hubUrl, statusUrl, type DemoOptions } from "./options.ts";
import { Programs } from "./programs.ts";
import { SIMULATOR_IDS, simulatorOf, type SimulatorId } from "./simulators.ts";
import { newCourier, type Courier } from "./site/courier.ts";
import { pickUpCode } from "./site/pick-up.ts";
import { GATEWAY_ID, writeSiteFile } from "./site/site-file.ts";

/** Simulators, a fleet and a gateway, each a process of its own; fleet and gateway can be started again by themselves. */
export interface Demo extends AsyncDisposable {
  readonly options: DemoOptions;
  readonly httpUrl: string;
  readonly statusUrl: string;
  readonly hubUrl: string;
  readonly uplink: TcpProxy;
  readonly simulators: ReadonlyMap<SimulatorId, RunningProgram>;
  readonly fleet: RunningProgram;
  readonly gateway: RunningProgram;
  /** One simulator's own levers. */
  controlUrl(simulator: SimulatorId): string;
  startFleet(): Promise<void>;
  startGateway(): Promise<void>;
}

/** Starts everything; what was started is ended again where a part of it does not come up. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const { ports } = options;
  const courier = newCourier("demo-lockers");
  const siteFile = await writeSiteFile(options, courier);
  const uplink = started.use(await startTcpProxy(ports.mqtts, ports.uplink));
  started.use(await startHub(hubSubjects(options, uplink, courier), ports.hub));
  const programs = started.use(new Programs(options, siteFile));
  await programs.startAll();
  const rest = started.move();
  return {
    options,
    httpUrl: httpUrl(options),
    statusUrl: statusUrl(options),
    hubUrl: hubUrl(options),
    uplink,
    simulators: programs.simulators,
    get fleet() {
      return programs.fleet;
    },
    get gateway() {
      return programs.gateway;
    },
    controlUrl: (id) => controlUrl(id, options),
    startFleet: () => programs.startFleet(),
    startGateway: () => programs.startGateway(),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function hubSubjects(options: DemoOptions, uplink: TcpProxy, courier: Courier): HubSubjects {
  const ids = options.simulators ?? SIMULATOR_IDS;
  return {
    gateway: { id: options.site?.gatewayId ?? GATEWAY_ID, pageUrl: statusUrl(options) },
    uplink,
    simulators: ids.map((id) => ({ id, kind: simulatorOf(id).kind, controlUrl: controlUrl(id, options) })),
    pickUpCode: (states) => pickUpCode(states, courier, Date.now()),
  };
}
