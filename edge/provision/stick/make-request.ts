import { randomBytes, sign } from "node:crypto";

import { claimProof, hashSecret, type ClaimCode } from "@outpost/wire/claim-code.ts";
import { SIGNED_PREFIX, type EnrolmentRequest, type SignedDocument } from "@outpost/wire/enrolment.ts";

import { makeKey, makeRequest } from "../enrol/key-and-request.ts";
import type { IdentityStore } from "../identity-store.ts";
import type { Identity } from "../identity.ts";
import { pemBlocks } from "../trust/pem.ts";

export interface StickRequestDeps {
  readonly store: IdentityStore;
  readonly gatewayId: string | undefined;
  readonly serial: string | undefined;
  readonly nowMs: number;
}

/**
 * Asks for a certificate without an uplink: a document for a stick, signed with the new key, and with the old one where
 * there is one. The key stays here; of the claim code only a proof goes along.
 *
 * @throws ProvisionError `provision/store`.
 */
export async function makeStickRequest(code: ClaimCode | undefined, deps: StickRequestDeps): Promise<SignedDocument> {
  const { store, serial } = deps;
  const { identity, candidate } = await store.load();
  const gatewayId = deps.gatewayId ?? identity?.gatewayId;
  const keyPem = candidate !== undefined && candidate.issued === undefined ? candidate.keyPem : await makeKey();
  const csr = await makeRequest(keyPem, gatewayId);
  const nonce = randomBytes(16).toString("hex");
  await store.saveCandidate({ v: 1, keyPem, csr, nonce, ...(code === undefined ? {} : { pin: code.pin }) });
  const request: EnrolmentRequest = {
    kind: "enrolment-request",
    ...(gatewayId === undefined ? {} : { gatewayId }),
    ...(serial === undefined ? {} : { serial }),
    csr,
    nonce,
    ...(code === undefined ? {} : { claimProof: claimProof(hashSecret(code.secret), nonce, csr) }),
    ...(identity === undefined ? {} : { previous: previousOf(identity, nonce, csr) }),
    madeAtMs: deps.nowMs,
  };
  const payload = Buffer.from(JSON.stringify(request));
  return {
    v: 1,
    payload: payload.toString("base64"),
    certificates: [],
    signature: signWith(keyPem, payload),
  };
}

function previousOf(identity: Identity, nonce: string, csr: string): NonNullable<EnrolmentRequest["previous"]> {
  const [pem = ""] = pemBlocks(identity.chainPem);
  const certificate = pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  return { certificate, signature: signWith(identity.keyPem, Buffer.from(`${nonce} ${csr}`)) };
}

function signWith(keyPem: string, content: Buffer): string {
  const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), content]);
  return sign("sha256", signed, { key: keyPem, dsaEncoding: "ieee-p1363" }).toString("base64");
}
