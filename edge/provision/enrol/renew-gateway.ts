import { errorCode } from "@outpost/kernel/thrown.ts";

import { ProvisionError } from "../errors.ts";
import type { IdentityStore } from "../identity-store.ts";
import type { Candidate, Identity, Trouble } from "../identity.ts";
import type { TimeView } from "../trust/best-time.ts";
import { acceptCertificate, lineOf, readConnection, readRoots, simpleReenrol, unexpected } from "./est-client.ts";
import { makeKey, makeRequest } from "./key-and-request.ts";

/** What came of asking for a new certificate, or for a word about the old one. */
export type Asked =
  | { readonly kind: "issued"; readonly candidate: Candidate }
  | { readonly kind: "welcome"; readonly mqttUrl: string }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** Asks the fleet whether it takes our certificate. @throws ProvisionError `provision/store` never. */
export async function askStanding(current: Identity, time: TimeView, signal: AbortSignal): Promise<Asked> {
  try {
    const answer = await readConnection(current, time, signal);
    if (answer.kind === "refused") return troubled("refused", answer.reason);
    return { kind: "welcome", mqttUrl: answer.connection.mqttUrl };
  } catch (error) {
    return { kind: "trouble", trouble: troubleOf(error) };
  }
}

/**
 * Asks for a new certificate with the one we have, run out or not. The new key is on the disk before anything is asked;
 * what is issued is on the disk before it is tried.
 *
 * @throws ProvisionError `provision/store`.
 */
export async function renewGateway(
  current: Identity,
  deps: { readonly store: IdentityStore; readonly time: () => TimeView },
  signal: AbortSignal,
): Promise<Asked> {
  const stored = (await deps.store.load()).candidate;
  const keyPem = stored?.keyPem ?? (await makeKey());
  const csr = await makeRequest(keyPem, current.gatewayId);
  // A request on a stick may be under way with the same key: its answer must still find what it answers.
  const { nonce, pin } = stored ?? {};
  const asked = { ...(nonce === undefined ? {} : { nonce }), ...(pin === undefined ? {} : { pin }) };
  await deps.store.saveCandidate({ v: 1, keyPem, csr, ...asked });
  try {
    const answer = await simpleReenrol(current, csr, deps.time(), signal);
    if (answer.status === 202) return troubled("awaiting-approval", lineOf(answer));
    if (answer.status === 403 || answer.status === 401) return troubled("refused", lineOf(answer));
    if (answer.status !== 200) throw unexpected(answer);
    // Read over the connection that the old roots vouch for: this is how a new root comes to be trusted.
    const fleet = { url: current.fleetUrl, time: deps.time(), anchorsPem: current.anchorsPem };
    const roots = await readRoots(fleet, signal);
    const { chainPem, gatewayId } = acceptCertificate(answer, keyPem, roots);
    if (gatewayId !== current.gatewayId)
      throw new ProvisionError("provision/bad-answer", "it is another's certificate");
    const issued = { ...current, keyPem, chainPem, anchorsPem: roots.anchorsPem };
    const candidate = { v: 1, keyPem, csr, issued } as const;
    await deps.store.saveCandidate(candidate);
    return { kind: "issued", candidate };
  } catch (error) {
    return { kind: "trouble", trouble: troubleOf(error) };
  }
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ProvisionError) || errorCode(error) === "provision/store") throw error;
  const isForeign = error.code === "provision/not-our-fleet" || error.code === "provision/bad-answer";
  return { kind: isForeign ? "not-our-fleet" : "unreachable", reason: error.message };
}

function troubled(kind: Trouble["kind"], reason: string): Asked {
  return { kind: "trouble", trouble: { kind, reason } };
}
