import { describe, expect, it } from "vitest";

import { deviations } from "../server/schemas.ts";
import { siteRig } from "../testing/site-rig.ts";
import { MESSAGES } from "./testing/examples.ts";

describe("a 2.0.1 station's messages", () => {
  it.each(MESSAGES)("%s: %s is answered as its schema has it", async (_, action, payload, answer) => {
    expect(deviations("ocpp2.0.1", action, "req", payload)).toEqual([]);
    await using here = await siteRig("ocpp2.0.1");
    expect(await here.station.call(action, payload)).toMatchObject(answer);
    expect(here.station.deviations).toEqual([]);
  });

  it.each<[string, string, string, object]>([
    ["B01", "BootNotification", "boot", { vendor: "Acme", model: "One", firmware: "1.2", reason: "PowerUp" }],
    ["B07", "NotifyReport", "report", { requestId: 7, "Connector#1/1.ConnectorType": "cType2" }],
    ["N07", "NotifyEvent", "station-event", { variable: "EVSE#1.Temperature", value: "71", trigger: "Alerting" }],
    ["A04", "SecurityEventNotification", "security-event", { type: "TamperDetectionActivated", techInfo: "lid" }],
    ["L01", "FirmwareStatusNotification", "firmware-status", { status: "SignatureVerified", requestId: 3 }],
    ["N01", "LogStatusNotification", "log-status", { status: "Uploaded", requestId: 4 }],
    ["H04", "ReservationStatusUpdate", "reservation-status", { reservation: 5, status: "Expired" }],
    ["K12", "NotifyChargingLimit", "charging-limit", { connector: 1, source: "SO", isGridCritical: true }],
    ["K13", "ClearedChargingLimit", "charging-limit", { source: "SO", isCleared: true }],
  ])("%s: %s goes into the record as %s", async (_, action, name, details) => {
    await using here = await siteRig("ocpp2.0.1");
    const [, , payload = {}] = MESSAGES.find((one) => one[1] === action) ?? [];
    await here.station.call(action, payload);
    expect(here.deps.events).toContainEqual(
      expect.objectContaining({ kind: "occurrence", name, details: expect.objectContaining(details) }),
    );
  });

  it("N09: keeps nothing of what a station knows of a customer", async () => {
    await using here = await siteRig("ocpp2.0.1");
    const [, action = "", payload = {}] = MESSAGES.find((one) => one[0] === "N09") ?? [];
    await here.station.call(action, payload);
    expect(JSON.stringify(here.deps.events)).not.toContain("somebody");
  });

  it("refuses what there is not, and goes on", async () => {
    await using here = await siteRig("ocpp2.0.1");
    await expect(here.station.call("NotifyDisplayMessages", { requestId: 1 })).rejects.toThrow("no NotifyDisplay");
    expect(await here.station.call("Heartbeat", {})).toHaveProperty("currentTime");
  });
});
