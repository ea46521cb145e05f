import { verify, X509Certificate } from "node:crypto";

import { FLEET_NAME, MAX_ENROLMENT_BYTES, SIGNED_PREFIX, signedDocument } from "@outpost/wire/enrolment.ts";

import { judgeChain } from "./trust/judge-server.ts";
import { pemBlocks } from "./trust/pem.ts";

/** Only who has this in his certificate signs documents; no gateway and no listener of the fleet has. */
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** What a signed document says, or why it is not believed. */
export type Verified =
  | { readonly kind: "genuine"; readonly content: unknown }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Checks that the fleet has signed this: by a certificate that leads to one of our roots, is the fleet's, and may sign.
 *
 * @param bytes    JSON, as `signedDocument` says.
 * @param floorMs  it is not earlier than this.
 */
export function verifySigned(bytes: Uint8Array, anchorsPem: string, floorMs: number): Verified {
  if (bytes.byteLength > MAX_ENROLMENT_BYTES) return refused("it is too large");
  try {
    const parsed = signedDocument.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    if (!parsed.success) return refused("it is no signed document");
    const { payload, certificates, signature } = parsed.data;
    const chain = certificates.map((der) => new X509Certificate(Buffer.from(der, "base64")));
    const anchors = pemBlocks(anchorsPem).map((pem) => new X509Certificate(pem));
    const [signer] = chain;
    const why = judgeChain(chain, { anchors, floorMs });
    if (signer === undefined || why !== undefined) return refused(why ?? "nobody has signed it");
    if (signer.subject !== `CN=${FLEET_NAME}` || !signer.keyUsage.includes(CODE_SIGNING) || signer.ca) {
      return refused("whoever signed it may not");
    }
    const content = Buffer.from(payload, "base64");
    const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), content]);
    const key = { key: signer.publicKey, dsaEncoding: "ieee-p1363" } as const;
    if (!verify("sha256", signed, key, Buffer.from(signature, "base64"))) return refused("its signature is wrong");
    return { kind: "genuine", content: JSON.parse(content.toString("utf8")) as unknown };
  } catch {
    return refused("it cannot be read");
  }
}

function refused(reason: string): Verified {
  return { kind: "refused", reason };
}
