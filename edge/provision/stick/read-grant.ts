import { X509Certificate } from "node:crypto";

import { isSamePin, pinOf } from "@outpost/wire/claim-code.ts";
import { enrolmentGrant, MAX_ENROLMENT_BYTES, signedDocument, type EnrolmentGrant } from "@outpost/wire/enrolment.ts";

import { checkOwn } from "../enrol/est-client.ts";
import type { IdentityStore, Stored } from "../identity-store.ts";
import type { Identity } from "../identity.ts";
import { verifySigned } from "../signed.ts";
import { pemOf } from "../trust/pem.ts";

/** What became of a grant from a stick. */
export type ImportOutcome =
  /** It is our identity now. */
  | { readonly kind: "claimed"; readonly gatewayId: string }
  /** It is tried as soon as there is a line; the identity that still holds stays until then. */
  | { readonly kind: "to-be-tried"; readonly gatewayId: string }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Takes a grant in: the answer to our own last request, for our own key, signed by the fleet that we belong to or, before
 * that, by the one whose root the claim code names.
 *
 * @throws ProvisionError `provision/store`.
 */
export async function readGrant(
  bytes: Uint8Array,
  deps: {
    readonly store: IdentityStore;
    readonly gatewayId: string | undefined;
    readonly floorMs: number;
    /** Whether the certificate that we have has run out. */
    readonly isExpired: boolean;
  },
): Promise<ImportOutcome> {
  const stored = await deps.store.load();
  if (stored.decommissioned !== undefined) return refused("this gateway was decommissioned");
  const { candidate } = stored;
  if (candidate?.nonce === undefined) return refused("nothing was asked for; export a request first");
  const anchorsPem = stored.identity?.anchorsPem ?? pinnedAnchors(bytes, candidate.pin);
  if (anchorsPem === undefined) return refused("it is not from the fleet of the claim code");
  const verified = verifySigned(bytes, anchorsPem, deps.floorMs);
  if (verified.kind === "refused") return verified;
  const grant = enrolmentGrant.safeParse(verified.content);
  if (!grant.success) return refused("it is another document");
  if (grant.data.nonce !== candidate.nonce) return refused("it answers another request");
  const issued = identityOf(grant.data, candidate.keyPem);
  if (issued === undefined) return refused("its certificate is not for this gateway's key");
  if (deps.gatewayId !== undefined && issued.gatewayId !== deps.gatewayId) {
    return refused(`it is for ${issued.gatewayId}; the site file says ${deps.gatewayId}`);
  }
  return await keep(issued, stored, deps);
}

async function keep(
  issued: Identity,
  { identity, candidate }: Stored,
  { store, isExpired }: { readonly store: IdentityStore; readonly isExpired: boolean },
): Promise<ImportOutcome> {
  const { gatewayId } = issued;
  if (identity === undefined || isExpired || candidate === undefined) {
    await store.saveIdentity(issued);
    return { kind: "claimed", gatewayId };
  }
  await store.saveCandidate({ v: 1, keyPem: candidate.keyPem, csr: candidate.csr, issued });
  return { kind: "to-be-tried", gatewayId };
}

function identityOf(grant: EnrolmentGrant, keyPem: string): Identity | undefined {
  const [leaf = "", ...rest] = grant.chain;
  try {
    const { chainPem, gatewayId } = checkOwn(der(leaf), keyPem, pemOf(rest.map(der)));
    if (gatewayId !== grant.gatewayId) return undefined;
    const anchorsPem = pemOf(grant.anchors.map(der));
    return { v: 1, gatewayId, keyPem, chainPem, anchorsPem, fleetUrl: grant.fleetUrl, mqttUrl: grant.mqttUrl };
  } catch {
    return undefined;
  }
}

function der(text: string): Buffer {
  return Buffer.from(text, "base64");
}

/** The roots that the grant brings, where one of them has the pin of the claim code; nothing of it is believed yet. */
function pinnedAnchors(bytes: Uint8Array, pin: string | undefined): string | undefined {
  if (pin === undefined || bytes.byteLength > MAX_ENROLMENT_BYTES) return undefined;
  try {
    const outer = signedDocument.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    const grant = enrolmentGrant.parse(JSON.parse(Buffer.from(outer.payload, "base64").toString("utf8")));
    const roots = grant.anchors.map((text) => new X509Certificate(Buffer.from(text, "base64")));
    const pinned = roots.filter((root) => root.ca && isSamePin(pinOf(root.raw), pin));
    return pinned.length === 0 ? undefined : pemOf(pinned.map((root) => root.raw));
  } catch {
    return undefined;
  }
}

function refused(reason: string): ImportOutcome {
  return { kind: "refused", reason };
}
