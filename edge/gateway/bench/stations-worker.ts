import assert from "node:assert";
import { performance } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";

import { BareSocket } from "./bare-socket.ts";
import { identityOf } from "./car-park.ts";
import { METER_VALUES, MIX_CALLS, mixOf } from "./station-calls.ts";

/** Charge points on a thread of their own, so that their work is nobody else's. */
export type StationsOrder =
  /** Connect all, and wait until nobody has asked any of them anything for a while. */
  | { readonly kind: "connect"; readonly port: number; readonly stations: number }
  /** Each runs so many mixes, one call at a time. */
  | { readonly kind: "run"; readonly mixes: number }
  | { readonly kind: "hang-up" };
export type StationsReport =
  | { readonly kind: "connected" }
  | {
      readonly kind: "ran";
      readonly calls: number;
      readonly tookMs: number;
      readonly latenciesMs: Float64Array;
      /** Answers that were errors. */
      readonly errors: number;
      /** Share of the time in which this thread was busy itself. */
      readonly busy: number;
    }
  | { readonly kind: "hung-up" };

const QUIET_MS = 1_500;
/** More than a mix meters. */
const MIX_WH = 100;
/** What stations say when they are set up. */
const ANSWERS: Readonly<Record<string, object>> = {
  GetLocalListVersion: { listVersion: 0 },
  GetConfiguration: { configurationKey: [] },
};

const port = parentPort;
assert(port !== null, "runs as a worker");

/** A station with no more to it than its socket. */
class BareStation {
  askedAtMs = performance.now();
  errors = 0;
  #socket: BareSocket | undefined;
  #answered: ((payload: unknown) => void) | undefined;
  #calls = 0;

  async connect(centralPort: number, identity: string): Promise<void> {
    const hear = (text: string): void => this.#hear(JSON.parse(text));
    this.#socket = await BareSocket.open(centralPort, `/${identity}`, "ocpp1.6", hear);
  }

  async call(action: string, payload: object): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#answered = resolve;
    this.#calls += 1;
    this.#socket?.send(JSON.stringify([2, String(this.#calls), action, payload]));
    return await promise;
  }

  async close(): Promise<void> {
    await this.#socket?.close();
  }

  #hear([kind, id, ...rest]: readonly unknown[]): void {
    if (kind === 2) {
      this.askedAtMs = performance.now();
      this.#socket?.send(JSON.stringify([3, id, ANSWERS[String(rest[0])] ?? { status: "Accepted" }]));
      return;
    }
    if (kind === 4) this.errors += 1;
    this.#answered?.(rest[0]);
  }
}

let stations: readonly BareStation[] = [];
let mixesBefore = 0;

port.on("message", (order: StationsOrder) => {
  obey(order).then(
    (report) => port.postMessage(report),
    (error: unknown) => {
      throw error;
    },
  );
});

async function obey(order: StationsOrder): Promise<StationsReport> {
  switch (order.kind) {
    case "connect":
      stations = await connect(order.port, order.stations);
      return { kind: "connected" };
    case "run":
      return await run(order.mixes);
    case "hang-up":
      await Promise.all(stations.map((station) => station.close()));
      stations = [];
      return { kind: "hung-up" };
  }
}

async function connect(centralPort: number, count: number): Promise<readonly BareStation[]> {
  const connected: BareStation[] = [];
  for (let index = 0; index < count; index += 1) {
    const station = new BareStation();
    await station.connect(centralPort, identityOf(index));
    await station.call("BootNotification", { chargePointVendor: "Bench", chargePointModel: "Bench" });
    await station.call("StatusNotification", { connectorId: 1, status: "Available", errorCode: "NoError" });
    connected.push(station);
  }
  while (connected.some(({ askedAtMs }) => performance.now() - askedAtMs < QUIET_MS)) {
    await new Promise((resolve) => {
      setTimeout(resolve, QUIET_MS / 10);
    });
  }
  return connected;
}

async function run(mixes: number): Promise<StationsReport> {
  const latenciesMs = new Float64Array(stations.length * mixes * MIX_CALLS);
  let calls = 0;
  const beforeErrors = errorsOf(stations);
  const idleBefore = performance.eventLoopUtilization();
  const beganMs = performance.now();
  await Promise.all(
    stations.map(async (station, index) => {
      for (let mix = 0; mix < mixes; mix += 1) {
        let number = 0;
        const meterStartWh = (mixesBefore + mix) * MIX_WH;
        // Each begins at another place of its mix, as in a car park; in step they would all wait for each other.
        const meterValues = mix === 0 ? index % (METER_VALUES + 1) : METER_VALUES;
        for (const { action, payload } of mixOf(meterStartWh, meterValues, () => number)) {
          const sentMs = performance.now();
          const answer = await station.call(action, payload);
          latenciesMs[calls] = performance.now() - sentMs;
          calls += 1;
          if (action === "StartTransaction") number = numberIn(answer);
        }
      }
    }),
  );
  const tookMs = performance.now() - beganMs;
  mixesBefore += mixes;
  const busy = performance.eventLoopUtilization(idleBefore).utilization;
  return {
    kind: "ran",
    calls,
    tookMs,
    latenciesMs: latenciesMs.slice(0, calls),
    errors: errorsOf(stations) - beforeErrors,
    busy,
  };
}

function errorsOf(all: readonly BareStation[]): number {
  return all.reduce((sum, { errors }) => sum + errors, 0);
}

function numberIn(answer: unknown): number {
  return typeof answer === "object" && answer !== null && "transactionId" in answer ? Number(answer.transactionId) : 0;
}
