import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { listenOn, type Endpoint, type Listener } from "./listen.ts";
import { readBody } from "./read-body.ts";

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Pulls one lever. */
export type Lever = (body: unknown) => Promise<Reply> | Reply;

/** What people can do to a simulated device, and what they see of it. */
export interface Levers {
  /** For `GET /state`. */
  state(): object;
  /** By name: `POST /storm` pulls `storm`. */
  readonly levers: Readonly<Record<string, Lever>>;
}

const MAX_BODY_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 5_000;

/** The schema of a lever that takes nothing. */
export const nothing = z.strictObject({}).optional();

/**
 * A lever whose body is checked before it acts; it answers with the state after.
 *
 * @param act  returns false where there is no room for it now.
 */
export function lever<T>(
  schema: z.ZodType<T>,
  state: () => object,
  act: (body: T) => Promise<boolean | void> | boolean | void,
): Lever {
  return async (body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
    if ((await act(parsed.data)) === false) return refusal(409, "too many are planned already");
    return { status: 200, body: state() };
  };
}

/** Serves a simulator's levers over HTTP: what people do to the real device. @throws SimulatorError */
export async function listenForLevers(endpoint: Endpoint, levers: Levers, log: Log): Promise<Listener> {
  const answering = new Set<Promise<void>>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const answered = answer(request, response, levers).finally(() => answering.delete(answered));
    answering.add(answered);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  const port = await listenOn(server, endpoint, log);
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

async function answer(request: IncomingMessage, response: ServerResponse, levers: Levers): Promise<void> {
  const { status, body } = await reply(request, levers);
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

async function reply(request: IncomingMessage, simulator: Levers): Promise<Reply> {
  const { levers } = simulator;
  const { method, url = "" } = request;
  // A page somebody happens to look at must not pull levers; browsers name the page in every POST.
  if (request.headers.origin !== undefined) return refusal(403, "not for web pages");
  if (method === "GET" && url === "/state") return { status: 200, body: simulator.state() };
  const pull = method === "POST" && Object.hasOwn(levers, url.slice(1)) ? levers[url.slice(1)] : undefined;
  if (pull === undefined) {
    const known = Object.keys(levers).map((name) => `POST /${name}`);
    return refusal(404, `no such lever; there are GET /state, ${known.join(", ")}`);
  }
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    return await pull(body === "" ? undefined : JSON.parse(body));
  } catch (error) {
    // Too long, broken off or not JSON: the sender's fault.
    return refusal(400, asError(error).message);
  }
}

function refusal(status: number, reason: string): Reply {
  return { status, body: { reason } };
}
