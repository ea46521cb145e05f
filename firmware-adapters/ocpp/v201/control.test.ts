import { describe, expect, it } from "vitest";

import { eventually, type FakeDeps } from "../../testing/fake-deps.ts";
import { siteRig, type SiteRig } from "../testing/site-rig.ts";
import { AT, transactionEvent } from "./testing/examples.ts";

const never = new AbortController().signal;
const BOOT = { reason: "PowerUp", chargingStation: { model: "One", vendorName: "Acme" } };
const site = (before?: FakeDeps): Promise<SiteRig> => siteRig("ocpp2.0.1", {}, before);

function askedOf({ station }: SiteRig, action: string): readonly unknown[] {
  return station.asked.filter((one) => one.action === action).map(({ payload }) => payload);
}

const profilesOf = (here: SiteRig, purpose: string): readonly unknown[] =>
  askedOf(here, "SetChargingProfile").filter((one) => JSON.stringify(one).includes(`"${purpose}"`));

/** Until the last of what is set at a contact has been set. */
async function settled(here: SiteRig): Promise<void> {
  await eventually("the list", () => askedOf(here, "SendLocalList").length > 0);
}

describe("a 2.0.1 station at first contact", () => {
  it("B05, D01, F06: is set to what it needs without us, once it has booted and heard so", async () => {
    await using here = await site();
    await here.station.call("BootNotification", BOOT);
    expect(here.station.asked).toEqual([]);
    await eventually("both triggers", () => askedOf(here, "TriggerMessage").length >= 2);
    const variables = askedOf(here, "SetVariables").flatMap((payload) => JSON.stringify(payload));
    for (const [component, variable, value] of [
      ["OCPPCommCtrlr", "HeartbeatInterval", "300"],
      ["SampledDataCtrlr", "TxUpdatedInterval", "10"],
      ["AuthCtrlr", "LocalAuthorizeOffline", "true"],
      ["AuthCtrlr", "LocalPreAuthorize", "true"],
      ["AuthCtrlr", "OfflineTxForUnknownIdEnabled", "false"],
      ["TxCtrlr", "StopTxOnInvalidId", "true"],
    ]) {
      const wish = { component: { name: component }, variable: { name: variable }, attributeValue: value };
      expect(variables).toContain(JSON.stringify({ setVariableData: [wish] }));
    }
    expect(askedOf(here, "SendLocalList")).toMatchObject([
      {
        updateType: "Full",
        localAuthorizationList: [
          { idToken: { idToken: "04A1B2", type: "Central" }, idTokenInfo: { status: "Accepted" } },
          { idToken: { idToken: "BLOCKED", type: "Central" }, idTokenInfo: { status: "Blocked" } },
        ],
      },
    ]);
    expect(askedOf(here, "TriggerMessage")[0]).toEqual({
      requestedMessage: "StatusNotification",
      evse: { id: 1, connectorId: 1 },
    });
    expect(here.station.deviations).toEqual([]);
  });

  it("K01: gets its fallbacks and its maximum before anything else", async () => {
    await using here = await site();
    await here.station.call("BootNotification", BOOT);
    await settled(here);
    expect(here.station.asked[0]).toMatchObject({ action: "SetChargingProfile" });
    expect(profilesOf(here, "ChargingStationMaxProfile")[0]).toMatchObject({ evseId: 0 });
    for (const evseId of [1, 2]) {
      const period = { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] };
      const chargingProfile = { chargingProfileKind: "Relative", chargingSchedule: [expect.objectContaining(period)] };
      expect(profilesOf(here, "TxDefaultProfile")).toContainEqual({
        evseId,
        chargingProfile: expect.objectContaining(chargingProfile),
      });
    }
    // Both plugs together may draw what each of them may.
    expect(JSON.stringify(profilesOf(here, "ChargingStationMaxProfile").at(-1))).toContain('"limit":64');
  });

  it("B05: tries another name for a variable, goes on after what it does not know, and keeps its list where it has ours", async () => {
    await using here = await site();
    const { station } = here;
    station.answers.set("SetVariables", (payload) => ({
      setVariableResult: [
        {
          attributeStatus: JSON.stringify(payload).includes("LocalAuthorizeOffline") ? "UnknownVariable" : "Rejected",
          component: { name: "AuthCtrlr" },
          variable: { name: "X" },
        },
      ],
    }));
    await station.call("BootNotification", BOOT);
    // To its end: another boot would begin it anew.
    await eventually("all of it", () => askedOf(here, "TriggerMessage").length >= 2);
    expect(JSON.stringify(askedOf(here, "SetVariables"))).toContain('"LocalAuthorizationOffline"');
    const version = /"versionNumber":(\d+)/.exec(JSON.stringify(askedOf(here, "SendLocalList")))?.[1];
    station.answers.set("GetLocalListVersion", { versionNumber: Number(version) });
    await station.call("BootNotification", BOOT);
    await eventually("all of it again", () => askedOf(here, "TriggerMessage").length >= 4);
    expect(askedOf(here, "SendLocalList")).toHaveLength(1);
  });

  it("restores what runs when we were away, and asks only for what it has not been told", async () => {
    let before: FakeDeps;
    {
      await using here = await site();
      before = here.deps;
      await here.station.call("TransactionEvent", transactionEvent("Started", 0, { idTag: "04A1B2" }));
    }
    await using here = await site(before);
    const status = { timestamp: AT, connectorStatus: "Available", evseId: 2, connectorId: 1 };
    await here.station.call("StatusNotification", status);
    await eventually("the trigger", () => askedOf(here, "TriggerMessage").length > 0);
    expect(askedOf(here, "TriggerMessage")).toEqual([
      { requestedMessage: "StatusNotification", evse: { id: 1, connectorId: 1 } },
    ]);
    const grant = await eventually("a grant for it", () => profilesOf(here, "TxProfile")[0]);
    expect(grant).toMatchObject({
      evseId: 1,
      chargingProfile: { transactionId: "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54" },
    });
  });
});

describe("a 2.0.1 station's share of the supply", () => {
  it("K01, K02: is granted for a time, in amperes, and stops in the alarm path", async () => {
    await using here = await site();
    await here.station.call("BootNotification", BOOT);
    await settled(here);
    await here.station.call("TransactionEvent", transactionEvent("Started", 0, { idTag: "04A1B2" }));
    const grant = await eventually("a whole grant", () =>
      profilesOf(here, "TxProfile").find((one) => JSON.stringify(one).includes('"limit":32')),
    );
    expect(grant).toMatchObject({
      evseId: 1,
      chargingProfile: {
        chargingProfileKind: "Absolute",
        transactionId: "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54",
        chargingSchedule: [{ chargingRateUnit: "A", duration: 121 }],
      },
    });
    await eventually("the limit", () => here.deps.last("connector1.limit")?.reading.quality === "good");
    const stop = { kind: "write", pointId: "stop", value: 1, actor: "action fire", priority: "alarm" } as const;
    expect(await here.supplyDevice.execute(stop, never)).toMatchObject({ kind: "done" });
    await eventually("a pause", () => JSON.stringify(profilesOf(here, "TxProfile").at(-1)).includes('"limit":0'));
    expect(here.station.deviations).toEqual([]);
  });

  it("E05: is none where its tag may not charge", async () => {
    await using here = await site();
    await here.station.call("BootNotification", BOOT);
    await settled(here);
    await here.station.call("TransactionEvent", transactionEvent("Started", 0, { idTag: "NOBODY" }));
    await here.station.call(
      "TransactionEvent",
      transactionEvent("Started", 0, { transactionId: "T2", evseId: 2, idTag: "04A1B2" }),
    );
    await eventually("a grant", () => profilesOf(here, "TxProfile").length > 0);
    expect(JSON.stringify(profilesOf(here, "TxProfile"))).not.toContain("9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54");
  });
});

describe("a 2.0.1 station's connectors", () => {
  it("G01, N07: show the status of the first plug of their EVSE, told either way", async () => {
    await using here = await site();
    const { station, deps } = here;
    const tell = (connectorStatus: string, evseId: number, connectorId: number): Promise<unknown> =>
      station.call("StatusNotification", { timestamp: AT, connectorStatus, evseId, connectorId });
    await tell("Occupied", 1, 1);
    expect(deps.last("connector1.status")?.reading).toEqual({ quality: "good", value: 1 });
    await tell("Faulted", 1, 2);
    expect(deps.last("connector1.fault")?.reading).toEqual({ quality: "good", value: 0 });
    expect(deps.events).toContainEqual(expect.objectContaining({ name: "connector-fault" }));
    const eventData = [
      {
        eventId: 1,
        timestamp: AT,
        trigger: "Delta",
        actualValue: "Faulted",
        component: { name: "Connector", evse: { id: 2, connectorId: 1 } },
        eventNotificationType: "HardWiredNotification",
        variable: { name: "AvailabilityState" },
      },
    ];
    await station.call("NotifyEvent", { generatedAt: AT, seqNo: 0, eventData });
    expect(deps.last("connector2.fault")?.reading).toEqual({ quality: "good", value: 1 });
    await tell("Available", 2, 1);
    expect(deps.last("connector2.fault")?.reading).toEqual({ quality: "good", value: 0 });
  });

  it("J01: show what is measured outside of transactions", async () => {
    await using here = await site();
    const timestamp = new Date().toISOString();
    const current = { measurand: "Current.Import", unitOfMeasure: { unit: "A" } };
    const sampledValue = [
      { value: 12, phase: "L1", ...current },
      { value: 99, phase: "L1", location: "Inlet", ...current },
      { value: 11, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W", multiplier: 3 } },
    ];
    await here.station.call("MeterValues", { evseId: 2, meterValue: [{ timestamp, sampledValue }] });
    expect(here.deps.last("connector2.current.l1")?.reading).toEqual({ quality: "good", value: 12 });
    expect(here.deps.last("connector2.power")?.reading).toEqual({ quality: "good", value: 11 });
  });
});
