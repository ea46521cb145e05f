import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { stationFault } from "./fault.ts";
import { misbehaviour, type Misbehaviours } from "./server/misbehaviour.ts";
import { listenOn, type Endpoint, type Listener } from "./server/server.ts";
import type { Station } from "./station.ts";

export interface ControlDeps {
  readonly station: Station;
  readonly misbehaviours: Misbehaviours;
  /** How many requests to our unit came in, by any line. */
  readonly countRequests: () => number;
  readonly log: Log;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const MAX_BODY_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 5_000;

const nothing = z.strictObject({}).optional();
const storm = z.strictObject({ minutes: z.number().min(1).max(1_440).default(30) }).prefault({});

/** Serves the simulator's levers: what people do to a real station. @throws SimulatorError `simulator/cannot-listen`. */
export async function listenForControl(endpoint: Endpoint, deps: ControlDeps): Promise<Listener> {
  const answering = new Set<Promise<void>>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const answered = answer(request, response, deps).finally(() => answering.delete(answered));
    answering.add(answered);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  const port = await listenOn(server, endpoint, deps.log);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...answering]);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: ControlDeps): Promise<void> {
  const { status, body } = await reply(request, deps);
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

async function reply(request: IncomingMessage, deps: ControlDeps): Promise<Reply> {
  const route = `${request.method} ${request.url}`;
  // A page somebody happens to look at must not pull levers; browsers name the page in every POST.
  if (request.headers.origin !== undefined) return refusal(403, "not for web pages");
  if (route === "GET /state") return { status: 200, body: state(deps) };
  const pull = LEVERS.get(route);
  if (pull === undefined) return refusal(404, `no such lever; there are GET /state, ${[...LEVERS.keys()].join(", ")}`);
  try {
    const body = await readBody(request);
    return pull(body === "" ? undefined : JSON.parse(body), deps);
  } catch (error) {
    // Too long, broken off or not JSON: the sender's fault.
    return refusal(400, asError(error).message);
  }
}

const LEVERS: ReadonlyMap<string, (body: unknown, deps: ControlDeps) => Reply> = new Map([
  ["POST /storm", lever(storm, ({ minutes }, { station }) => station.beginStorm(minutes))],
  ["POST /calm", lever(nothing, (_, { station }) => station.endStorm())],
  ["POST /fault", lever(stationFault, (fault, { station }) => station.apply(fault))],
  ["POST /misbehave", lever(misbehaviour, (next, { misbehaviours }) => misbehaviours.plan(next))],
  ["POST /behave", lever(nothing, (_, { misbehaviours }) => misbehaviours.clear())],
]);

/** @returns what parses a body, acts, and tells the state after; `act` returns false where there is no room. */
function lever<T>(schema: z.ZodType<T>, act: (body: T, deps: ControlDeps) => boolean | void) {
  return (body: unknown, deps: ControlDeps): Reply => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
    if (act(parsed.data, deps) === false) return refusal(409, "too many are planned already");
    return { status: 200, body: state(deps) };
  };
}

function state({ station, misbehaviours, countRequests }: ControlDeps): object {
  return { ...station.snapshot(), requests: countRequests(), misbehavioursLeft: misbehaviours.left };
}

function refusal(status: number, reason: string): Reply {
  return { status, body: { reason } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
