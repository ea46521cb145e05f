import { existsSync } from "node:fs";
import { join } from "node:path";

import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { ApiError } from "./problems.ts";

/** Everything comes from here. Styles may stand in the page: the console's components write theirs at run time. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Serves the built console; a page's own address (`/alarms`) gives the console too, which finds its way by itself. */
export async function serveConsole(app: FastifyInstance, consoleDir: string): Promise<void> {
  const isBuilt = existsSync(join(consoleDir, "index.html"));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: consoleDir,
      // Names of built files carry their content's hash; the page that names them does not.
      setHeaders: (reply, path) => {
        const isHashed = path.startsWith(join(consoleDir, "assets"));
        reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const isPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    if (!isPage || request.url.startsWith("/api/")) throw new ApiError("api/not-found", `there is no ${request.url}`);
    if (isBuilt) return reply.sendFile("index.html");
    return reply
      .type("text/plain; charset=utf-8")
      .send("控制台尚未构建；API 在 /api/openapi.json\nThe console is not built; the API is at /api/openapi.json\n");
  });
}
