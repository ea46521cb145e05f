import { errorCode } from "@outpost/kernel/thrown.ts";
import { parseClaimText } from "@outpost/wire/claim-code.ts";

import { ProvisionError } from "../errors.ts";
import type { IdentityStore } from "../identity-store.ts";
import type { ClaimOutcome, ClaimRequest, Identity } from "../identity.ts";
import type { TimeView } from "../trust/best-time.ts";
import type { FleetAnswer } from "./ask-fleet.ts";
import {
  acceptCertificate,
  lineOf,
  readConnection,
  readPinnedRoots,
  simpleEnrol,
  unexpected,
  type Fleet,
  type Roots,
} from "./est-client.ts";
import { makeKey, makeRequest } from "./key-and-request.ts";

export interface ClaimDeps {
  readonly store: IdentityStore;
  readonly time: () => TimeView;
  /** Of the site file; undefined where the code says who we are. */
  readonly gatewayId: string | undefined;
  /** Of the box. */
  readonly serial: string | undefined;
}

type Failure = Exclude<ClaimOutcome, { kind: "claimed" }>;

/**
 * Claims this gateway: a key of its own, the fleet's roots by the code's pin, a certificate for the code, and a first
 * connection with it. The key is on the disk before the code is spent, so that an answer which is lost on the way is had
 * by asking again.
 *
 * @throws ProvisionError `provision/store`.
 */
export async function claimGateway(
  request: ClaimRequest,
  options: { readonly replace: boolean },
  deps: ClaimDeps,
  signal: AbortSignal,
): Promise<{ readonly outcome: ClaimOutcome; readonly identity: Identity | undefined }> {
  const text = parseClaimText(request.code);
  if (text === undefined) return failed({ kind: "bad-code" });
  const url = text.fleetUrl ?? request.fleetUrl;
  if (url === undefined || !/^https:\/\/[^/?#]+\/?$/.test(url)) return failed({ kind: "no-fleet-url" });
  const stored = await deps.store.load();
  if (stored.decommissioned !== undefined) return failed({ kind: "decommissioned" });
  if (stored.identity !== undefined && !options.replace) {
    return failed({ kind: "already-claimed", gatewayId: stored.identity.gatewayId });
  }
  const keyPem = stored.candidate?.issued === undefined ? stored.candidate?.keyPem : undefined;
  const own = keyPem ?? (await makeKey());
  const csr = await makeRequest(own, deps.gatewayId);
  await deps.store.saveCandidate({ v: 1, keyPem: own, csr });
  const fleet: Fleet = { url: new URL(url).origin, time: deps.time() };
  try {
    const roots = await readPinnedRoots(fleet, text.code.pin, signal);
    if (roots === undefined) return failed({ kind: "wrong-fleet", reason: "its root certificate is not the code's" });
    const answer = await simpleEnrol({ ...fleet, ...roots }, { code: text.code, serial: deps.serial, csr }, signal);
    if (answer.status !== 200) return failed(refusalOf(answer));
    const { identity, notAfterMs } = await complete(answer, { fleet, roots, keyPem: own }, signal);
    if (deps.gatewayId !== undefined && identity.gatewayId !== deps.gatewayId) {
      return failed({ kind: "other-gateway", gatewayId: identity.gatewayId });
    }
    await deps.store.saveIdentity(identity);
    const { gatewayId, mqttUrl } = identity;
    return { outcome: { kind: "claimed", gatewayId, mqttUrl, notAfterMs }, identity };
  } catch (error) {
    return failed(failureOf(error));
  }
}

async function complete(
  answer: FleetAnswer,
  { fleet, roots, keyPem }: { readonly fleet: Fleet; readonly roots: Roots; readonly keyPem: string },
  signal: AbortSignal,
): Promise<{ readonly identity: Identity; readonly notAfterMs: number }> {
  const { chainPem, gatewayId, notAfterMs } = acceptCertificate(answer, keyPem, roots);
  const draft = { keyPem, chainPem, anchorsPem: roots.anchorsPem, fleetUrl: fleet.url };
  const place = await readConnection(draft, fleet.time, signal);
  if (place.kind === "refused") throw new ProvisionError("provision/bad-answer", place.reason);
  return { identity: { v: 1, gatewayId, ...draft, mqttUrl: place.connection.mqttUrl }, notAfterMs };
}

function refusalOf(answer: FleetAnswer): Failure {
  const { status, headers } = answer;
  const gatewayId = headers["outpost-gateway"];
  if (status === 429) {
    const seconds = Number(headers["retry-after"]);
    return {
      kind: "too-many-tries",
      retryAfterMs: (Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 3_600) : 60) * 1_000,
    };
  }
  if (status === 403 && typeof gatewayId === "string")
    return { kind: "other-gateway", gatewayId: gatewayId.slice(0, 63) };
  if (status === 401 || status === 403 || status === 400) return { kind: "refused", reason: lineOf(answer) };
  return { kind: "unreachable", reason: unexpected(answer).message };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ProvisionError) || errorCode(error) === "provision/store") throw error;
  const isForeign = error.code === "provision/not-our-fleet";
  return { kind: isForeign ? "wrong-fleet" : "unreachable", reason: error.message };
}

function failed(outcome: Failure): { readonly outcome: ClaimOutcome; readonly identity: undefined } {
  return { outcome, identity: undefined };
}
