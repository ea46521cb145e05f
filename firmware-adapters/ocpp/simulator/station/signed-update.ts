import type { X509Certificate } from "node:crypto";

import type { FirmwareStep } from "../dialects/dialect.ts";
import { isSigned } from "./keystore.ts";

/** New firmware and whoever answers for it. */
export interface SignedFirmware {
  readonly location: string;
  readonly signature: string;
  readonly signer: X509Certificate;
}

const MAX_BYTES = 16 * 1024 * 1024;
const WITHIN_MS = 10_000;

/**
 * Fetches new firmware, checks it, and installs it where it is genuine.
 *
 * @param say  tells a step, and resolves when that was heard.
 * @returns whether its signature was right; undefined where it could not be fetched.
 * @see OCPP 2.0.1 part 2, L01; OCPP 1.6 security whitepaper edition 3, section 4.4.3
 */
export async function updateSigned(
  { location, signature, signer }: SignedFirmware,
  say: (step: FirmwareStep) => Promise<unknown>,
): Promise<boolean | undefined> {
  await say("Downloading");
  const firmware = await download(location);
  if (firmware === undefined) {
    await say("DownloadFailed");
    return undefined;
  }
  await say("Downloaded");
  if (!isSigned(firmware, signature, signer)) {
    await say("InvalidSignature");
    return false;
  }
  for (const step of ["SignatureVerified", "Installing", "Installed"] as const) await say(step);
  return true;
}

/** @returns undefined where it cannot be had. */
async function download(location: string): Promise<Uint8Array | undefined> {
  try {
    const answer = await fetch(location, { signal: AbortSignal.timeout(WITHIN_MS) });
    if (!answer.ok || Number(answer.headers.get("content-length") ?? 0) > MAX_BYTES) return undefined;
    const bytes = await answer.bytes();
    return bytes.length > MAX_BYTES ? undefined : bytes;
  } catch {
    return undefined;
  }
}
