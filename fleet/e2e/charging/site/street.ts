import { z } from "zod";

import { startProgram, type RunningProgram } from "../../../demo/child-process.ts";
import { startTcpProxy, type TcpProxy } from "../../../demo/control/tcp-proxy.ts";
import { LeverBoard } from "../../lever-board.ts";
import { CONNECTORS, type SiteStation } from "./site-document.ts";

const message = z.object({ action: z.string(), payload: z.record(z.string(), z.unknown()), answer: z.unknown() });
/** One message of a transaction that the gateway has answered, by the station's own word. */
export type ToldMessage = z.infer<typeof message>;

const connectorState = z.object({
  connector: z.number(),
  isPlugged: z.boolean(),
  drawsA: z.tuple([z.number(), z.number(), z.number()]),
  transaction: z.object({ idTag: z.string() }).nullable(),
});
const stationState = z.object({
  identity: z.string(),
  isAccepted: z.boolean(),
  connectors: z.array(connectorState),
  queueLength: z.number(),
  transactionMessages: z.object({ dropped: z.number(), messages: z.array(message) }),
});
const streetState = z.object({ stations: z.array(stationState) });
export type StationState = z.infer<typeof stationState>;

const HOST = "127.0.0.1";
/** Cars follow a new limit as late as that. */
const LAG_MS = 1_000;

/** Charge points of one version: a process of its own, on a line that can be made to fail. */
export class Street implements AsyncDisposable {
  readonly stations: readonly SiteStation[];
  readonly line: TcpProxy;
  readonly #levers: LeverBoard;
  readonly #program: RunningProgram;

  private constructor(
    stations: readonly SiteStation[],
    parts: { readonly line: TcpProxy; readonly program: RunningProgram; readonly controlPort: number },
  ) {
    this.stations = stations;
    this.line = parts.line;
    this.#program = parts.program;
    this.#levers = new LeverBoard(parts.controlPort);
  }

  static async open(
    stations: readonly SiteStation[],
    ports: { readonly ocpp: number; readonly control: number },
  ): Promise<Street> {
    await using opened = new AsyncDisposableStack();
    const line = opened.use(await startTcpProxy(ports.ocpp));
    const [version] = stations.map((one) => one.version.replace("ocpp", ""));
    const program = await startProgram({
      name: `charge points of ${version}`,
      script: "firmware-adapters/ocpp/simulator/main.ts",
      args: [
        "--with-parent",
        ...flags({
          url: `ws://${HOST}:${line.port}`,
          version: version ?? "1.6",
          connectors: String(CONNECTORS.length),
          "lag-ms": String(LAG_MS),
          "meter-s": "5",
          control: `${HOST}:${ports.control}`,
        }),
        ...stations.flatMap(({ identity, key }) => ["--station", `${identity}:${key}`]),
      ],
      env: { OUTPOST_LOG_LEVEL: "error" },
    });
    opened.move();
    return new Street(stations, { line, program, controlPort: ports.control });
  }

  /** Pulls a lever, whose answer is the state. @returns undefined where it could not be done now. */
  async pull(lever: string, body: object): Promise<readonly StationState[] | undefined> {
    const state = await this.#levers.pull(lever, body).catch((error: unknown) => {
      if (error instanceof Error && error.message.includes("was answered with 409")) return undefined;
      throw error;
    });
    return state === undefined ? undefined : streetState.parse(state).stations;
  }

  async state(): Promise<readonly StationState[]> {
    return streetState.parse(await this.#levers.state()).stations;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.stop();
    await this.line[Symbol.asyncDispose]();
  }
}

function flags(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}
