import { monotonicMs } from "@outpost/kernel/clock.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { SECRET_LENGTH } from "@outpost/wire/claim-code.ts";
import { EST_PATH, hardwareSerial } from "@outpost/wire/enrolment.ts";
import type { X509Certificate } from "@peculiar/x509";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { GuessLimit } from "../claims/guess-limit.ts";
import type { Claimed, ClaimRefusal } from "../claims/use-claim.ts";
import type { Enrolment, Renewed } from "../enrolment.ts";
import { EnrolError } from "../errors.ts";
import { certsOnly } from "./certs-only.ts";
import { peerCertificate } from "./peer.ts";

const MAX_REQUEST_BYTES = 16 * 1024;
/** How soon a gateway that waits for the desk asks again. */
const ASK_AGAIN_S = 60;
const CERTS_ONLY = "application/pkcs7-mime; smime-type=certs-only";
const PKCS10 = "application/pkcs10";

/**
 * Enrolment over Secure Transport: `cacerts`, `simpleenroll` with a claim code (HTTP Basic: the box's serial number or
 * "-", and the secret part of the code), `simplereenroll` with the old certificate. What they refuse they say as a line of text.
 *
 * @see RFC 7030, sections 4.1 and 4.2
 */
export function addEstRoutes(app: FastifyInstance, enrolment: Enrolment): void {
  const guesses = new GuessLimit();
  const { authority } = enrolment;
  app.addContentTypeParser(
    PKCS10,
    { parseAs: "string", bodyLimit: MAX_REQUEST_BYTES },
    async (_request: unknown, body: string | Buffer) => {
      return parseBase64(body.toString());
    },
  );

  app.get(`${EST_PATH}/cacerts`, async (_request, reply) => {
    return await reply
      .type("application/pkcs7-mime")
      .header("content-transfer-encoding", "base64")
      .send(certsOnly([...authority.intermediates, authority.root]));
  });

  app.post(`${EST_PATH}/simpleenroll`, async (request, reply) => {
    const waitMs = guesses.waitMs(request.ip, monotonicMs());
    if (waitMs > 0) return await tooMany(reply, waitMs);
    const login = parseBasic(request.headers.authorization);
    if (login === undefined) {
      reply.header("www-authenticate", 'Basic realm="outpost claim code", charset="UTF-8"');
      return await refuse(reply, 401, "a claim code is needed");
    }
    const { secret, serial } = login;
    const outcome = await enrolment.claim({ secret, serial, reason: "claim" }, bodyOf(request));
    if (outcome.kind === "refused" && outcome.refusal.kind === "unknown") guesses.noteWrong(request.ip, monotonicMs());
    return await sendClaimed(reply, outcome);
  });

  app.post(`${EST_PATH}/simplereenroll`, async (request, reply) => {
    const certificate = peerCertificate(request);
    if (certificate === undefined) return await refuse(reply, 401, "a client certificate is needed");
    return await sendRenewed(reply, await enrolment.renew(certificate, bodyOf(request), request.ip));
  });
}

async function sendClaimed(reply: FastifyReply, outcome: Claimed): Promise<FastifyReply> {
  if (outcome.kind === "issued") return await sendCertificate(reply, outcome.certificate);
  const { refusal } = outcome;
  reply.header("outpost-refusal", refusal.kind);
  if (refusal.kind === "other-gateway") reply.header("outpost-gateway", refusal.gatewayId);
  return await refuse(reply, refusal.kind === "unknown" ? 401 : 403, refusalText(refusal));
}

async function sendRenewed(reply: FastifyReply, outcome: Renewed): Promise<FastifyReply> {
  switch (outcome.kind) {
    case "issued":
      return await sendCertificate(reply, outcome.certificate);
    case "pending":
      return await refuse(reply.header("retry-after", ASK_AGAIN_S), 202, outcome.reason);
    case "refused":
    case "foreign":
      return await refuse(reply, 403, outcome.reason);
    default:
      return unreachable(outcome);
  }
}

async function sendCertificate(reply: FastifyReply, certificate: X509Certificate): Promise<FastifyReply> {
  return await reply
    .type(CERTS_ONLY)
    .header("content-transfer-encoding", "base64")
    .send(certsOnly([certificate]));
}

async function tooMany(reply: FastifyReply, waitMs: number): Promise<FastifyReply> {
  return await refuse(reply.header("retry-after", Math.ceil(waitMs / 1_000)), 429, "too many wrong codes");
}

async function refuse(reply: FastifyReply, status: number, why: string): Promise<FastifyReply> {
  return await reply.code(status).type("text/plain; charset=utf-8").send(`${why}\n`);
}

function refusalText(refusal: ClaimRefusal): string {
  switch (refusal.kind) {
    case "unknown":
      return "there is no such claim code";
    case "used":
      return "the claim code has been used";
    case "expired":
      return "the claim code has run out";
    case "withdrawn":
      return "the claim code was withdrawn";
    case "other-serial":
      return "the claim code is for another box";
    case "other-gateway":
      return `the claim code is for the gateway ${refusal.gatewayId}`;
    case "no-name":
      return "neither the claim code nor the request names the gateway";
    case "name-taken":
      return "another gateway has had this name; make a code for it";
    default:
      return unreachable(refusal);
  }
}

/** The serial number and the secret. A name that is no serial number counts as none. */
function parseBasic(header: string | undefined): { secret: string; serial: string | undefined } | undefined {
  const match = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(header ?? "");
  if (match?.[1] === undefined) return undefined;
  const [user = "", secret = "", ...more] = Buffer.from(match[1], "base64").toString("utf8").split(":");
  if (secret.length !== SECRET_LENGTH || more.length > 0) return undefined;
  const serial = hardwareSerial.safeParse(user);
  return { secret, serial: serial.success ? serial.data : undefined };
}

function parseBase64(body: string): Buffer {
  const text = body.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new EnrolError("enrol/bad-request", "the body is not base64");
  return Buffer.from(text, "base64");
}

function bodyOf(request: FastifyRequest): Uint8Array {
  if (!Buffer.isBuffer(request.body)) throw new EnrolError("enrol/bad-request", `a body of ${PKCS10} is needed`);
  return request.body;
}
