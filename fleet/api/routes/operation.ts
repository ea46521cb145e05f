import { asError } from "@outpost/kernel/thrown.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";

import type { ApiDeps } from "../deps.ts";
import { ApiError } from "../problems.ts";
import { health } from "../schemas.ts";

const tags = ["operation"];

/** The live stream, and what tells whether the fleet is well. */
export const operationRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { pool, bus, live, registry, log, queuedBytes } = deps;

  app.get("/api/health", {
    schema: { tags, summary: "Whether the fleet is well", response: { 200: health, 503: health } },
    handler: async (_request, reply) => {
      const isReachable = await pool.query("select 1").then(
        () => true,
        (error: unknown) => {
          log.warn("the database does not answer", { reason: asError(error).message });
          return false;
        },
      );
      const isWell = isReachable && bus.isConnected;
      return reply.code(isWell ? 200 : 503).send({
        state: isWell ? "ok" : "degraded",
        database: isReachable ? "ok" : "unreachable",
        broker: bus.isConnected ? "ok" : "disconnected",
        queuedBytes: queuedBytes(),
      });
    },
  });

  app.get("/metrics", {
    schema: { hide: true },
    handler: async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  });

  app.get("/api/live", {
    schema: { tags, summary: "Everything that changes, as server-sent events (see liveEvents in schemas.ts)" },
    handler: (_request, reply) => {
      const output = reply.raw;
      if (!live.add(output)) throw new ApiError("api/unavailable", "too many live streams are open");
      reply.hijack();
      output.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // A proxy that gathers the stream would hold the alarms back.
        "x-accel-buffering": "no",
      });
      output.write("retry: 2000\n\n");
    },
  });
};
