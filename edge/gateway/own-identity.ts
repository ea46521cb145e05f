import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Journal } from "../journal/journal.ts";
import { sentenceOf } from "../provision/claim-words.ts";
import { checkDecommission } from "../provision/decommission.ts";
import { readHardwareSerial } from "../provision/hardware-serial.ts";
import { Provision } from "../provision/provision.ts";
import { eventEntry } from "../recording/entries.ts";
import type { IdentityPort } from "../technician/server/deps.ts";
import type { IdentityView } from "../technician/server/views.ts";
import type { Timekeeper } from "../timekeeping/timekeeper.ts";

/** A claim from the technician's page takes over a box that was another gateway: whoever has its PIN may say so. */
const REPLACE = { replace: true };

export interface OwnIdentityDeps {
  readonly clock: Timekeeper;
  readonly log: Log;
  readonly stateDirectory: string;
  readonly gatewayId: string;
  /** Where the serial number of the box stands, if not where Linux has it. */
  readonly serialFile: string | undefined;
}

/** Reads who this gateway is. Never throws for what stands on the disk. */
export async function openProvision(deps: OwnIdentityDeps): Promise<Provision> {
  const provision = new Provision({ ...deps, serial: await readHardwareSerial(deps.serialFile) });
  await provision.open();
  return provision;
}

/** The identity as the technician's page knows it. */
export function identityPort(provision: Provision): IdentityPort {
  return {
    state: async () => viewOf(provision),
    async claim(asked, signal) {
      const outcome = await provision.claim(asked, REPLACE, signal);
      if (outcome.kind !== "claimed") throw new Error(sentenceOf(outcome));
    },
    sign: async (content) => provision.sign(content),
  };
}

function viewOf(provision: Provision): IdentityView {
  const state = provision.state();
  switch (state.kind) {
    case "unclaimed":
      return { phase: "unclaimed", detail: "" };
    case "damaged":
      return { phase: "unclaimed", detail: state.reason };
    case "decommissioned":
      return { phase: "unclaimed", detail: `${state.orderedBy}: ${state.reason}` };
    case "claimed": {
      const { gatewayId, fleetUrl, certificate, trouble } = state;
      const detail = trouble === undefined ? `${gatewayId} · ${fleetUrl}` : `${trouble.kind}: ${trouble.reason}`;
      const isPending = trouble?.kind === "awaiting-approval";
      return { phase: isPending ? "pending" : "claimed", detail, expiresAtMs: certificate.notAfterMs };
    }
  }
}

/**
 * Carries a decommissioning out: checked, then written to the journal, then kept for the next start, and then the
 * gateway is told to stop. A forged or replayed order is logged and changes nothing.
 */
export async function obeyDecommission(
  order: { readonly document: Uint8Array; readonly session: string },
  deps: {
    readonly provision: Provision;
    readonly clock: Timekeeper;
    readonly log: Log;
    readonly journal: Pick<Journal, "append">;
    readonly onDecommissioned?: (() => void) | undefined;
  },
): Promise<void> {
  const { provision, clock, log, journal } = deps;
  const { certainFloorMs: floorMs } = clock.status();
  const checked = checkDecommission(order.document, { identity: provision.identity, nonce: order.session, floorMs });
  if (checked.kind === "refused") {
    log.warn("an order to decommission was refused", { reason: checked.reason });
    return;
  }
  const { gatewayId, orderId, orderedBy, reason } = checked.order;
  const { wallMs, monotonicMs, confidence } = clock.now();
  const event = {
    kind: "occurrence",
    deviceId: gatewayId,
    name: "decommissioned",
    details: { orderId, orderedBy, reason },
    occurredAtMs: wallMs,
    monotonicMs,
    clockConfidence: confidence,
  } as const;
  try {
    await journal.append([eventEntry(event)]);
    await provision.end({ v: 1, gatewayId, orderId, orderedBy, reason, atMs: wallMs });
  } catch (error) {
    log.error("an order to decommission could not be confirmed; it has no effect", { reason: asError(error).message });
    return;
  }
  log.warn("this gateway is decommissioned", { orderedBy, reason });
  deps.onDecommissioned?.();
}
