import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import { peoplePath, personName, putPerson } from "../../door/people.ts";
import { isUsablePin } from "../../door/pin.ts";
import { TechnicianError } from "../../errors.ts";
import { SESSION_COOKIE } from "../guard.ts";
import type { Parts } from "../parts.ts";
import type { WelcomeView } from "../views.ts";
import { addDeed, parseBody, whoAsks } from "./ask.ts";

const CLAIM_TIMEOUT_MS = 60_000;
const credentials = z.strictObject({ name: z.string().max(40), pin: z.string().max(12) });
const pin = z.string().refine(isUsablePin, "six to twelve digits, not all the same and not just counting");
/** Typed, or the text of the QR square, which names the fleet too. */
const claimWords = {
  code: z.string().trim().min(4).max(2_000),
  fleetUrl: z
    .url({ protocol: /^https$/ })
    .max(300)
    .optional(),
};
const firstClaim = z.strictObject({ ...claimWords, name: personName, pin });

/** Signing in and out, and the claim. The only routes that ask for no session. */
export function addDoorRoutes(app: FastifyInstance, parts: Parts): void {
  app.get("/api/welcome", async (request, reply): Promise<WelcomeView> => {
    reply.header("cache-control", "no-store");
    const session = await parts.door.who(request.cookies[SESSION_COOKIE]);
    const isFirst = !(await parts.door.hasPeople());
    if (session === undefined) return { isFirst };
    const { site, gateway } = parts.deps.site().document;
    const about = { gatewayId: gateway.id, siteName: site.name, timeZone: site.timeZone };
    return { isFirst, person: session.person, ...about };
  });
  app.post("/api/session", async (request, reply) => {
    const { name, pin: given } = parseBody(credentials, request.body);
    await signIn(parts, { name, pin: given }, request, reply);
    return { person: name };
  });
  app.post("/api/session/end", async (request, reply) => {
    const who = await whoAsks(parts, request);
    parts.door.leave(request.cookies[SESSION_COOKIE]);
    parts.audit.note({ who, action: "sign-out", target: "", result: "done", from: request.ip });
    reply.clearCookie(SESSION_COOKIE, { path: "/", secure: true });
    return {};
  });
  app.post("/api/first", async (request, reply) => await claimAsFirst(parts, request, reply));
  addDeed(
    app,
    parts,
    { path: "/api/pin", action: "change-pin", schema: z.strictObject({ pin }) },
    async ({ who, body }) => {
      await keepPerson(parts, who, body.pin);
    },
  );
  addDeed(app, parts, { path: "/api/claim", action: "claim", schema: z.strictObject(claimWords) }, async ({ body }) => {
    await claim(parts, body);
  });
}

async function signIn(
  parts: Parts,
  { name, pin: given }: z.infer<typeof credentials>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const entry = await parts.door.enter(name, given, request.ip);
  const deed = { who: name, action: "sign-in", target: "", result: entry.kind, from: request.ip };
  if (entry.kind === "in") parts.audit.note(deed);
  else parts.audit.refusedEntry(deed);
  switch (entry.kind) {
    case "in":
      parts.door.leave(request.cookies[SESSION_COOKIE]);
      reply.setCookie(SESSION_COOKIE, entry.token, { path: "/", secure: true, httpOnly: true, sameSite: "strict" });
      return;
    case "wrong":
      throw new TechnicianError("technician/wrong-pin", "the name or the PIN is wrong");
    case "locked":
      throw new TechnicianError("technician/locked-out", "too many wrong PINs", { waitMs: Math.ceil(entry.waitMs) });
    case "busy":
      throw new TechnicianError("technician/busy", "too many sign in at once");
  }
}

/**
 * The first technician comes with the claim: who holds the printed code stands in front of the box. Only while nobody
 * has a PIN; wrong codes count as wrong PINs of the address.
 */
async function claimAsFirst(parts: Parts, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const body = parseBody(firstClaim, request.body);
  if (await parts.door.hasPeople()) throw new TechnicianError("technician/refused", "somebody has a PIN already");
  const ended = await parts.door.guarded(request.ip, async () => {
    await claim(parts, body);
  });
  const deed = { who: body.name, action: "first-claim", target: "", result: ended.kind, from: request.ip };
  if (ended.kind === "done") parts.audit.note(deed);
  else parts.audit.refusedEntry(deed);
  if (ended.kind === "locked") {
    throw new TechnicianError("technician/locked-out", "too many wrong codes", { waitMs: Math.ceil(ended.waitMs) });
  }
  if (ended.kind === "failed") throw ended.error;
  await keepPerson(parts, body.name, body.pin);
  await signIn(parts, { name: body.name, pin: body.pin }, request, reply);
  return { person: body.name };
}

async function keepPerson(parts: Parts, name: string, given: string): Promise<void> {
  const kept = await parts.hasher.keep(given);
  if (kept === undefined) throw new TechnicianError("technician/busy", "too many sign in at once");
  await putPerson(peoplePath(parts.deps.stateDirectory), name, kept);
}

async function claim(parts: Parts, { code, fleetUrl }: { code: string; fleetUrl?: string | undefined }): Promise<void> {
  const { identity } = parts.deps;
  if (identity === undefined) throw new TechnicianError("technician/refused", "this gateway takes no claim");
  try {
    await identity.claim({ code, fleetUrl }, AbortSignal.timeout(CLAIM_TIMEOUT_MS));
  } catch (error) {
    throw new TechnicianError("technician/refused", error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
