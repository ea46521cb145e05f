import { z } from "zod";

import type { CommandOutcome } from "../../../event.ts";
import { ask } from "../../protocol/ask.ts";
import type { Facts } from "../../protocol/facts.ts";
import { listOf, text } from "../../protocol/raw.ts";
import { SET_PASSWORD } from "../../station/station-host.ts";
import { ID_TIME_MARK } from "../../transactions/book201.ts";
import type { StationCall, StationConnection } from "../../words.ts";
import { idTokenOf } from "../id-token.ts";
import { parseVariableName } from "../variable-name.ts";
import { CERTIFICATE_METHODS } from "./certificates.ts";

/** A method as a call, and where in the answer its status is, where not in `status`. */
export interface Asking {
  readonly call: StationCall;
  statusOf?(this: void, answer: unknown): string | undefined;
  /** What a good answer says that is too much for the detail, as records of a name. */
  recordsOf?(this: void, answer: unknown): { readonly name: string; readonly records: readonly Facts[] };
}

/** Why the arguments mean nothing. */
export type Nonsense = string;

/** Numbers of requests, by which reports and statuses that come later name them: each is given once. */
export type NextRequestId = () => number;

export type Method = (given: Facts, nextRequestId: NextRequestId) => Asking | Nonsense;

const attributes = z.object({
  setVariableResult: listOf(z.object({ attributeStatus: text(40) }), 1),
  getVariableResult: listOf(z.object({ attributeStatus: text(40) }), 1),
});

/** The station's id of a transaction that the record may call otherwise. */
function ownIdOf(transaction: Facts[string] | undefined): string {
  const [id = ""] = String(transaction).split(ID_TIME_MARK);
  return id;
}

const NO_NAME = "key: expected Component.Variable, for instance OCPPCommCtrlr.HeartbeatInterval";

/**
 * What each method of a charge point is in 2.0.1. SetNetworkProfile is none of them: a station that is told a wrong
 * address calls nobody any more, and has to be driven to.
 */
const METHODS: Readonly<Record<string, Method>> = {
  // F01, F02
  "remote-start": ({ idTag, connector }, nextRequestId) => ({
    call: {
      action: "RequestStartTransaction",
      payload: {
        idToken: idTokenOf(String(idTag)),
        remoteStartId: nextRequestId(),
        ...(connector === undefined ? {} : { evseId: Number(connector) }),
      },
    },
  }),
  // F03
  "remote-stop": ({ transaction }) => ({
    call: { action: "RequestStopTransaction", payload: { transactionId: ownIdOf(transaction) } },
  }),
  // B11, B12
  reset: ({ isHard }) => ({
    call: { action: "Reset", payload: { type: isHard === true ? "Immediate" : "OnIdle" } },
  }),
  // F05
  unlock: ({ connector }) => ({
    call: { action: "UnlockConnector", payload: { evseId: Number(connector), connectorId: 1 } },
  }),
  // G03, G04
  availability: ({ connector, isOperative }) => ({
    call: {
      action: "ChangeAvailability",
      payload: {
        operationalStatus: isOperative === false ? "Inoperative" : "Operative",
        ...(connector === undefined ? {} : { evse: { id: Number(connector) } }),
      },
    },
  }),
  "get-configuration": getConfiguration,
  "set-configuration": setConfiguration,
  // N01
  "get-log": ({ url, isSecurity }, nextRequestId) => ({
    call: {
      action: "GetLog",
      payload: {
        log: { remoteLocation: String(url) },
        logType: isSecurity === true ? "SecurityLog" : "DiagnosticsLog",
        requestId: nextRequestId(),
        retries: 1,
      },
    },
  }),
  // L01 with a certificate and signature, L02 without
  "update-firmware": ({ url, at, certificate, signature }, nextRequestId) => ({
    call: {
      action: "UpdateFirmware",
      payload: {
        requestId: nextRequestId(),
        retries: 1,
        firmware: {
          location: String(url),
          retrieveDateTime: String(at),
          ...(certificate === undefined ? {} : { signingCertificate: String(certificate) }),
          ...(signature === undefined ? {} : { signature: String(signature) }),
        },
      },
    },
  }),
  // F06
  trigger: ({ message, connector }) => {
    const plug = message === "StatusNotification" ? { connectorId: 1 } : {};
    return {
      call: {
        action: "TriggerMessage",
        payload: {
          requestedMessage: String(message),
          ...(connector === undefined ? {} : { evse: { id: Number(connector), ...plug } }),
        },
      },
    };
  },
  // H01
  reserve: ({ connector, idTag, until, reservation, parentIdTag }) => ({
    call: {
      action: "ReserveNow",
      payload: {
        id: Number(reservation),
        expiryDateTime: String(until),
        idToken: idTokenOf(String(idTag)),
        evseId: Number(connector),
        ...(parentIdTag === undefined ? {} : { groupIdToken: idTokenOf(String(parentIdTag)) }),
      },
    },
  }),
  // H02
  "cancel-reservation": ({ reservation }) => ({
    call: { action: "CancelReservation", payload: { reservationId: Number(reservation) } },
  }),
  ...CERTIFICATE_METHODS,
  // A01
  [SET_PASSWORD]: ({ password }) =>
    setConfiguration({ key: "SecurityCtrlr.BasicAuthPassword", value: String(password) }),
  // C11
  "clear-cache": () => ({ call: { action: "ClearCache", payload: {} } }),
  // E14
  "transaction-status": ({ transaction }) => ({
    call: {
      action: "GetTransactionStatus",
      payload: transaction === undefined ? {} : { transactionId: ownIdOf(transaction) },
    },
  }),
};

/**
 * B06 for one variable; B08 for one component; B07 for the whole configuration. What a report says comes later, as
 * records of the name `report`.
 */
function getConfiguration({ key }: Facts, nextRequestId: NextRequestId): Asking | Nonsense {
  if (key === undefined) {
    const payload = { requestId: nextRequestId(), reportBase: "ConfigurationInventory" };
    return { call: { action: "GetBaseReport", payload } };
  }
  const ref = parseVariableName(String(key));
  if (ref === undefined) return NO_NAME;
  const { component, variable } = ref;
  if (variable === undefined) {
    const payload = { requestId: nextRequestId(), componentVariable: [{ component }] };
    return { call: { action: "GetReport", payload } };
  }
  return {
    call: { action: "GetVariables", payload: { getVariableData: [{ component, variable }] } },
    statusOf: (answer) => attributes.safeParse(answer).data?.getVariableResult[0]?.attributeStatus ?? "none",
  };
}

/** B05 */
function setConfiguration({ key, value }: Facts): Asking | Nonsense {
  const ref = parseVariableName(String(key));
  if (ref?.variable === undefined) return NO_NAME;
  const { component, variable } = ref;
  return {
    call: {
      action: "SetVariables",
      payload: { setVariableData: [{ component, variable, attributeValue: String(value) }] },
    },
    statusOf: (answer) => attributes.safeParse(answer).data?.setVariableResult[0]?.attributeStatus ?? "none",
  };
}

/** Carries out one method. What the station said stands in the detail. */
export async function call201(
  connection: StationConnection,
  order: { readonly methodId: string; readonly given: Facts; note(name: string, facts: Facts): void },
  nextRequestId: NextRequestId,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const asking = METHODS[order.methodId]?.(order.given, nextRequestId);
  if (asking === undefined) {
    return { kind: "refused", reason: "unknown-method", detail: `2.0.1 knows no ${order.methodId}` };
  }
  if (typeof asking === "string") return { kind: "refused", reason: "bad-arguments", detail: asking };
  const onYes = (answer: unknown): void => {
    const { name = "", records = [] } = asking.recordsOf?.(answer) ?? {};
    for (const facts of records) order.note(name, facts);
  };
  return await ask(connection, asking.call, signal, { statusOf: asking.statusOf, onYes });
}
