import { STATUS_CODES } from "node:http";

import swagger from "@fastify/swagger";
import { systemClock } from "@outpost/kernel/clock.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { fastify, type FastifyError, type FastifyInstance } from "fastify";
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";

import { isTransient } from "../store/database.ts";
import { SECURITY_HEADERS, serveConsole } from "./console.ts";
import type { ApiDeps } from "./deps.ts";
import { ApiError, PROBLEM_STATUS, type ProblemCode } from "./problems.ts";
import { RateLimiter } from "./rate-limit.ts";
import { alarmRoutes } from "./routes/alarms.ts";
import { chargingRoutes } from "./routes/charging.ts";
import { claimRoutes } from "./routes/claims.ts";
import { commandRoutes } from "./routes/commands.ts";
import { demoRoutes } from "./routes/demo.ts";
import { desiredRoutes } from "./routes/desired.ts";
import { enrolmentRoutes } from "./routes/enrolment.ts";
import { gatewayRoutes } from "./routes/gateways.ts";
import { operationRoutes } from "./routes/operation.ts";
import type { Problem } from "./schemas.ts";

const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_WITHIN_MS = 30_000;
/** Of one address. A console reads a few dozen things when it opens and then listens. */
const READ_LIMIT = { perSecond: 50, burst: 500 };
const WRITE_LIMIT = { perSecond: 10, burst: 60 };

/** The HTTP API, the live stream and the console, ready to listen. Closing it ends open live streams. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Only JSON is taken: a form on a foreign page can send text, and must not reach a handler with it.
  app.removeContentTypeParser("text/plain");
  guard(app);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = problemOf(error);
    if (answer.status >= 500) deps.log.error("a request failed", { path: request.url, reason: error.message });
    return reply.code(answer.status).type("application/problem+json").send(JSON.stringify(answer));
  });
  await app.register(swagger, {
    openapi: { openapi: "3.1.0", info: { title: "Outpost fleet", version: "1" } },
    transform: jsonSchemaTransform,
  });
  await app.register(operationRoutes, { deps });
  await app.register(
    async (api) => {
      for (const routes of [
        gatewayRoutes,
        alarmRoutes,
        commandRoutes,
        chargingRoutes,
        desiredRoutes,
        demoRoutes,
        claimRoutes,
        enrolmentRoutes,
      ])
        await api.register(routes, { deps });
      api.get("/openapi.json", { schema: { hide: true }, handler: () => app.swagger() });
    },
    { prefix: "/api" },
  );
  await serveConsole(app, deps.consoleDir);
  return app;
}

function guard(app: FastifyInstance): void {
  const reads = new RateLimiter(READ_LIMIT);
  const writes = new RateLimiter(WRITE_LIMIT);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!(isRead ? reads : writes).take(request.ip, systemClock.monotonicMs())) {
      throw new ApiError("api/too-many-requests", "too many requests from this address; slow down");
    }
    const { origin } = request.headers;
    if (!isRead && origin !== undefined && !isSameOrigin(origin, request.headers.host)) {
      throw new ApiError("api/cross-origin", "pages of other origins may not change anything here");
    }
  });
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof ApiError) {
    const { faults } = error;
    return { ...problem(error.code, error.message), ...(faults === undefined ? {} : { faults: [...faults] }) };
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.slice(1).replaceAll("/", ".") || "(all)",
      message: message ?? "does not fit",
    }));
    return { ...problem("api/bad-request", faults.map((one) => `${one.path}: ${one.message}`).join("; ")), faults };
  }
  const status = error.statusCode ?? 500;
  if (status === 413) return problem("api/too-large", "the body is longer than this address takes");
  if (status < 500) return problem("api/bad-request", asError(error).message);
  const isDatabase = /^[0-9A-Z]{5}$|^E[A-Z]+$/.test(errorCode(error) ?? "") && isTransient(error);
  return isDatabase
    ? problem("api/unavailable", "the database does not answer now; try again")
    : problem("api/internal", "something went wrong here; the log says more");
}

function problem(code: ProblemCode, detail: string): Problem {
  const status = PROBLEM_STATUS[code];
  return { type: "about:blank", title: STATUS_CODES[status] ?? "", status, code, detail };
}
