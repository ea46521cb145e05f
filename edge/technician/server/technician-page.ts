import { existsSync } from "node:fs";
import { join } from "node:path";

import fastifyCookie from "@fastify/cookie";
import fastifyStatic from "@fastify/static";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { pageCertificate } from "../door/certificate.ts";
import { STATUS_OF, TechnicianError, type TechnicianErrorCode } from "../errors.ts";
import { addVisionRoutes } from "../vision-routes.ts";
import type { TechnicianDeps } from "./deps.ts";
import { addHeaders, refuseForeign } from "./guard.ts";
import { notePage } from "./page-note.ts";
import { openParts, type Parts } from "./parts.ts";
import { addRoutes } from "./routes/all-routes.ts";
import { whoAsks } from "./routes/ask.ts";
import type { RefusalView } from "./views.ts";

/** The page while it is served. */
export interface TechnicianPage extends AsyncDisposable {
  readonly url: string;
  /** SHA-256 of its certificate, for people to compare. */
  readonly fingerprint: string;
}

/** Most requests are a few words; a site document or a restored box may be larger, and says so at its route. */
const MAX_BODY_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 64;
const TIMEOUT_MS = 20_000;
const BUILT_PAGE = join(import.meta.dirname, "../web/dist");

/**
 * Serves the technician's page and its API over HTTPS.
 *
 * @param at  port 0 is any free one.
 * @throws the socket's own error where the address cannot be had, the file system's where the state cannot be written.
 */
export async function openTechnicianPage(
  at: { readonly host: string; readonly port: number },
  deps: TechnicianDeps,
  builtPage = BUILT_PAGE,
): Promise<TechnicianPage> {
  await using opening = new AsyncDisposableStack();
  const parts = opening.use(await openParts(deps));
  const { certPem, keyPem, fingerprint } = await pageCertificate(join(deps.stateDirectory, "technician"));
  const server = fastify({
    https: { cert: certPem, key: keyPem, minVersion: "TLSv1.2", handshakeTimeout: TIMEOUT_MS },
    bodyLimit: MAX_BODY_BYTES,
    connectionTimeout: 0,
    requestTimeout: TIMEOUT_MS,
    forceCloseConnections: true,
  });
  opening.defer(() => server.close());
  server.server.maxConnections = MAX_CONNECTIONS;
  server.addHook("onRequest", addHeaders);
  server.addHook("onRequest", refuseForeign);
  server.setErrorHandler((error, request, reply) => answerError(deps.log, error, { request, reply }));
  await server.register(fastifyCookie);
  addRoutes(server, parts);
  await server.register(async (pictures) => {
    pictures.addHook("onRequest", async (request) => {
      await whoAsks(parts, request);
    });
    addVisionRoutes(pictures, deps.vision);
  });
  await servePage(server, builtPage);
  const url = await server.listen({ host: at.host, port: at.port });
  await notePage(deps.stateDirectory, url);
  deps.log.info("technician page's certificate", { fingerprint });
  const opened = opening.move();
  return { url, fingerprint, [Symbol.asyncDispose]: () => close(parts, () => opened.disposeAsync()) };
}

/** Streams end first: a server does not close while somebody listens. */
async function close(parts: Parts, rest: () => Promise<void>): Promise<void> {
  await parts.live[Symbol.asyncDispose]();
  await rest();
}

/** The built page. Without it the API still answers, and the address says what is missing. */
async function servePage(server: FastifyInstance, folder: string): Promise<void> {
  const isBuilt = existsSync(join(folder, "index.html"));
  if (isBuilt) {
    await server.register(fastifyStatic, {
      root: folder,
      // Only what was built, looked up once: no path from outside ever reaches the file system.
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names of built files carry their content's hash; the page that names them does not.
        const isHashed = path.startsWith(join(folder, "assets"));
        reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  server.setNotFoundHandler(async (request, reply) => {
    const { pathname } = new URL(request.url, "https://gateway");
    if (isBuilt || request.method !== "GET" || pathname !== "/") {
      throw new TechnicianError("technician/not-found", "there is no such address");
    }
    await reply
      .type("text/plain; charset=utf-8")
      .send(
        "页面尚未构建；命令行 outpost-edge technician 可用\nThe page is not built; use outpost-edge technician …\n",
      );
  });
}

async function answerError(
  log: Log,
  error: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<void> {
  const code = codeOf(error);
  const { message } = asError(error);
  if (code === "technician/internal") log.error("technician page failed", { path: request.url.slice(0, 200), message });
  const refusal: RefusalView = {
    code,
    message: code === "technician/internal" ? "the gateway could not answer" : message.slice(0, 2_000),
    ...(error instanceof TechnicianError && error.waitMs !== undefined ? { waitMs: error.waitMs } : {}),
  };
  if (reply.raw.headersSent) reply.raw.destroy();
  else await reply.code(STATUS_OF[code]).header("cache-control", "no-store").send(refusal);
}

/** What fastify itself turns down keeps its status, in our words. */
function codeOf(error: unknown): TechnicianErrorCode {
  if (error instanceof TechnicianError) return error.code;
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (status === 413) return "technician/too-large";
  if (status === 404) return "technician/not-found";
  return typeof status === "number" && status >= 400 && status < 500 ? "technician/bad-request" : "technician/internal";
}
