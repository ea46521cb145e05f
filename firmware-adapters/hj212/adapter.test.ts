import { connect, type Socket } from "node:net";

import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { freePort } from "../receiving/testing/free-port.ts";
import { hj212 } from "./adapter.ts";
import { frame, freshQn, realtime, SETTINGS } from "./testing/bench.ts";

const COD = 21.5;

/** A station that keeps one connection, and says something whenever it is asked to. */
async function stationRig(): Promise<Rig> {
  const port = await freePort();
  const settings = { ...SETTINGS, supervisionMs: 1_500, hangUpGraceMs: 300 };
  let socket: Socket | undefined;
  let isBroken = false;
  let isSilent = false;
  const connected = async (): Promise<Socket> => {
    if (socket !== undefined && !socket.destroyed) return socket;
    const made = connect({ port, host: "127.0.0.1" });
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    made.once("connect", () => resolve(made));
    made.on("error", reject);
    // What we answer is read, and is no matter here.
    made.resume();
    socket = await promise;
    return socket;
  };
  return {
    link: { id: "port", kind: "listener", transport: "tcp", host: "127.0.0.1", port, maxPeers: 8, idleMs: 60_000 },
    settings,
    badSettings: { settings: { ...settings, supervisionMs: 5 }, path: "supervisionMs" },
    pointId: "cod",
    isPossible: (value) => value === COD,
    speak: async () => {
      if (isBroken || isSilent) return;
      (await connected()).write(frame({ qn: freshQn(), cp: realtime(COD) }));
    },
    breakLine: async () => {
      isBroken = true;
      socket?.destroy();
    },
    mendLine: async () => {
      isBroken = false;
    },
    fallSilent: () => {
      isSilent = true;
    },
    sendGarbage: async (bytes) => {
      (await connected()).write(bytes);
    },
    [Symbol.asyncDispose]: async () => {
      socket?.destroy();
    },
  };
}

describeAdapter("HJ 212 over TCP", hj212, stationRig);

describe("configuring", () => {
  it.each([
    ["no factors", { ...SETTINGS, factors: [] }, "factors"],
    ["an MN with a separator", { ...SETTINGS, mn: "a;b" }, "mn"],
    ["a zone that is none", { ...SETTINGS, timeZone: "Mars/Phobos" }, "timeZone"],
    ["a factor nobody knows", { ...SETTINGS, factors: [{ code: "q1" }] }, "settings.factors[0]"],
  ])("refuses %s with its place", (_, settings, path) => {
    expect(() => hj212.configure("device", settings)).toThrow(
      expect.objectContaining({ code: "hj212/bad-settings", message: expect.stringContaining(path) }),
    );
  });

  it("names points and methods in both languages", () => {
    const { points, methods } = hj212.configure("device", SETTINGS);
    expect(points.map(({ id }) => id)).toEqual(["cod", "ph", "instrumentFault", "maintenance", "clockWrong"]);
    expect(methods.map(({ id }) => id)).toEqual(["set-time", "read-time", "set-report-interval"]);
    for (const { name } of [...points, ...methods]) expect([name.zh, name.en]).not.toContain("");
  });
});
