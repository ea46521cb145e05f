import { X509Certificate as NodeCertificate, verify } from "node:crypto";

import {
  enrolmentRequest,
  MAX_ENROLMENT_BYTES,
  SIGNED_PREFIX,
  signedDocument,
  type EnrolmentGrant,
  type EnrolmentRequest,
  type SignedDocument,
} from "@outpost/wire/enrolment.ts";
import { name } from "@outpost/wire/identifiers.ts";
import type { X509Certificate } from "@peculiar/x509";

import { parseCertificateRequest } from "../authority/certificate-request.ts";
import { findProven } from "../claims/claim-rows.ts";
import type { Enrolment } from "../enrolment.ts";
import { EnrolError } from "../errors.ts";
import { signDocument } from "./sign-document.ts";

/** What became of a request from a stick. */
export type Granted =
  | { readonly kind: "granted"; readonly gatewayId: string; readonly document: SignedDocument }
  | { readonly kind: "refused"; readonly reason: string };

export interface GrantOptions {
  readonly fleetUrl: string;
  readonly mqttUrl: string;
  /** A person's word: this request is of this gateway, whatever it proves itself. */
  readonly approve: string | undefined;
}

type Issued =
  | { readonly kind: "issued"; readonly gatewayId: string; readonly certificate: X509Certificate }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Answers a gateway's request from a stick: by the claim code that it proves, by the certificate that it has had, or by a
 * person's word, in this order.
 *
 * @throws EnrolError `enrol/bad-file` where it is no request, or not signed with the key that it asks for.
 */
export async function grant(bytes: Uint8Array, enrolment: Enrolment, options: GrantOptions): Promise<Granted> {
  const request = await parseStickRequest(bytes);
  const issued = await issue(request, enrolment, options.approve);
  if (issued.kind === "refused") return issued;
  const { authority } = enrolment;
  const content: EnrolmentGrant = {
    kind: "enrolment-grant",
    gatewayId: issued.gatewayId,
    nonce: request.nonce,
    chain: [issued.certificate, ...authority.intermediates].map(der),
    anchors: [der(authority.root)],
    fleetUrl: options.fleetUrl,
    mqttUrl: options.mqttUrl,
    madeAtMs: enrolment.nowMs(),
  };
  return { kind: "granted", gatewayId: issued.gatewayId, document: await signDocument(authority, content) };
}

function der(certificate: X509Certificate): string {
  return Buffer.from(certificate.rawData).toString("base64");
}

async function issue(request: EnrolmentRequest, enrolment: Enrolment, approve: string | undefined): Promise<Issued> {
  const csr = Buffer.from(request.csr, "base64");
  if (approve !== undefined) {
    if (!name.safeParse(approve).success) return { kind: "refused", reason: `"${approve}" is no gateway id` };
    if (request.gatewayId !== undefined && request.gatewayId !== approve) {
      return { kind: "refused", reason: `the request is of ${request.gatewayId}, not of ${approve}` };
    }
    return { kind: "issued", gatewayId: approve, certificate: await enrolment.issueByApproval(approve, csr) };
  }
  const { claimProof, nonce, previous } = request;
  if (claimProof !== undefined) {
    const hash = await findProven(enrolment.pool, { claimProof, nonce, csr: request.csr });
    if (hash === undefined) return { kind: "refused", reason: "it proves no claim code that is still good" };
    const claimed = await enrolment.claim({ secret: { hash }, serial: request.serial, reason: "stick" }, csr);
    return claimed.kind === "issued" ? claimed : { kind: "refused", reason: `the claim code: ${claimed.refusal.kind}` };
  }
  if (previous === undefined) return { kind: "refused", reason: "it proves neither a code nor an old certificate" };
  const old = Buffer.from(previous.certificate, "base64");
  if (!isSignedBy(old, `${nonce} ${request.csr}`, previous.signature)) {
    return { kind: "refused", reason: "it does not have the key of the old certificate" };
  }
  const renewed = await enrolment.renew(old, csr, "stick");
  return renewed.kind === "issued" ? renewed : { kind: "refused", reason: renewed.reason };
}

async function parseStickRequest(bytes: Uint8Array): Promise<EnrolmentRequest> {
  if (bytes.byteLength > MAX_ENROLMENT_BYTES) throw new EnrolError("enrol/bad-file", "the request is too large");
  try {
    const outer = signedDocument.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    const payload = Buffer.from(outer.payload, "base64");
    const request = enrolmentRequest.parse(JSON.parse(payload.toString("utf8")));
    const { publicKey } = await parseCertificateRequest(Buffer.from(request.csr, "base64"));
    const key = {
      key: Buffer.from(publicKey.rawData),
      format: "der",
      type: "spki",
      dsaEncoding: "ieee-p1363",
    } as const;
    const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), payload]);
    if (!verify("sha256", signed, key, Buffer.from(outer.signature, "base64")))
      throw new Error("another key signed it");
    return request;
  } catch (error) {
    throw new EnrolError("enrol/bad-file", "it is no request that its gateway has signed", { cause: error });
  }
}

function isSignedBy(certificate: Buffer, content: string, signature: string): boolean {
  try {
    const key = { key: new NodeCertificate(certificate).publicKey, dsaEncoding: "ieee-p1363" } as const;
    const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), Buffer.from(content)]);
    return verify("sha256", signed, key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}
