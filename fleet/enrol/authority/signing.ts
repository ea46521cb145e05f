import type { webcrypto } from "node:crypto";

/** What every key that we make signs with. */
export const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export type CryptoKey = webcrypto.CryptoKey;
