import { createHash, createPublicKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { IdentityPort } from "../server/deps.ts";

/** A detached signature: ECDSA P-256 with SHA-256, DER, as `openssl dgst -verify` takes it. */
export interface Signed {
  readonly signature: Uint8Array;
  readonly publicKeyPem: string;
}

/** Signs with the gateway's own key; before the gateway is claimed, with the key of this page. */
export class Signer {
  readonly #identity: IdentityPort | undefined;
  readonly #pageKeyFile: string;

  constructor(identity: IdentityPort | undefined, stateDirectory: string) {
    this.#identity = identity;
    this.#pageKeyFile = join(stateDirectory, "technician", "page-key.pem");
  }

  async sign(content: Uint8Array): Promise<Signed> {
    const own = await this.#identity?.sign(content);
    if (own !== undefined) return own;
    const keyPem = await readFile(this.#pageKeyFile, "utf8");
    return {
      signature: sign("sha256", content, keyPem),
      publicKeyPem: createPublicKey(keyPem).export({ type: "spki", format: "pem" }).toString(),
    };
  }
}

/** SHA-256 over the key's SPKI, hexadecimal: what a report says of who signed it. */
export function keyFingerprint(publicKeyPem: string): string {
  const der = createPublicKey(publicKeyPem).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}
