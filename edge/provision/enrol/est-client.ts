import { createPrivateKey, X509Certificate } from "node:crypto";

import { isSamePin, pinOf, type ClaimCode } from "@outpost/wire/claim-code.ts";
import { connection, CONNECTION_PATH, EST_PATH, type Connection } from "@outpost/wire/enrolment.ts";
import { name } from "@outpost/wire/identifiers.ts";

import { ProvisionError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { TimeView } from "../trust/best-time.ts";
import { pemBlocks, pemOf } from "../trust/pem.ts";
import { askFleet, type FleetAnswer } from "./ask-fleet.ts";
import { parseCertsOnly } from "./key-and-request.ts";

/** Whom we speak with. */
export interface Fleet {
  readonly url: string;
  readonly time: TimeView;
}

/** The roots and the certificates below them, PEM. */
export interface Roots {
  readonly anchorsPem: string;
  readonly intermediatesPem: string;
}

/**
 * Reads the fleet's roots from whoever answers, and believes them if one has the pin of the claim code.
 *
 * @returns undefined where none has.
 * @throws ProvisionError.
 * @see RFC 7030, section 4.1.1: the pin is the out-of-band check of a bootstrap distribution.
 */
export async function readPinnedRoots(fleet: Fleet, pin: string, signal: AbortSignal): Promise<Roots | undefined> {
  const roots = await readRoots({ ...fleet, anchorsPem: undefined }, signal);
  return pemBlocks(roots.anchorsPem).some((pem) => isSamePin(pinOf(new X509Certificate(pem).raw), pin))
    ? roots
    : undefined;
}

/** Reads the roots again, from a fleet that proves itself by those we have. @throws ProvisionError. */
export async function readRoots(
  fleet: Fleet & { readonly anchorsPem: string | undefined },
  signal: AbortSignal,
): Promise<Roots> {
  const answer = await askFleet({ method: "GET", path: `${EST_PATH}/cacerts` }, socketTo(fleet), signal);
  if (answer.status !== 200) throw unexpected(answer);
  const certificates = parseCertsOnly(answer.body).map((der) => new X509Certificate(der));
  const [anchors, others] = [certificates.filter(isRoot), certificates.filter((one) => !isRoot(one))];
  if (anchors.length === 0) throw new ProvisionError("provision/bad-answer", "the fleet names no root");
  return { anchorsPem: pemOf(anchors.map((one) => one.raw)), intermediatesPem: pemOf(others.map((one) => one.raw)) };
}

/** Asks for a certificate with a claim code. @throws ProvisionError. */
export async function simpleEnrol(
  fleet: Fleet & Roots,
  ask: { readonly code: ClaimCode; readonly serial: string | undefined; readonly csr: string },
  signal: AbortSignal,
): Promise<FleetAnswer> {
  const login = Buffer.from(`${ask.serial ?? "-"}:${ask.code.secret}`).toString("base64");
  const headers = { "content-type": "application/pkcs10", authorization: `Basic ${login}` };
  const request = { method: "POST", path: `${EST_PATH}/simpleenroll`, headers, body: ask.csr } as const;
  return await askFleet(request, socketTo(fleet), signal);
}

/** Asks for the next certificate with the one we have. @throws ProvisionError. */
export async function simpleReenrol(
  current: Identity,
  csr: string,
  time: TimeView,
  signal: AbortSignal,
): Promise<FleetAnswer> {
  const headers = { "content-type": "application/pkcs10" };
  const request = { method: "POST", path: `${EST_PATH}/simplereenroll`, headers, body: csr } as const;
  return await askFleet(request, socketAs(current, time), signal);
}

/** What the fleet made of our certificate: our place in it, or why there is none. */
export type ConnectionAnswer =
  | { readonly kind: "welcome"; readonly connection: Connection }
  | { readonly kind: "refused"; readonly reason: string };

/** Asks the fleet who we are and where its broker is. @throws ProvisionError. */
export async function readConnection(
  current: Pick<Identity, "fleetUrl" | "anchorsPem" | "keyPem" | "chainPem">,
  time: TimeView,
  signal: AbortSignal,
): Promise<ConnectionAnswer> {
  const answer = await askFleet({ method: "GET", path: CONNECTION_PATH }, socketAs(current, time), signal);
  if (answer.status === 403) return { kind: "refused", reason: lineOf(answer) };
  if (answer.status !== 200) throw unexpected(answer);
  const parsed = connection.safeParse(parseJson(answer.body));
  if (!parsed.success) throw new ProvisionError("provision/bad-answer", "the fleet's answer has another shape");
  return { kind: "welcome", connection: parsed.data };
}

/**
 * The certificate in the fleet's answer, checked to be ours.
 *
 * @returns the chain up to but without the root, PEM, and whom it names.
 * @throws ProvisionError `provision/bad-answer`.
 */
export function acceptCertificate(
  answer: FleetAnswer,
  keyPem: string,
  roots: Roots,
): { readonly chainPem: string; readonly gatewayId: string; readonly notAfterMs: number } {
  const [der] = parseCertsOnly(answer.body);
  if (der === undefined) throw new ProvisionError("provision/bad-answer", "there is no certificate");
  return checkOwn(der, keyPem, roots.intermediatesPem);
}

/** @throws ProvisionError `provision/bad-answer` where it is not for this key, or names no gateway. */
export function checkOwn(
  der: Uint8Array,
  keyPem: string,
  intermediatesPem: string,
): { readonly chainPem: string; readonly gatewayId: string; readonly notAfterMs: number } {
  const certificate = new X509Certificate(der);
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem))) {
    throw new ProvisionError("provision/bad-answer", "the certificate is for another key");
  }
  const gatewayId = name.safeParse(commonName(certificate));
  if (!gatewayId.success) throw new ProvisionError("provision/bad-answer", "the certificate names no gateway");
  return {
    chainPem: pemOf([certificate.raw]) + intermediatesPem,
    gatewayId: gatewayId.data,
    notAfterMs: Date.parse(certificate.validTo),
  };
}

/** A refusal as one line for people. */
export function lineOf(answer: FleetAnswer): string {
  const line =
    answer.body
      .split("\n", 1)[0]
      ?.replaceAll(/[^\x20-\x7e]/g, "?")
      .trim() ?? "";
  return line === "" ? `the fleet answers ${answer.status}` : `${line.slice(0, 200)} (${answer.status})`;
}

/** An answer that nobody foresaw: a proxy's page, another program on that port. */
export function unexpected(answer: FleetAnswer): ProvisionError {
  return new ProvisionError("provision/bad-answer", lineOf(answer));
}

function socketTo(fleet: Fleet & { readonly anchorsPem: string | undefined }) {
  return { url: fleet.url, anchorsPem: fleet.anchorsPem, client: undefined, time: fleet.time };
}

function socketAs(current: Pick<Identity, "fleetUrl" | "anchorsPem" | "keyPem" | "chainPem">, time: TimeView) {
  return { url: current.fleetUrl, anchorsPem: current.anchorsPem, client: current, time };
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function commonName(certificate: X509Certificate): string {
  const names = certificate.subject.split("\n").filter((part) => part.startsWith("CN="));
  return names.length === 1 ? (names[0]?.slice(3) ?? "") : "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
