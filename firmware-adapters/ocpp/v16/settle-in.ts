import type { Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import type { ListedTag } from "../authorisation/authorisation.ts";
import { OcppError } from "../errors.ts";
import { attempts, TRANSACTION_ATTEMPTS, TRANSACTION_RETRY_S } from "../protocol/attempts.ts";
import { listParts } from "../protocol/list-parts.ts";
import type { Wishes } from "../protocol/wishes.ts";
import type { StationConnection } from "../words.ts";

const listVersion = z.object({ listVersion: z.coerce.number().int() });
const updated = z.object({ status: z.string() });

/**
 * Brings a 1.6 station to what it needs to go on without us: its local list, offline authorisation, and how often it
 * speaks. What it does not know how to do is left out; each step that fails is logged, and the others go on.
 *
 * @see OCPP 1.6 edition 2, sections 3.5, 5.3, 5.10, 5.15, 5.17, 9.1
 */
export async function settleIn16(
  connection: StationConnection,
  wishes: Wishes,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const attempt = attempts(connection.identity, log, signal);
  for (const [key, value] of configuration(wishes)) {
    await attempt(key, () => connection.call({ action: "ChangeConfiguration", payload: { key, value } }, signal));
  }
  await attempt("local list", () => sendLocalList(connection, wishes, signal));
  for (const connectorId of [0, ...wishes.connectorIds].filter((id) => !wishes.isKnown(id))) {
    const payload = { requestedMessage: "StatusNotification", connectorId };
    await attempt("status", () => connection.call({ action: "TriggerMessage", payload }, signal));
  }
}

function configuration({
  heartbeatEveryMs,
  meterEveryMs,
  acceptsUnknown,
}: Wishes): readonly (readonly [string, string])[] {
  return [
    ["HeartbeatInterval", seconds(heartbeatEveryMs)],
    ["MeterValueSampleInterval", seconds(meterEveryMs)],
    ["MeterValuesSampledData", "Energy.Active.Import.Register,Power.Active.Import,Current.Import"],
    ["LocalAuthListEnabled", "true"],
    ["LocalAuthorizeOffline", "true"],
    ["LocalPreAuthorize", "true"],
    ["AllowOfflineTxForUnknownId", String(acceptsUnknown)],
    // A tag that turns out invalid later ends what it began.
    ["StopTransactionOnInvalidId", "true"],
    ["TransactionMessageAttempts", String(TRANSACTION_ATTEMPTS)],
    ["TransactionMessageRetryInterval", String(TRANSACTION_RETRY_S)],
  ];
}

async function sendLocalList(connection: StationConnection, wishes: Wishes, signal: AbortSignal): Promise<void> {
  const answer = await connection.call({ action: "GetLocalListVersion", payload: {} }, signal);
  const held = listVersion.safeParse(answer).data?.listVersion ?? -1;
  // -1: it keeps no list. The same number: it has ours.
  if (held === -1 || held === wishes.listVersion) return;
  for (const { version, updateType, tags } of listParts(wishes.list, wishes.listVersion)) {
    const payload = {
      listVersion: version,
      updateType,
      ...(tags.length === 0 ? {} : { localAuthorizationList: tags.map(listed) }),
    };
    const said = updated.safeParse(await connection.call({ action: "SendLocalList", payload }, signal)).data?.status;
    if (said !== "Accepted") throw new OcppError("ocpp/refused", `SendLocalList: ${said ?? "no status"}`);
  }
}

function listed({ idTag, isBlocked, expiresAtMs, parentIdTag }: ListedTag): object {
  return {
    idTag,
    idTagInfo: {
      status: isBlocked ? "Blocked" : "Accepted",
      ...(expiresAtMs === undefined ? {} : { expiryDate: new Date(expiresAtMs).toISOString() }),
      ...(parentIdTag === undefined ? {} : { parentIdTag }),
    },
  };
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.round(ms / 1_000)));
}
