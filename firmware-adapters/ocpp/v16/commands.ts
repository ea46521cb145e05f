import { randomInt } from "node:crypto";

import type { CommandOutcome } from "../../event.ts";
import { ask } from "../protocol/ask.ts";
import { hashDataOf, installedFacts, NO_USE, rootUseOf } from "../protocol/certificates.ts";
import { CERTIFICATE_SIGNED, SET_PASSWORD, type StationHost } from "../station/station-host.ts";
import type { StationCall, StationConnection } from "../words.ts";

export type Given = Readonly<Record<string, string | number | boolean>>;

/** What each method of a charge point is in 1.6; undefined: 1.6 has no such thing. */
const CALLS: Readonly<Record<string, (given: Given) => StationCall | undefined>> = {
  "remote-start": ({ idTag, connector }) => ({
    action: "RemoteStartTransaction",
    payload: { idTag: String(idTag), ...(connector === undefined ? {} : { connectorId: Number(connector) }) },
  }),
  "remote-stop": ({ transaction }) => ({
    action: "RemoteStopTransaction",
    payload: { transactionId: Number(transaction) },
  }),
  reset: ({ isHard }) => ({ action: "Reset", payload: { type: isHard === true ? "Hard" : "Soft" } }),
  unlock: ({ connector }) => ({ action: "UnlockConnector", payload: { connectorId: Number(connector) } }),
  availability: ({ connector = 0, isOperative }) => ({
    action: "ChangeAvailability",
    payload: { connectorId: Number(connector), type: isOperative === false ? "Inoperative" : "Operative" },
  }),
  "get-configuration": ({ key }) => ({
    action: "GetConfiguration",
    payload: key === undefined ? {} : { key: [String(key)] },
  }),
  "set-configuration": ({ key, value }) => ({
    action: "ChangeConfiguration",
    payload: { key: String(key), value: String(value) },
  }),
  "get-log": ({ url, isSecurity }) =>
    isSecurity === true
      ? {
          action: "GetLog",
          payload: { logType: "SecurityLog", requestId: requestId(), retries: 1, log: { remoteLocation: String(url) } },
        }
      : { action: "GetDiagnostics", payload: { location: String(url), retries: 1 } },
  "update-firmware": ({ url, at, certificate, signature }) =>
    certificate === undefined || signature === undefined
      ? { action: "UpdateFirmware", payload: { location: String(url), retrieveDate: String(at), retries: 1 } }
      : {
          action: "SignedUpdateFirmware",
          payload: {
            requestId: requestId(),
            firmware: {
              location: String(url),
              retrieveDateTime: String(at),
              signingCertificate: String(certificate),
              signature: String(signature),
            },
          },
        },
  trigger: ({ message, connector }) => ({
    action: "TriggerMessage",
    payload: {
      requestedMessage: String(message),
      ...(connector === undefined ? {} : { connectorId: Number(connector) }),
    },
  }),
  reserve: ({ connector, idTag, until, reservation, parentIdTag }) => ({
    action: "ReserveNow",
    payload: {
      connectorId: Number(connector),
      expiryDate: String(until),
      idTag: String(idTag),
      reservationId: Number(reservation),
      ...(parentIdTag === undefined ? {} : { parentIdTag: String(parentIdTag) }),
    },
  }),
  "cancel-reservation": ({ reservation }) => ({
    action: "CancelReservation",
    payload: { reservationId: Number(reservation) },
  }),
  "clear-cache": () => ({ action: "ClearCache", payload: {} }),
  ...certificateCalls(),
  [SET_PASSWORD]: ({ password }) => ({
    action: "ChangeConfiguration",
    payload: { key: "AuthorizationKey", value: String(password) },
  }),
};

/** Security whitepaper edition 3, section 5. */
function certificateCalls(): typeof CALLS {
  const types = { csms: "CentralSystemRootCertificate", manufacturer: "ManufacturerRootCertificate" };
  return {
    "install-certificate": ({ use, certificate }) => {
      const meant = rootUseOf(use);
      return (
        meant && {
          action: "InstallCertificate",
          payload: { certificateType: types[meant], certificate: String(certificate) },
        }
      );
    },
    "installed-certificates": ({ use }) => {
      const meant = rootUseOf(use);
      return meant && { action: "GetInstalledCertificateIds", payload: { certificateType: types[meant] } };
    },
    "delete-certificate": (given) => ({
      action: "DeleteCertificate",
      payload: { certificateHashData: hashDataOf(given) },
    }),
    "renew-certificate": () => ({
      action: "ExtendedTriggerMessage",
      payload: { requestedMessage: "SignChargePointCertificate" },
    }),
    [CERTIFICATE_SIGNED]: ({ chain }) => ({
      action: "CertificateSigned",
      payload: { certificateChain: String(chain) },
    }),
  };
}

/** Carries out one method. What the station said stands in the detail, and, where it is too much for that, in records. */
export async function call16(
  { connection, host }: { readonly connection: StationConnection; readonly host: Pick<StationHost, "note"> },
  methodId: string,
  given: Given,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const use = rootUseOf(given["use"]);
  if ("use" in given && use === undefined) return NO_USE;
  const call = CALLS[methodId]?.(given);
  if (call === undefined) return { kind: "refused", reason: "unknown-method", detail: `1.6 knows no ${methodId}` };
  const onYes = (answer: unknown): void => {
    if (use === undefined || methodId !== "installed-certificates") return;
    for (const facts of installedFacts(answer, use)) host.note("installed-certificate", facts);
  };
  return await ask(connection, call, signal, { onYes });
}

/** Numbers of requests, by which statuses that come later name them. Drawn, so that no clock or restart gives one twice. */
function requestId(): number {
  return randomInt(1, 2 ** 31);
}
