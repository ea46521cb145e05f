import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";

import { errorCode } from "@outpost/kernel/thrown.ts";

import type { TimeView } from "./best-time.ts";

const MAX_CHAIN = 6;
const TIME_FAULTS = new Set(["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]);

/**
 * Judges the server behind a TLS 1.3 handshake that was let through. What OpenSSL finds good is good. Where it finds the
 * time wrong and our clock is not confirmed, the chain is judged anew at the time floor.
 *
 * @returns why it is not to be trusted, undefined where it is.
 */
export function judgeServer(
  socket: TLSSocket,
  host: string,
  anchors: readonly X509Certificate[],
  time: TimeView,
): string | undefined {
  if (socket.authorized) return undefined;
  const fault = socket.authorizationError;
  const code = typeof fault === "string" ? fault : (errorCode(fault) ?? "");
  const why = `its certificate is refused: ${code || "no reason is given"}`;
  if (!TIME_FAULTS.has(code) || time.isConfirmed) return why;
  const leaf = socket.getPeerX509Certificate();
  return leaf === undefined ? why : judgeChain(chainFrom(leaf), { host, anchors, floorMs: time.floorMs });
}

/**
 * Judges a chain where the clock cannot be believed, and whether it is for `host` where one is given. The time is at or after the floor: what ended before that has run
 * out; what begins after it only proves that the floor is old, for the chain is signed by a root that we trust.
 *
 * @returns why it is not to be trusted, undefined where it is.
 */
export function judgeChain(
  chain: readonly X509Certificate[],
  against: { readonly host?: string; readonly anchors: readonly X509Certificate[]; readonly floorMs: number },
): string | undefined {
  const [leaf] = chain;
  if (leaf === undefined) return "it shows no certificate";
  const { host } = against;
  if (host !== undefined && !isNamed(leaf, host)) return `its certificate is not for ${host}`;
  let current = leaf;
  for (let depth = 0; depth < MAX_CHAIN; depth += 1) {
    if (Date.parse(current.validTo) < against.floorMs) return `"${oneLine(current.subject)}" has run out`;
    const anchor = against.anchors.find((one) => isIssuedBy(current, one));
    if (anchor !== undefined) return Date.parse(anchor.validTo) < against.floorMs ? "the root has run out" : undefined;
    const next = chain.find((one) => one !== current && one.ca && isIssuedBy(current, one));
    if (next === undefined) return "its certificate does not lead to a root that we trust";
    current = next;
  }
  return "its chain is too long";
}

function isNamed(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function chainFrom(leaf: X509Certificate): X509Certificate[] {
  const chain = [leaf];
  for (
    let next = leaf.issuerCertificate;
    next !== undefined && chain.length < MAX_CHAIN;
    next = next.issuerCertificate
  ) {
    if (next.fingerprint256 === chain.at(-1)?.fingerprint256) break;
    chain.push(next);
  }
  return chain;
}

function oneLine(subject: string): string {
  return subject.replaceAll("\n", ", ").slice(0, 200);
}
