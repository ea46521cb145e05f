import { request as ask, type IncomingMessage } from "node:http";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { VisionStatus } from "../vision/core/vision.ts";

/** What the page needs of vision: how it stands, and where this machine gets its pictures from. */
export interface VisionPort {
  readonly status: VisionStatus;
  readonly socketPath: string | undefined;
}

const TIMEOUT_MS = 45_000;
const PATHS = {
  still: /^[a-z0-9._-]{1,63}$/,
  occurrence: /^[0-9a-f]{32}$/,
  picture: /^\d{3}\.jpg$/,
};

/**
 * Adds what vision shows to a page of the gateway: `/vision.json` (how it stands), `/vision/cameras/<id>/still.jpg` and
 * `…/view.json` (tracks, zones and lines to be drawn over it), `/vision/evidence.json` and
 * `/vision/evidence/<occurrence>/000.jpg`. Pictures go from the vision process through to whoever asked; the core keeps
 * none and never has one whole.
 *
 * @param server  a part of a server of its own, whose hook decides who may see pictures: routes are told apart by what they
 *                are, never by how their address is written.
 */
export function addVisionRoutes(server: FastifyInstance, vision: VisionPort): void {
  server.get("/vision.json", async (_request, reply) => {
    await reply.header("cache-control", "no-store").send(vision.status);
  });
  server.get<{ Params: { id: string } }>("/vision/cameras/:id/still.jpg", async ({ params }, reply) => {
    return await (PATHS.still.test(params.id) ? pass(vision, `/cameras/${params.id}/still.jpg`, reply) : none(reply));
  });
  server.get<{ Params: { id: string } }>("/vision/cameras/:id/view.json", async ({ params }, reply) => {
    return await (PATHS.still.test(params.id) ? pass(vision, `/cameras/${params.id}/view.json`, reply) : none(reply));
  });
  server.get("/vision/evidence.json", async (_request, reply) => await pass(vision, "/evidence", reply));
  server.get<{ Params: { id: string; file: string } }>("/vision/evidence/:id/:file", async ({ params }, reply) => {
    const isKnown = PATHS.occurrence.test(params.id) && PATHS.picture.test(params.file);
    return await (isKnown ? pass(vision, `/evidence/${params.id}/${params.file}`, reply) : none(reply));
  });
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const LOCAL_NAMES = /^(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/;

/** Whether somebody on this machine asks, by its own name: a page elsewhere cannot lead a browser here under another. */
export function isFromThisMachine(request: FastifyRequest): boolean {
  return LOOPBACK.has(request.socket.remoteAddress ?? "") && LOCAL_NAMES.test(request.headers.host ?? "");
}

async function pass({ socketPath }: VisionPort, path: string, reply: FastifyReply): Promise<FastifyReply> {
  if (socketPath === undefined) return await none(reply);
  try {
    const answer = await get(socketPath, path);
    return await reply
      .code(answer.statusCode ?? 502)
      .headers({
        "content-type": answer.headers["content-type"] ?? "application/octet-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      })
      .send(answer);
  } catch {
    return await reply.code(503).send({ error: "vision does not answer" });
  }
}

async function get(socketPath: string, path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = ask({ socketPath, path, timeout: TIMEOUT_MS }, resolve);
  asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
  asked.on("error", reject);
  asked.end();
  return await promise;
}

async function none(reply: FastifyReply): Promise<FastifyReply> {
  return await reply.code(404).send({ error: "there is no such thing" });
}
