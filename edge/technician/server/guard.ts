import type { FastifyReply, FastifyRequest } from "fastify";

import { TechnicianError } from "../errors.ts";

/** Only over HTTPS, only to this host, not to scripts, not from other sites. */
export const SESSION_COOKIE = "__Host-outpost-technician";

/** Everything comes from here. Styles may stand in the page: its components write theirs at run time. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** On every answer, also on those that turn something down. */
export async function addHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(HEADERS);
}

/**
 * A page elsewhere must not act in a technician's name: whatever changes something says by `Origin` or `Sec-Fetch-Site`
 * that it comes from this page. Browsers set both and let no script change them; the cookie is `SameSite=Strict` besides.
 *
 * @throws TechnicianError `technician/cross-origin`
 */
export async function refuseForeign(request: FastifyRequest): Promise<void> {
  if (request.method === "GET" || request.method === "HEAD") return;
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const isOwn = origin === undefined ? site === "same-origin" : host !== undefined && origin === `https://${host}`;
  if (!isOwn || (site !== undefined && site !== "same-origin")) {
    throw new TechnicianError("technician/cross-origin", "only from the gateway's own page");
  }
}
