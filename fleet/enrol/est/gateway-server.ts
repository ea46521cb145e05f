import { strict as assert } from "node:assert";
import { Server as TlsServer } from "node:tls";

import { monotonicMs } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { CONNECTION_PATH, MAX_ENROLMENT_BYTES, type Connection } from "@outpost/wire/enrolment.ts";
import { fastify, type FastifyError, type FastifyInstance } from "fastify";

import { RateLimiter } from "../../api/rate-limit.ts";
import { isTransient } from "../../store/database.ts";
import type { Enrolment } from "../enrolment.ts";
import { EnrolError } from "../errors.ts";
import { judgeAdmission } from "../policy.ts";
import { addEstRoutes } from "./est-routes.ts";
import { peerCertificate } from "./peer.ts";
import type { ServerIdentity } from "./server-identity.ts";

const REQUEST_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
const IDLE_WITHIN_MS = 30_000;
const HANDSHAKE_WITHIN_MS = 10_000;
const MAX_CONNECTIONS = 2_000;
/** Of one address; a workshop that claims a thousand boxes at once stays below it. */
const LIMIT = { perSecond: 100, burst: 2_000 };

export interface GatewayServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly enrolment: Enrolment;
  readonly identity: ServerIdentity;
  readonly log: Log;
  /** Where gateways find the broker, `mqtts://…`. */
  readonly mqttUrl: () => string;
  /** Tests of slow senders do not wait so long. */
  readonly requestWithinMs?: number;
}

/** The listener for gateways. */
export interface GatewayServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens for gateways over HTTPS (TLS 1.3): enrolment for everybody, the rest for who has a good certificate. A
 * certificate that is not good does not end the handshake, because one that ran out may ask for the next.
 *
 * @throws EnrolError `enrol/listen`.
 */
export async function openGatewayServer(options: GatewayServerOptions): Promise<GatewayServer> {
  const { enrolment, identity, log, host } = options;
  const app = fastify({
    https: {
      ...identity.options,
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      headersTimeout: options.requestWithinMs ?? REQUEST_WITHIN_MS,
    },
    bodyLimit: MAX_ENROLMENT_BYTES,
    requestTimeout: options.requestWithinMs ?? REQUEST_WITHIN_MS,
    keepAliveTimeout: IDLE_WITHIN_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  app.removeAllContentTypeParsers();
  guard(app, log);
  addEstRoutes(app, enrolment);
  addConnectionRoute(app, options);
  await app.ready();
  const { server } = app;
  assert(server instanceof TlsServer, "fastify listens with TLS");
  server.maxConnections = MAX_CONNECTIONS;
  identity.serve(server);
  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    const why = errorCode(error) ?? asError(error).message;
    throw new EnrolError("enrol/listen", `cannot listen on ${host}:${options.port} for gateways: ${why}`, {
      cause: error,
    });
  }
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  return { port: address.port, [Symbol.asyncDispose]: async () => await app.close() };
}

function guard(app: FastifyInstance, log: Log): void {
  const limiter = new RateLimiter(LIMIT);
  app.addHook("onRequest", async (request, reply) => {
    if (limiter.take(request.ip, monotonicMs())) return;
    await reply.code(429).header("retry-after", 1).type("text/plain").send("too many requests from this address\n");
  });
  app.setNotFoundHandler(
    async (_request, reply) => await reply.code(404).type("text/plain").send("there is no such address\n"),
  );
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) log.error("a gateway's request failed", { path: request.url, reason: error.message });
    const text = status >= 500 ? "something went wrong here; try again" : error.message;
    return await reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);
  });
}

function statusOf(error: FastifyError): number {
  if (error instanceof EnrolError) return error.code === "enrol/bad-request" ? 400 : 500;
  if (error.statusCode !== undefined) return error.statusCode;
  return isTransient(error) ? 503 : 500;
}

function addConnectionRoute(app: FastifyInstance, { enrolment, mqttUrl }: GatewayServerOptions): void {
  app.get(CONNECTION_PATH, async (request, reply) => {
    const refuse = async (why: string) => await reply.code(403).type("text/plain").send(`${why}\n`);
    const certificate = peerCertificate(request);
    if (certificate === undefined) return await refuse("a client certificate is needed");
    const holder = await enrolment.recognise(certificate);
    if (holder.kind === "foreign") return await refuse(holder.reason);
    const admission = judgeAdmission(holder.row, enrolment.nowMs());
    if (admission.kind === "refused") return await refuse(admission.reason);
    return { v: 1, gatewayId: holder.row.gatewayId, mqttUrl: mqttUrl() } satisfies Connection;
  });
}
