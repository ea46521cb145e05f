import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { sleep } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { listenOn, type Endpoint, type Listener } from "../../simulation/listen.ts";
import { readBody } from "../../simulation/read-body.ts";
import type { Moods } from "./moods.ts";
import type { Panel } from "./panel.ts";

export interface HttpSignOptions {
  readonly endpoint: Endpoint;
  readonly token: string | undefined;
  readonly panel: Panel;
  readonly moods: Moods;
  /** Called with each request as it comes. */
  onRequest(): void;
}

export interface HttpSign extends Listener {
  /** Breaks every connection: the sign has gone from the net. */
  hangUp(): void;
}

const MAX_BODY_BYTES = 64 * 1024;

/** A sign's own web server. @throws SimulatorError */
export async function serveHttpSign(options: HttpSignOptions, log: Log): Promise<HttpSign> {
  const stop = new AbortController();
  const sockets = new Set<Socket>();
  const answering = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    options.onRequest();
    const answered = answer(request, response, { options, signal: stop.signal }).finally(() =>
      answering.delete(answered),
    );
    answering.add(answered);
  });
  server.on("connection", (socket) => {
    if (options.moods.isAway) socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("clientError", (_, socket) => socket.destroy());
  const port = await listenOn(server, options.endpoint, log);
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    hangUp,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      stop.abort();
      hangUp();
      await Promise.all([closed, ...answering]);
    },
  };
}

interface Answering {
  readonly options: HttpSignOptions;
  readonly signal: AbortSignal;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { options, signal }: Answering,
): Promise<void> {
  const { moods, token, panel } = options;
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (moods.slowMs > 0) await sleep(moods.slowMs, signal);
    if (moods.isSilent) return;
    const garbage = moods.nextGarbage();
    if (garbage !== undefined) {
      request.socket.end(garbage);
    } else if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      reply(response, 401, { reason: "the token is not right" });
    } else if (request.method === "GET" && request.url === "/health") {
      reply(response, 200, panel.state);
    } else if (request.method === "PUT" && request.url === "/content") {
      const reason = panel.put(JSON.parse(body));
      reply(response, reason === undefined ? 200 : 400, reason === undefined ? {} : { reason });
    } else {
      reply(response, 404, { reason: "there are GET /health and PUT /content" });
    }
  } catch (error) {
    // Too long, broken off or no JSON: the sender's fault. A reply to one who has gone goes nowhere.
    reply(response, 400, { reason: asError(error).message });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
