import { webcrypto } from "node:crypto";

import { SIGNED_PREFIX, type SignedDocument } from "@outpost/wire/enrolment.ts";

import type { Authority } from "../authority/authority.ts";
import { SIGNING } from "../authority/signing.ts";

/** A grant lies on a stick until somebody drives to the site. */
const SIGNER_LIFE_MS = 90 * 86_400_000;

/**
 * Signs something that the fleet says to a gateway, with a key that is made for this one signature and forgotten. The
 * gateway follows its certificate to the root that it trusts.
 */
export async function signDocument(authority: Authority, content: object): Promise<SignedDocument> {
  const payload = Buffer.from(JSON.stringify(content));
  const signer = await authority.issueSigner(Date.now(), SIGNER_LIFE_MS);
  const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), payload]);
  const signature = Buffer.from(await webcrypto.subtle.sign(SIGNING, signer.key, signed));
  return {
    v: 1,
    payload: payload.toString("base64"),
    certificates: signer.chain.map((one) => one.toString("base64")),
    signature: signature.toString("base64"),
  };
}
