import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import type { Log } from "@outpost/kernel/log.ts";

import { listenOn, type Endpoint, type Listener } from "../../../simulation/listen.ts";
import type { SimulatedCamera } from "../camera.ts";
import type { OnvifDevice } from "../onvif/device.ts";
import type { Guard } from "./guard.ts";
import { sendMotionJpeg, sendSnapshot, type PictureStyle } from "./send-pictures.ts";

export interface WebParts extends PictureStyle {
  readonly camera: SimulatedCamera;
  readonly onvif: OnvifDevice;
  /** Nobody is asked for credentials where absent. */
  readonly guard: Guard | undefined;
  readonly log: Log;
}

const MAX_CONNECTIONS = 64;
const MAX_BODY_BYTES = 65_536;

/** Serves /snapshot.jpg, /mjpeg and /onvif/…, for whoever has the credentials. @throws SimulatorError */
export async function serveHttp(endpoint: Endpoint, parts: WebParts): Promise<Listener> {
  const stop = new AbortController();
  const answering = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const signal = AbortSignal.any([stop.signal, gone.signal]);
    // Whatever fails here is a connection that went away, and what it takes is over with it.
    const answered = answer(request, response, parts, signal)
      .catch(() => {
        response.destroy();
      })
      .finally(() => answering.delete(answered));
    answering.add(answered);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (_, socket) => socket.destroy());
  const port = await listenOn(server, endpoint, parts.log);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      stop.abort();
      server.closeAllConnections();
      await Promise.all([closed, ...answering]);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: WebParts,
  signal: AbortSignal,
): Promise<void> {
  const { camera, guard, onvif } = parts;
  camera.noteRequest();
  if (camera.isSilent) {
    signal.throwIfAborted();
    await once(signal, "abort");
    return;
  }
  const path = new URL(request.url ?? "/", "http://camera").pathname;
  if (path.startsWith("/onvif/") && request.method === "POST") {
    const host = request.headers.host ?? "";
    const reply = onvif.answer(await readBody(request), { path, host, challenge: () => guard?.challengeTo(request) });
    const headers = reply.challenge === undefined ? {} : { "www-authenticate": reply.challenge };
    response.writeHead(reply.status, { "content-type": "application/soap+xml; charset=utf-8", ...headers });
    response.end(reply.body);
    return;
  }
  const challenge = camera.isRefusing ? 'Basic realm="nobody"' : guard?.challengeTo(request);
  if (challenge !== undefined) response.writeHead(401, { "www-authenticate": challenge }).end();
  else if (path === "/snapshot.jpg") await sendSnapshot(camera, response, signal);
  else if (path === "/mjpeg") await sendMotionJpeg(camera, response, parts, signal);
  else response.writeHead(404).end();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("too long a request");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
