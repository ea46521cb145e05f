import { describe, expect, it } from "vitest";

import type { CommandOutcome } from "../../event.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { siteRig, type SiteRig } from "../testing/site-rig.ts";

const never = new AbortController().signal;
type Given = Readonly<Record<string, string | number | boolean>>;

const call = ({ device }: SiteRig, methodId: string, given: Given): Promise<CommandOutcome> =>
  device.execute({ kind: "call", methodId, arguments: given, actor: "ann" }, never);

async function connected(): Promise<SiteRig> {
  const here = await siteRig("ocpp2.0.1");
  await here.station.connect();
  await eventually("the connection", () => here.deps.lastStatus()?.state === "online");
  return here;
}

const UNTIL = "2026-11-25T10:00:00.000Z";
const someNumber = expect.any(Number);

describe("what a 2.0.1 station can be asked for", () => {
  it.each<[string, string, Given, string, object]>([
    [
      "F01",
      "remote-start",
      { idTag: "04A1B2C3", connector: 1 },
      "RequestStartTransaction",
      { idToken: { idToken: "04A1B2C3", type: "ISO14443" }, evseId: 1, remoteStartId: someNumber },
    ],
    [
      "F03",
      "remote-stop",
      { transaction: "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54" },
      "RequestStopTransaction",
      { transactionId: "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54" },
    ],
    ["B11", "reset", {}, "Reset", { type: "OnIdle" }],
    ["B12", "reset", { isHard: true }, "Reset", { type: "Immediate" }],
    ["F05", "unlock", { connector: 2 }, "UnlockConnector", { evseId: 2, connectorId: 1 }],
    [
      "G03",
      "availability",
      { connector: 1, isOperative: false },
      "ChangeAvailability",
      { operationalStatus: "Inoperative", evse: { id: 1 } },
    ],
    ["G04", "availability", { isOperative: true }, "ChangeAvailability", { operationalStatus: "Operative" }],
    [
      "B06",
      "get-configuration",
      { key: "Connector#1/1.AvailabilityState" },
      "GetVariables",
      {
        getVariableData: [
          {
            component: { name: "Connector", evse: { id: 1, connectorId: 1 } },
            variable: { name: "AvailabilityState" },
          },
        ],
      },
    ],
    [
      "B08",
      "get-configuration",
      { key: "TxCtrlr" },
      "GetReport",
      { requestId: someNumber, componentVariable: [{ component: { name: "TxCtrlr" } }] },
    ],
    ["B07", "get-configuration", {}, "GetBaseReport", { requestId: someNumber, reportBase: "ConfigurationInventory" }],
    [
      "B05",
      "set-configuration",
      { key: "OCPPCommCtrlr.MessageAttempts(TransactionEvent)", value: "9" },
      "SetVariables",
      {
        setVariableData: [
          {
            component: { name: "OCPPCommCtrlr" },
            variable: { name: "MessageAttempts", instance: "TransactionEvent" },
            attributeValue: "9",
          },
        ],
      },
    ],
    [
      "N01",
      "get-log",
      { url: "https://gateway.test/logs" },
      "GetLog",
      {
        log: { remoteLocation: "https://gateway.test/logs" },
        logType: "DiagnosticsLog",
        requestId: someNumber,
        retries: 1,
      },
    ],
    [
      "L01",
      "update-firmware",
      { url: "https://gateway.test/fw", at: UNTIL, certificate: "PEM", signature: "c2ln" },
      "UpdateFirmware",
      {
        requestId: someNumber,
        retries: 1,
        firmware: {
          location: "https://gateway.test/fw",
          retrieveDateTime: UNTIL,
          signingCertificate: "PEM",
          signature: "c2ln",
        },
      },
    ],
    [
      "F06",
      "trigger",
      { message: "StatusNotification", connector: 2 },
      "TriggerMessage",
      { requestedMessage: "StatusNotification", evse: { id: 2, connectorId: 1 } },
    ],
    ["F06", "trigger", { message: "Heartbeat" }, "TriggerMessage", { requestedMessage: "Heartbeat" }],
    [
      "H01",
      "reserve",
      { connector: 1, idTag: "04A1B2C3", until: UNTIL, reservation: 5 },
      "ReserveNow",
      { id: 5, expiryDateTime: UNTIL, idToken: { idToken: "04A1B2C3", type: "ISO14443" }, evseId: 1 },
    ],
    ["H02", "cancel-reservation", { reservation: 5 }, "CancelReservation", { reservationId: 5 }],
    ["C11", "clear-cache", {}, "ClearCache", {}],
    ["F03", "remote-stop", { transaction: "7~1795626461792" }, "RequestStopTransaction", { transactionId: "7" }],
    ["E14", "transaction-status", { transaction: "9f0a" }, "GetTransactionStatus", { transactionId: "9f0a" }],
  ])("%s: %s %j is a %s", async (_, methodId, given, action, payload) => {
    await using here = await connected();
    expect(await call(here, methodId, given)).toMatchObject({ kind: "done" });
    expect(here.station.asked.filter((one) => one.action === action)).toEqual([{ action, payload }]);
    expect(here.station.deviations).toEqual([]);
  });

  it.each<[string, string, Given]>([
    ["a variable's name without a variable", "set-configuration", { key: "TxCtrlr", value: "1" }],
    ["a name that is none", "get-configuration", { key: "no such.thing at all" }],
    ["a time that is none", "reserve", { connector: 1, idTag: "A", until: "tomorrow", reservation: 5 }],
    ["a message that there is not", "trigger", { message: "Everything" }],
    ["an argument that is missing", "unlock", {}],
  ])("is not asked for with %s", async (_, methodId, given) => {
    await using here = await connected();
    expect(await call(here, methodId, given)).toMatchObject({ kind: "refused", reason: "bad-arguments" });
    expect(here.station.asked).toEqual([]);
  });

  it("may say no, in the place where each answer says so", async () => {
    await using here = await connected();
    const place = { component: { name: "TxCtrlr" }, variable: { name: "StopTxOnInvalidId" } };
    const key = "TxCtrlr.StopTxOnInvalidId";
    here.station.answers.set("SetVariables", { setVariableResult: [{ attributeStatus: "Rejected", ...place }] });
    here.station.answers.set("GetVariables", { getVariableResult: [{ attributeStatus: "UnknownVariable", ...place }] });
    here.station.answers.set("UnlockConnector", { status: "OngoingAuthorizedTransaction" });
    here.station.answers.set("UpdateFirmware", { status: "InvalidCertificate" });
    const no = { kind: "refused", reason: "refused-by-device" };
    expect(await call(here, "set-configuration", { key, value: "true" })).toMatchObject(no);
    expect(await call(here, "get-configuration", { key })).toMatchObject(no);
    expect(await call(here, "unlock", { connector: 1 })).toMatchObject(no);
    expect(await call(here, "update-firmware", { url: "https://gateway.test/fw", at: UNTIL })).toMatchObject(no);
    here.station.answers.set("SetVariables", { setVariableResult: [{ attributeStatus: "RebootRequired", ...place }] });
    expect(await call(here, "set-configuration", { key, value: "true" })).toMatchObject({ kind: "done" });
  });
});
