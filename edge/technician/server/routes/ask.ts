import assert from "node:assert";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";

import { TechnicianError } from "../../errors.ts";
import { SESSION_COOKIE } from "../guard.ts";
import type { Parts } from "../parts.ts";

/** A request of somebody who is signed in. */
export interface Asked<Body> {
  readonly who: string;
  readonly from: string;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type Answer<Body> = (asked: Asked<Body>) => unknown;

/** A deed leaves a record whatever comes of it: `target` says of what, `result` how it ended where it did not fail. */
export interface DeedOf<Body> {
  readonly action: string;
  target?(body: Body): string;
}

/** Adds a question that only somebody who is signed in may ask. */
export function addQuestion(app: FastifyInstance, parts: Parts, path: string, answer: Answer<undefined>): void {
  const { onRequest, askerOf } = doorkeeper(parts);
  app.get(path, { onRequest }, async (request, reply) => {
    const who = askerOf(request);
    reply.header("cache-control", "no-store");
    return await answer({ who, from: request.ip, body: undefined, request, reply });
  });
}

/** Adds something that somebody who is signed in may do. Its body passes `schema`; it is recorded in the journal. */
export function addDeed<Schema extends z.ZodType>(
  app: FastifyInstance,
  parts: Parts,
  route: { readonly path: string; readonly schema: Schema; readonly maxBytes?: number } & DeedOf<z.infer<Schema>>,
  answer: Answer<z.infer<Schema>>,
): void {
  const { onRequest, askerOf } = doorkeeper(parts);
  const limit = route.maxBytes === undefined ? {} : { bodyLimit: route.maxBytes };
  app.post(route.path, { onRequest, ...limit }, async (request, reply) => {
    const who = askerOf(request);
    reply.header("cache-control", "no-store");
    const body = parseBody(route.schema, request.body);
    const deed = { who, action: route.action, target: route.target?.(body) ?? "", from: request.ip };
    try {
      const said = await answer({ who, from: request.ip, body, request, reply });
      parts.audit.note({ ...deed, result: "done" });
      return said ?? {};
    } catch (error) {
      parts.audit.note({ ...deed, result: error instanceof TechnicianError ? error.code : "failed" });
      throw error;
    }
  });
}

/** Looks at who asks before a byte of the body is read: strangers cannot make us parse anything. */
function doorkeeper(parts: Parts) {
  const askers = new WeakMap<FastifyRequest, string>();
  return {
    onRequest: async (request: FastifyRequest): Promise<void> => {
      askers.set(request, await whoAsks(parts, request));
    },
    askerOf: (request: FastifyRequest): string => {
      const who = askers.get(request);
      assert(who !== undefined, "a request was answered that passed no door");
      return who;
    },
  };
}

/** @throws TechnicianError `technician/bad-request` with what is wrong where. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new TechnicianError("technician/bad-request", faults.join("; "));
}

/** @throws TechnicianError `technician/not-signed-in` */
export async function whoAsks(parts: Parts, request: FastifyRequest): Promise<string> {
  const session = await parts.door.who(request.cookies[SESSION_COOKIE]);
  if (session === undefined) throw new TechnicianError("technician/not-signed-in", "sign in first");
  return session.person;
}

/** Ends a child or a try when the browser goes away. */
export function whileAsked({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.on("close", () => gone.abort(new Error("the browser went away")));
  return gone.signal;
}
