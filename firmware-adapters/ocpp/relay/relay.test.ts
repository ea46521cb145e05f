import { describe, expect, it } from "vitest";

import { describeAdapter } from "../../conformance.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { HOST, TestStation } from "../testing/ocpp-rig.ts";
import { rpcStation } from "../testing/rpc-station.ts";
import { chargingStatus, relayedRig, relayRig } from "./testing/relay-rig.ts";

describeAdapter("OCPP 1.6, relayed", ocpp, () => relayedRig("ocpp1.6", "station"));
describeAdapter("OCPP 2.0.1, relayed, its upstream away", ocpp, () => relayedRig("ocpp2.0.1", "upstream"));

const never = new AbortController().signal;

describe("a relayed charge point", () => {
  it.each(["ocpp1.6", "ocpp2.0.1"] as const)(
    "is upstream's under its own identity, both ways, in %s",
    async (version) => {
      await using here = await relayRig({ version });
      const { csms, station, deps } = here;
      expect(await station.call("Heartbeat", {})).toEqual({ currentTime: "2026-11-25T00:00:00Z" });
      expect(csms.handshakes).toMatchObject([{ url: "/csms/CP-1", protocols: version, authorization: undefined }]);
      expect(await csms.client.call("ClearCache", {})).toEqual({ status: "Accepted" });
      expect(station.asked).toContainEqual({ action: "ClearCache", payload: {} });
      await station.call("StatusNotification", chargingStatus(version));
      await eventually("the status", () => deps.last("connector1.status")?.reading.quality === "good");
      expect(deps.lastStatus()).toMatchObject({ state: "online", reason: `relayed, ${version}` });
      expect(deps.last("upstreamAway")?.reading).toEqual({ quality: "good", value: 0 });
    },
  );

  it("speaks the version that upstream chooses of those that the station offers and the gateway allows", async () => {
    await using here = await relayRig({ csms: { protocols: ["ocpp1.6"] } });
    const { csms, station } = here;
    const endpoint = `ws://${HOST}:${station.port}`;
    const protocols = ["ocpp2.0.1", "ocpp2.1", "ocpp1.6"];
    const client = rpcStation({ endpoint, identity: "CP-1", protocols });
    await client.connect();
    expect(client.protocol).toBe("ocpp1.6");
    expect(csms.handshakes[0]?.protocols?.split(",").map((one) => one.trim())).toEqual(["ocpp2.0.1", "ocpp1.6"]);
    await client.close({ force: true });
  });

  it("completes and closes the handshake of a station that speaks nothing it may, and leaves upstream alone", async () => {
    await using here = await relayRig({ settings: { versions: ["ocpp2.0.1"] } });
    await expect(here.station.connect()).rejects.toThrow(Error);
    expect(here.csms.handshakes).toEqual([]);
  });

  it("lets messages through byte for byte, also those that are none", async () => {
    await using here = await relayRig();
    const { csms, station, deps } = here;
    await station.connect();
    const texts = [
      '[ 2 , "a1" , "Heartbeat" ,\t{ } ]',
      '[2,"ü","DataTransfer",{"vendorId":"x","data":"\\u00fc 充电"}]',
      "not OCPP at all",
      "{}",
      '[2,"n"]',
      '[9,"x"]',
    ];
    for (const text of texts) station.sendRaw(text);
    await eventually("all of them", () => csms.texts.length >= texts.length);
    expect(csms.texts).toEqual(texts);
    csms.client.sendRaw("garbage for the station");
    expect(await station.call("Heartbeat", {})).toHaveProperty("currentTime");
    expect(deps.last("tolerated")?.reading).toMatchObject({ quality: "good" });
  });

  it("lets calls cross", async () => {
    await using here = await relayRig();
    const { csms, station } = here;
    await station.connect();
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: answerNow } = Promise.withResolvers<void>();
    csms.answers.set("Authorize", async () => {
      resolve();
      await mayAnswer;
      return { idTagInfo: { status: "Blocked" } };
    });
    const asking = station.call("Authorize", { idTag: "A" });
    await isAsked;
    expect(await csms.client.call("GetLocalListVersion", {})).toEqual({ listVersion: 0 });
    answerNow();
    expect(await asking).toEqual({ idTagInfo: { status: "Blocked" } });
  });

  it.each(["CP*1", "A@b.c", "x|y=z+w", "-_."])("takes the identity %s as it is", async (identity) => {
    await using here = await relayRig({ identity });
    await here.station.call("Heartbeat", {});
    expect(here.csms.handshakes[0]?.url).toBe(`/csms/${encodeURIComponent(identity)}`);
    expect(here.csms.client.identity).toBe(identity);
  });

  it("closes upstream when the station goes", async () => {
    await using here = await relayRig();
    const { csms, station, deps } = here;
    await station.call("Heartbeat", {});
    await station.hangUp();
    await eventually("upstream is closed", () => csms.connections === 0);
    expect(
      await eventually("the loss", () => deps.lastStatus()?.state === "offline" && deps.lastStatus()),
    ).toMatchObject({
      reason: "link-down: the charge point is not connected",
    });
  });

  it("closes the older line of a station that calls again, on both sides", async () => {
    await using here = await relayRig();
    const { csms, station } = here;
    const first = await station.connect();
    await using again = new TestStation("CP-1", station.port, "ocpp1.6");
    expect(await again.call("Heartbeat", {})).toHaveProperty("currentTime");
    await eventually("the older one is closed", () => first.state !== 1);
    expect([csms.connections, csms.handshakes.length]).toEqual([1, 2]);
  });

  it("closes the station's socket with upstream's, refuses it meanwhile, and answers nothing itself", async () => {
    await using here = await relayRig();
    const { csms, station, deps } = here;
    await station.call("StatusNotification", chargingStatus("ocpp1.6"));
    await csms.cut();
    await eventually("the station is cut off", () => !station.isConnected);
    await expect(station.connect()).rejects.toMatchObject({ code: 503 });
    await eventually("the reason", () => deps.lastStatus()?.reason.includes("upstream is away"));
    expect(deps.lastStatus()?.state).toBe("offline");
    expect(deps.last("connector1.status")?.reading).toMatchObject({ quality: "bad", reason: "link-down" });
    expect(deps.last("upstreamAway")?.reading).toEqual({ quality: "good", value: 1 });
    await csms.mend();
    const heard = csms.heard.length;
    await untilLetIn(here);
    expect(await station.call("Heartbeat", {})).toHaveProperty("currentTime");
    expect(csms.heard.slice(heard).map(({ action }) => action)).toEqual(["Heartbeat"]);
    expect(deps.last("upstreamAway")?.reading).toEqual({ quality: "good", value: 0 });
  });

  it("lets nobody in to an upstream that accepts and closes at once, more than once", async () => {
    await using here = await relayRig();
    const { csms, station } = here;
    csms.closesAtOnce = true;
    await station.connect().catch(() => undefined);
    await eventually("it is thrown out", () => !station.isConnected);
    const seen = csms.handshakes.length;
    let letIn = 0;
    // Whenever it is tried again, upstream is looked at for a while first.
    await eventually("the next look", () => {
      station.connect().then(
        () => (letIn += 1),
        () => {},
      );
      return csms.handshakes.length > seen;
    });
    await eventually("what came of it", () => csms.connections === 0);
    expect(letIn).toBe(0);
    csms.closesAtOnce = false;
    await untilLetIn(here);
    expect(await station.call("Heartbeat", {})).toHaveProperty("currentTime");
  });

  it("does what it is told by calls that upstream never sees", async () => {
    await using here = await relayRig();
    const { csms, station, device } = here;
    await station.connect();
    const call = { kind: "call", methodId: "unlock", arguments: { connector: 2 }, actor: "ann" } as const;
    expect(await device.execute(call, never)).toMatchObject({ kind: "done" });
    expect(station.asked).toContainEqual({ action: "UnlockConnector", payload: { connectorId: 2 } });
    await station.call("Heartbeat", {});
    expect(csms.texts.filter((text) => text.startsWith("[3") || text.startsWith("[4"))).toEqual([]);
  });

  it("says that it is not there where nobody has called", async () => {
    await using here = await relayRig();
    const call = { kind: "call", methodId: "reset", arguments: {}, actor: "ann" } as const;
    expect(await here.device.execute(call, never)).toMatchObject({ kind: "refused", reason: "device-offline" });
  });
});

/** The station tries again and again, as stations do. */
async function untilLetIn({ station }: Awaited<ReturnType<typeof relayRig>>): Promise<void> {
  let isTrying = false;
  await eventually("it is let in again", () => {
    if (station.isConnected) return true;
    if (isTrying) return false;
    isTrying = true;
    station.connect().then(
      () => (isTrying = false),
      () => (isTrying = false),
    );
    return false;
  });
}
