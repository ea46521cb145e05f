import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";

import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { freePort } from "../receiving/testing/free-port.ts";
import { sl651 } from "./adapter.ts";
import { levelReport, SETTINGS, upward } from "./testing/bench.ts";

const LEVEL = 3.214;

interface Way {
  send(bytes: Buffer): Promise<void>;
  break(): void;
}

/** One connection, made again where it was lost. */
function tcpWay(port: number): Way {
  let socket: Socket | undefined;
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
    send: async (bytes) => {
      (await connected()).write(bytes);
    },
    break: () => socket?.destroy(),
  };
}

function udpWay(port: number): Way {
  const socket = createSocket("udp4");
  let isClosed = false;
  return {
    send: async (bytes) => {
      if (!isClosed) socket.send(bytes, port, "127.0.0.1");
    },
    break: () => {
      if (isClosed) return;
      isClosed = true;
      socket.close();
    },
  };
}

async function stationRig(transport: "tcp" | "udp"): Promise<Rig> {
  const port = await freePort();
  const settings = { ...SETTINGS, supervisionMs: 1_000 };
  const makeWay = (): Way => (transport === "tcp" ? tcpWay(port) : udpWay(port));
  let way = makeWay();
  let [isBroken, isSilent, serial] = [false, false, 0];
  return {
    link: { id: "port", kind: "listener", transport, host: "127.0.0.1", port, maxPeers: 8, idleMs: 60_000 },
    settings,
    badSettings: { settings: { ...settings, station: "12" }, path: "station" },
    pointId: "level",
    isPossible: (value) => value === LEVEL,
    speak: async () => {
      if (isBroken || isSilent) return;
      serial += 1;
      await way.send(upward({ body: levelReport(serial, LEVEL) }));
    },
    breakLine: async () => {
      isBroken = true;
      way.break();
    },
    mendLine: async () => {
      way = makeWay();
      isBroken = false;
    },
    fallSilent: () => {
      isSilent = true;
    },
    sendGarbage: async (bytes) => {
      await way.send(bytes);
    },
    [Symbol.asyncDispose]: async () => way.break(),
  };
}

describeAdapter("SL 651 over TCP", sl651, () => stationRig("tcp"));
describeAdapter("SL 651 over UDP", sl651, () => stationRig("udp"));

describe("configuring", () => {
  it.each([
    ["no elements", { ...SETTINGS, elements: [] }, "elements"],
    ["an element of one digit", { ...SETTINGS, elements: [{ code: "9" }] }, "elements"],
    ["a password of letters", { ...SETTINGS, password: "abcd" }, "password"],
    ["an element nobody knows", { ...SETTINGS, elements: [{ code: "90" }] }, "settings.elements[0]"],
  ])("refuses %s with its place", (_, settings, path) => {
    expect(() => sl651.configure("device", settings)).toThrow(
      expect.objectContaining({ code: "sl651/bad-settings", message: expect.stringContaining(path) }),
    );
  });

  it("names points and methods in both languages", () => {
    const { points, methods } = sl651.configure("device", SETTINGS);
    expect(points.map(({ id }) => id)).toEqual([
      "level",
      "battery",
      "rainTotal",
      "acLost",
      "batteryLow",
      "levelAlarm",
      "levelMeterFault",
      "clockWrong",
    ]);
    expect(methods.map(({ id }) => id)).toEqual(["read-now", "set-time", "read-time"]);
    for (const { name } of [...points, ...methods]) expect([name.zh, name.en]).not.toContain("");
  });
});
