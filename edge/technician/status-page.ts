import { randomBytes } from "node:crypto";

import type { Log } from "@outpost/kernel/log.ts";
import { hex128 } from "@outpost/wire/identifiers.ts";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";

import type { AlarmAnswer } from "../rules/life/alarm-life.ts";
import { languageOf, TOLD } from "./catalogue.ts";
import type { GatewayMetrics } from "./metrics.ts";
import { renderLive, renderPage } from "./page.ts";
import { PROMETHEUS_CONTENT_TYPE } from "./prometheus.ts";
import type { Snapshot } from "./snapshot.ts";
import { addVisionRoutes, isFromThisMachine, type VisionPort } from "./vision-routes.ts";

export interface StatusPageDeps {
  readonly log: Log;
  readonly metrics: GatewayMetrics;
  snapshot(): Promise<Snapshot>;
  acknowledge(occurrenceId: string, expectedVersion: number, actor: string): AlarmAnswer;
  /** Absent: there is nothing to see. */
  readonly vision?: VisionPort;
}

/** The page while it is served. */
export interface StatusPage extends AsyncDisposable {
  readonly url: string;
}

const MAX_BODY_BYTES = 4_096;
const MAX_CONNECTIONS = 100;
const TIMEOUT_MS = 10_000;

const acknowledgement = z.object({ occurrenceId: hex128, version: z.coerce.number().int().min(1) });
const pageQuery = z.object({
  lang: z.string().optional().catch(undefined),
  told: z.enum(TOLD).optional().catch(undefined),
});

/**
 * Serves the gateway's own page, `/metrics` and `/healthz`.
 *
 * @param at  port 0 is any free one.
 * @throws the socket's own error where the address cannot be had.
 */
export async function openStatusPage(
  at: { readonly host: string; readonly port: number },
  deps: StatusPageDeps,
): Promise<StatusPage> {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    forceCloseConnections: true,
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  server.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  server.setErrorHandler(async (error, request, reply) => await answerError(deps.log, error, request, reply));
  addRoutes(server, deps);
  // This page asks for no password: pictures go to this machine only.
  await server.register(async (pictures) => {
    pictures.addHook("onRequest", async (request, reply) => {
      if (!isFromThisMachine(request)) await reply.code(403).send({ error: "only at the gateway itself" });
    });
    if (deps.vision !== undefined) addVisionRoutes(pictures, deps.vision);
  });
  const url = await server.listen({ host: at.host, port: at.port });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await server.close();
    },
  };
}

function addRoutes(server: FastifyInstance, deps: StatusPageDeps): void {
  server.get("/", async (request, reply) => {
    const nonce = randomBytes(16).toString("base64");
    const { language, told } = asked(request);
    await reply
      .headers(securityHeaders(nonce))
      .type("text/html; charset=utf-8")
      .send(renderPage(await deps.snapshot(), { language, told, nonce }));
  });
  server.get("/live", async (request, reply) => {
    const { language } = asked(request);
    await reply
      .headers(securityHeaders(undefined))
      .type("text/html; charset=utf-8")
      .send(renderLive(await deps.snapshot(), language));
  });
  server.get("/metrics", async (_request, reply) => {
    await reply.type(PROMETHEUS_CONTENT_TYPE).send(deps.metrics.render(await deps.snapshot()));
  });
  server.get("/healthz", async (_request, reply) => {
    await reply.send({ ok: true });
  });
  server.post("/alarms/acknowledge", async (request, reply) => {
    if (!isSameOrigin(request)) return await reply.code(403).send({ error: "only from the gateway's own page" });
    const order = acknowledgement.safeParse(request.body);
    if (!order.success) return await reply.code(400).send({ error: "expected occurrenceId and version" });
    const { occurrenceId, version } = order.data;
    const answer = deps.acknowledge(occurrenceId, version, "technician at the gateway's page");
    const { language } = asked(request);
    return await reply.redirect(`/?lang=${language}&told=${answer.kind}`, 303);
  });
}

function asked(request: FastifyRequest) {
  const query = pageQuery.safeParse(request.query).data;
  return { language: languageOf(query?.lang, request.headers["accept-language"]), told: query?.told };
}

/** A page elsewhere must not press our buttons: browsers say where a form comes from, and others cannot make them. */
function isSameOrigin(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  if (origin !== undefined) return host !== undefined && origin === `http://${host}`;
  return request.headers["sec-fetch-site"] === "same-origin";
}

function securityHeaders(nonce: string | undefined): Record<string, string> {
  const own = nonce === undefined ? "" : `; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return {
    "content-security-policy": `default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'${own}`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
  };
}

async function answerError(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const isError = error instanceof Error;
  const status = isError && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  const reason = isError ? error.message : "unknown";
  if (status >= 500) log.error("status page failed", { path: request.url.slice(0, 200), reason });
  await reply.code(status).send({ error: status >= 500 ? "the gateway could not answer" : reason });
}
