import type { Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import type { ListedTag } from "../../authorisation/authorisation.ts";
import { OcppError } from "../../errors.ts";
import { attempts, TRANSACTION_ATTEMPTS, TRANSACTION_RETRY_S } from "../../protocol/attempts.ts";
import { listParts } from "../../protocol/list-parts.ts";
import { listOf, text } from "../../protocol/raw.ts";
import type { Wishes } from "../../protocol/wishes.ts";
import type { StationConnection } from "../../words.ts";
import { idTokenOf } from "../id-token.ts";
import { parseVariableName } from "../variable-name.ts";

const listVersion = z.object({ versionNumber: z.coerce.number().int() });
const updated = z.object({ status: z.string() });
const wasSet = z.object({
  setVariableResult: listOf(z.object({ attributeStatus: text(40) }), 10),
});

/**
 * Brings a 2.0.1 station to what it needs to go on without us: offline authorisation, its local list, and how often it
 * speaks. What it does not know how to do is left out; each step that fails is logged, and the others go on.
 *
 * @see OCPP 2.0.1 part 2, B05 (variables), D01, D02 (local list), F06 (trigger)
 */
export async function settleIn201(
  connection: StationConnection,
  wishes: Wishes,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const attempt = attempts(connection.identity, log, signal);
  for (const { names, value } of variables(wishes)) {
    // One at a time: how many go into one message differs from station to station.
    await attempt(names.join(" or "), () => setFirst(connection, names, value, signal));
  }
  await attempt("local list", () => sendLocalList(connection, wishes, signal));
  for (const id of wishes.connectorIds.filter((one) => !wishes.isKnown(one))) {
    const payload = { requestedMessage: "StatusNotification", evse: { id, connectorId: 1 } };
    await attempt("status", () => connection.call({ action: "TriggerMessage", payload }, signal));
  }
}

interface VariableWish {
  /** The standard's name, and others that stations use for it. */
  readonly names: readonly string[];
  readonly value: string;
}

/** @see OCPP 2.0.1 part 2, section 2 of the referenced components and variables */
function variables({ heartbeatEveryMs, meterEveryMs, acceptsUnknown }: Wishes): readonly VariableWish[] {
  return [
    { names: ["OCPPCommCtrlr.HeartbeatInterval"], value: seconds(heartbeatEveryMs) },
    { names: ["SampledDataCtrlr.TxUpdatedInterval"], value: seconds(meterEveryMs) },
    {
      names: ["SampledDataCtrlr.TxUpdatedMeasurands"],
      value: "Energy.Active.Import.Register,Power.Active.Import,Current.Import",
    },
    // Both ends of the bill.
    { names: ["SampledDataCtrlr.TxStartedMeasurands"], value: "Energy.Active.Import.Register" },
    { names: ["SampledDataCtrlr.TxEndedMeasurands"], value: "Energy.Active.Import.Register" },
    { names: ["LocalAuthListCtrlr.Enabled"], value: "true" },
    {
      names: ["AuthCtrlr.LocalAuthorizeOffline", "AuthCtrlr.LocalAuthorizationOffline"],
      value: "true",
    },
    { names: ["AuthCtrlr.LocalPreAuthorize", "AuthCtrlr.LocalPreAuthorization"], value: "true" },
    { names: ["AuthCtrlr.OfflineTxForUnknownIdEnabled"], value: String(acceptsUnknown) },
    // A tag that turns out invalid later ends what it began.
    { names: ["TxCtrlr.StopTxOnInvalidId"], value: "true" },
    { names: ["OCPPCommCtrlr.MessageAttempts(TransactionEvent)"], value: String(TRANSACTION_ATTEMPTS) },
    { names: ["OCPPCommCtrlr.MessageAttemptInterval(TransactionEvent)"], value: String(TRANSACTION_RETRY_S) },
    { names: ["OCPPCommCtrlr.MessageAttempts(TransactionEvent)"], value: String(TRANSACTION_ATTEMPTS) },
    { names: ["OCPPCommCtrlr.MessageAttemptInterval(TransactionEvent)"], value: String(TRANSACTION_RETRY_S) },
  ];
}

/** Sets the variable under the first of its names that the station knows. */
async function setFirst(
  connection: StationConnection,
  names: readonly string[],
  attributeValue: string,
  signal: AbortSignal,
): Promise<void> {
  let said: string | undefined;
  for (const name of names) {
    const payload = { setVariableData: [{ ...parseVariableName(name), attributeValue }] };
    const answer = await connection.call({ action: "SetVariables", payload }, signal);
    said = wasSet.safeParse(answer).data?.setVariableResult[0]?.attributeStatus;
    if (said === "Accepted" || said === "RebootRequired") return;
    if (said !== "UnknownVariable") break;
  }
  throw new OcppError("ocpp/refused", `SetVariables: ${said ?? "no status"}`);
}

async function sendLocalList(connection: StationConnection, wishes: Wishes, signal: AbortSignal): Promise<void> {
  const answer = await connection.call({ action: "GetLocalListVersion", payload: {} }, signal);
  // The same number: it has ours. 0 is that of a station that has none yet.
  if (listVersion.safeParse(answer).data?.versionNumber === wishes.listVersion) return;
  for (const { version, updateType, tags } of listParts(wishes.list, wishes.listVersion)) {
    const payload = {
      versionNumber: version,
      updateType,
      ...(tags.length === 0 ? {} : { localAuthorizationList: tags.map(listed) }),
    };
    const said = updated.safeParse(await connection.call({ action: "SendLocalList", payload }, signal)).data?.status;
    if (said !== "Accepted") throw new OcppError("ocpp/refused", `SendLocalList: ${said ?? "no status"}`);
  }
}

function listed({ idTag, isBlocked, expiresAtMs, parentIdTag }: ListedTag): object {
  return {
    idToken: idTokenOf(idTag),
    idTokenInfo: {
      status: isBlocked ? "Blocked" : "Accepted",
      ...(expiresAtMs === undefined ? {} : { cacheExpiryDateTime: new Date(expiresAtMs).toISOString() }),
      ...(parentIdTag === undefined ? {} : { groupIdToken: idTokenOf(parentIdTag) }),
    },
  };
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.round(ms / 1_000)));
}
