import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { RPCServer, type RPCClient } from "ocpp-rpc";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { eventually } from "../../../testing/fake-deps.ts";
import type { OcppVersion } from "../../words.ts";
import { startChargePoint } from "../charge-point.ts";

interface Heard {
  readonly action: string;
  readonly payload: unknown;
}

const NOW = "2026-11-25T10:00:00Z";

/** What a strict central side answers. Anything else, and anything against its schema, is a failure of the test. */
const ANSWERS: Readonly<Record<OcppVersion, Readonly<Record<string, object>>>> = {
  "ocpp1.6": {
    BootNotification: { status: "Accepted", currentTime: NOW, interval: 300 },
    Heartbeat: { currentTime: NOW },
    Authorize: { idTagInfo: { status: "Accepted" } },
    StartTransaction: { transactionId: 12, idTagInfo: { status: "Accepted" } },
  },
  "ocpp2.0.1": {
    BootNotification: { status: "Accepted", currentTime: NOW, interval: 300 },
    Heartbeat: { currentTime: NOW },
    Authorize: { idTokenInfo: { status: "Accepted" } },
  },
};

/** A central side of ocpp-rpc in strict mode, in both directions, and one simulated station on it. */
async function strictCentral(version: OcppVersion) {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const server = new RPCServer({ protocols: [version], strictMode: true });
  const heard: Heard[] = [];
  const faults: unknown[] = [];
  let client: RPCClient | undefined;
  server.auth((accept) => accept({}, version));
  server.on("client", (one: RPCClient) => {
    client = one;
    one.on("strictValidationFailure", (fault) => faults.push(fault));
    one.handle(async ({ method = "", params }) => {
      heard.push({ action: method, payload: params });
      return { ...ANSWERS[version][method] };
    });
  });
  const http = await server.listen(port, "127.0.0.1");
  stack.defer(async () => {
    await server.close({ force: true });
    http.close();
  });
  const station = stack.use(
    startChargePoint(
      {
        url: `ws://127.0.0.1:${port}/ocpp`,
        identity: "CP-1",
        version,
        connectors: 2,
        tickMs: 20,
        reconnectMs: 50,
        rebootMs: 50,
        settings: { meterS: "1", measurands: MEASURANDS },
      },
      { clock: systemClock, log: silentLog },
    ),
  );
  await eventually("the boot", () => station.isAccepted);
  const opened = stack.move();
  return {
    station,
    heard,
    faults,
    ask: async (action: string, payload: object): Promise<unknown> =>
      await eventually("a line", () => client).then((one) => one.call(action, payload)),
    async told(action: string): Promise<Heard> {
      return await eventually(action, () => heard.find((one) => one.action === action));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC,Temperature";
const accepted = { status: "Accepted" };

describe("a 1.6 charge point before a strict central side", () => {
  it("says everything by the schema: boot, status, swipe, start, meter values, stop", async () => {
    await using here = await strictCentral("ocpp1.6");
    here.station.plug(1, { wantsA: 16 });
    expect(await here.station.swipe(1, "TAG")).toBe("started");
    for (const action of ["BootNotification", "StatusNotification", "Authorize", "StartTransaction", "MeterValues"]) {
      await here.told(action);
    }
    here.station.unplug(1);
    here.station.fault(2);
    expect((await here.told("StopTransaction")).payload).toMatchObject({ transactionId: 12, reason: "EVDisconnected" });
    await eventually("the fault", () => here.heard.find(({ payload }) => JSON.stringify(payload).includes("Faulted")));
    expect(here.faults).toEqual([]);
  });

  it("answers everything by the schema", async () => {
    await using here = await strictCentral("ocpp1.6");
    const { ask } = here;
    const schedule = { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10.5 }] };
    const profile = {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfileKind: "Relative",
      chargingSchedule: schedule,
    };
    const csChargingProfiles = { ...profile, chargingProfilePurpose: "TxDefaultProfile" };
    expect(await ask("SetChargingProfile", { connectorId: 1, csChargingProfiles })).toEqual(accepted);
    expect(await ask("GetCompositeSchedule", { connectorId: 1, duration: 60 })).toMatchObject({
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 10.5 }] },
    });
    const txProfile = { ...profile, chargingProfilePurpose: "TxProfile", transactionId: 5 };
    expect(await ask("SetChargingProfile", { connectorId: 1, csChargingProfiles: txProfile })).toEqual({
      status: "Rejected",
    });
    expect(await ask("ClearChargingProfile", { id: 1 })).toEqual(accepted);
    expect(await ask("ClearChargingProfile", { id: 1 })).toEqual({ status: "Unknown" });
    expect(await ask("ChangeConfiguration", { key: "HeartbeatInterval", value: "soon" })).toEqual({
      status: "Rejected",
    });
    expect(await ask("ChangeConfiguration", { key: "Nothing", value: "1" })).toEqual({ status: "NotSupported" });
    expect(await ask("GetConfiguration", { key: ["HeartbeatInterval", "Nothing"] })).toEqual({
      configurationKey: [{ key: "HeartbeatInterval", readonly: false, value: "300" }],
      unknownKey: ["Nothing"],
    });
    expect(await ask("GetConfiguration", {})).toHaveProperty("configurationKey");
    const list = { listVersion: 3, updateType: "Full", localAuthorizationList: [{ idTag: "A", idTagInfo: accepted }] };
    expect(await ask("SendLocalList", list)).toEqual(accepted);
    expect(await ask("GetLocalListVersion", {})).toEqual({ listVersion: 3 });
    const reservation = { connectorId: 2, expiryDate: "2099-01-01T00:00:00Z", idTag: "A", reservationId: 4 };
    expect(await ask("ReserveNow", reservation)).toEqual(accepted);
    expect(await ask("CancelReservation", { reservationId: 4 })).toEqual(accepted);
    expect(await ask("CancelReservation", { reservationId: 4 })).toEqual({ status: "Rejected" });
    expect(await ask("ChangeAvailability", { connectorId: 0, type: "Operative" })).toEqual(accepted);
    expect(await ask("UnlockConnector", { connectorId: 9 })).toEqual({ status: "NotSupported" });
    expect(await ask("ClearCache", {})).toEqual(accepted);
    expect(await ask("GetDiagnostics", { location: "ftp://files.example/" })).toHaveProperty("fileName");
    expect(await ask("TriggerMessage", { requestedMessage: "MeterValues", connectorId: 1 })).toEqual(accepted);
    const retrieveDate = "2026-11-25T10:00:00Z";
    expect(await ask("UpdateFirmware", { location: "ftp://files.example/", retrieveDate })).toEqual({});
    await here.told("DiagnosticsStatusNotification");
    await eventually("the update", () =>
      here.heard.some(({ payload }) => JSON.stringify(payload).includes('"Installed"')),
    );
    const root = { certificateType: "CentralSystemRootCertificate", certificate: "x" };
    expect(await ask("InstallCertificate", root)).toEqual({ status: "Rejected" });
    expect(await ask("CertificateSigned", { certificateChain: "x" })).toEqual({ status: "Rejected" });
    expect(here.faults).toEqual([]);
  });

  it("starts, stops and resets from afar", async () => {
    await using here = await strictCentral("ocpp1.6");
    here.station.plug(2);
    expect(await here.ask("RemoteStartTransaction", { idTag: "TAG", connectorId: 2 })).toEqual(accepted);
    await here.told("StartTransaction");
    await eventually("its number", () => here.station.station.connector(2)?.transaction?.number === 12);
    expect(await here.ask("RemoteStopTransaction", { transactionId: 13 })).toEqual({ status: "Rejected" });
    expect(await here.ask("RemoteStopTransaction", { transactionId: 12 })).toEqual(accepted);
    expect((await here.told("StopTransaction")).payload).toMatchObject({ reason: "Remote" });
    expect(await here.ask("Reset", { type: "Soft" })).toEqual(accepted);
    await eventually(
      "another boot",
      () => here.heard.filter(({ action }) => action === "BootNotification").length === 2,
    );
    expect(here.faults).toEqual([]);
  });
});

describe("a 2.0.1 charging station before a strict central side", () => {
  it("says everything by the schema, numbers its events without a gap, and says what happened offline", async () => {
    await using here = await strictCentral("ocpp2.0.1");
    const { station } = here;
    station.plug(1, { wantsA: 16 });
    await station.swipe(1, "TAG");
    await eventually("an update", () =>
      here.heard.some(({ payload }) => JSON.stringify(payload).includes('"Updated"')),
    );
    station.cut(300);
    await eventually("the cut", () => !station.isConnected);
    station.unplug(1);
    const events = await eventually("the end", () => {
      const told = here.heard.filter(({ action }) => action === "TransactionEvent").map(({ payload }) => payload);
      return JSON.stringify(told.at(-1)).includes('"Ended"') && told;
    });
    // What was under way when the line was cut is sent again.
    const seqNos = [...new Set(events.map((one) => z.object({ seqNo: z.number() }).parse(one).seqNo))];
    expect(seqNos).toEqual(seqNos.map((_, index) => index));
    expect(events[0]).toMatchObject({ eventType: "Started", evse: { id: 1 }, idToken: { idToken: "TAG" } });
    expect(events.at(-1)).toMatchObject({ offline: true, transactionInfo: { stoppedReason: "EVDisconnected" } });
    expect(here.faults).toEqual([]);
  });

  it("answers by the schema what it can, and NotImplemented otherwise", async () => {
    await using here = await strictCentral("ocpp2.0.1");
    const { ask } = here;
    const heartbeat = { component: { name: "OCPPCommCtrlr" }, variable: { name: "HeartbeatInterval" } };
    const attempts = {
      component: { name: "OCPPCommCtrlr" },
      variable: { name: "MessageAttempts", instance: "TransactionEvent" },
    };
    const nothing = { component: { name: "Nothing" }, variable: { name: "Nothing" } };
    expect(
      await ask("SetVariables", {
        setVariableData: [
          { ...heartbeat, attributeValue: "77" },
          { ...nothing, attributeValue: "1" },
        ],
      }),
    ).toMatchObject({ setVariableResult: [{ attributeStatus: "Accepted" }, { attributeStatus: "UnknownComponent" }] });
    expect(await ask("GetVariables", { getVariableData: [heartbeat, attempts] })).toMatchObject({
      getVariableResult: [{ attributeValue: "77" }, { attributeValue: "3" }],
    });
    expect(await ask("GetBaseReport", { requestId: 1, reportBase: "FullInventory" })).toEqual(accepted);
    await eventually("the last report", () =>
      here.heard.some(
        ({ action, payload }) => action === "NotifyReport" && JSON.stringify(payload).includes('"tbc":false'),
      ),
    );
    const schedule = { id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] };
    const chargingProfile = {
      id: 5,
      stackLevel: 0,
      chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: [schedule],
    };
    expect(await ask("SetChargingProfile", { evseId: 1, chargingProfile })).toEqual(accepted);
    expect(await ask("GetChargingProfiles", { requestId: 2, chargingProfile: {} })).toEqual(accepted);
    await here.told("ReportChargingProfiles");
    expect(await ask("GetCompositeSchedule", { evseId: 1, duration: 60 })).toMatchObject({
      schedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] },
    });
    expect(await ask("ClearChargingProfile", { chargingProfileId: 5 })).toEqual(accepted);
    const idToken = { idToken: "A", type: "ISO14443" };
    const listed = {
      versionNumber: 3,
      updateType: "Full",
      localAuthorizationList: [{ idToken, idTokenInfo: accepted }],
    };
    expect(await ask("SendLocalList", listed)).toEqual(accepted);
    expect(await ask("GetLocalListVersion", {})).toEqual({ versionNumber: 3 });
    expect(await ask("ReserveNow", { id: 4, expiryDateTime: "2099-01-01T00:00:00Z", idToken, evseId: 2 })).toEqual(
      accepted,
    );
    expect(await ask("CancelReservation", { reservationId: 4 })).toEqual(accepted);
    expect(await ask("ChangeAvailability", { operationalStatus: "Operative" })).toEqual(accepted);
    expect(await ask("UnlockConnector", { evseId: 1, connectorId: 1 })).toEqual({ status: "Unlocked" });
    expect(await ask("GetTransactionStatus", {})).toEqual({ messagesInQueue: false });
    expect(
      await ask("GetLog", { logType: "DiagnosticsLog", requestId: 9, log: { remoteLocation: "ftp://files.example/" } }),
    ).toMatchObject(accepted);
    expect(await ask("TriggerMessage", { requestedMessage: "StatusNotification", evse: { id: 1 } })).toEqual(accepted);
    const firmware = { location: "ftp://files.example/", retrieveDateTime: NOW };
    const signed = { ...firmware, signature: "s", signingCertificate: "c" };
    expect(await ask("UpdateFirmware", { requestId: 2, firmware: signed })).toEqual({ status: "InvalidCertificate" });
    expect(await ask("UpdateFirmware", { requestId: 3, firmware })).toEqual(accepted);
    await eventually("the update", () =>
      here.heard.some(({ payload }) => JSON.stringify(payload).includes('"Installed"')),
    );
    await here.told("LogStatusNotification");
    await expect(ask("CostUpdated", { totalCost: 1, transactionId: "x" })).rejects.toThrow(/CostUpdated/);
    expect(here.faults).toEqual([]);
  });

  it("starts, stops and resets from afar", async () => {
    await using here = await strictCentral("ocpp2.0.1");
    here.station.plug(2);
    const idToken = { idToken: "TAG", type: "ISO14443" };
    const started = await here.ask("RequestStartTransaction", { idToken, remoteStartId: 8, evseId: 2 });
    expect(started).toEqual({ status: "Accepted", transactionId: here.station.station.connector(2)?.transaction?.id });
    const { transactionId } = z.object({ transactionId: z.string() }).parse(started);
    expect((await here.told("TransactionEvent")).payload).toMatchObject({ transactionInfo: { remoteStartId: 8 } });
    expect(await here.ask("Reset", { type: "OnIdle" })).toEqual({ status: "Scheduled" });
    expect(await here.ask("RequestStopTransaction", { transactionId })).toEqual(accepted);
    expect(await here.ask("Reset", { type: "Immediate" })).toEqual(accepted);
    await eventually(
      "another boot",
      () => here.heard.filter(({ action }) => action === "BootNotification").length === 2,
    );
    expect(here.faults).toEqual([]);
  });
});
