import { z } from "zod";

const MAX_SECRET_BYTES = 64;
const MIN_SECRET_BYTES = 16;
const PUBLIC_KEY_BYTES = 32;

/** Numeric codes: eight digits, made from a secret that this cabinet and its issuer share. */
const numericCodes = z.strictObject({
  /** 16 to 64 random bytes in base64, another for every cabinet. */
  secret: z.base64().refine((text) => {
    const { length } = Buffer.from(text, "base64");
    return length >= MIN_SECRET_BYTES && length <= MAX_SECRET_BYTES;
  }, `${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes in base64`),
  windowMinutes: z.int().min(5).max(1_440).default(60),
  /** A code is good in the window it was issued for and in so many after it. */
  validWindows: z.int().min(1).max(72).default(24),
  /** How many codes one compartment may be given in one window. Each more makes guessing easier by as much. */
  ordersPerWindow: z.int().min(1).max(8).default(4),
});

/** Signed tokens, as a QR code carries them: only the issuer's public key stands here. */
const signedTokens = z.strictObject({
  /** Raw Ed25519 public keys of 32 bytes in base64; two while the issuer changes its key. */
  publicKeys: z
    .array(
      z
        .base64()
        .refine((text) => Buffer.from(text, "base64").length === PUBLIC_KEY_BYTES, "an Ed25519 key is 32 bytes"),
    )
    .min(1)
    .max(4),
  /** A token that says it is good for longer is refused. */
  maxValidHours: z.int().min(1).max(720).default(168),
  /** Whether tokens open while nobody knows what time it is. Each still opens once only. */
  allowDoubtfulClock: z.boolean().default(false),
});

/** Pick-up codes that this gateway can judge without an uplink. */
export const codesSettings = z
  .strictObject({
    /** What the issuer calls this cabinet. It is part of every code, so that a code opens nothing elsewhere. */
    cabinetId: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, "letters, digits, '.', '_' or '-', at most 32"),
    numeric: numericCodes.optional(),
    signed: signedTokens.optional(),
  })
  .refine(({ numeric, signed }) => numeric !== undefined || signed !== undefined, "numeric, signed or both are needed");
export type CodesSettings = z.infer<typeof codesSettings>;
export type NumericCodesSettings = z.infer<typeof numericCodes>;
export type SignedTokensSettings = z.infer<typeof signedTokens>;
