import { once } from "node:events";
import { connect } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { ListenerLink } from "../../links/link.ts";
import { openLink } from "../../links/open-link.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { OcppError } from "../errors.ts";
import { rpcStation, type RPCClient } from "../testing/rpc-station.ts";
import type { Connection, IncomingCall } from "./connection.ts";
import { OcppServer, type ExpectedStation } from "./ocpp-server.ts";

const HOST = "127.0.0.1";
const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
const never = new AbortController().signal;

let link: ListenerLink;
let server: OcppServer;
let port: number;
const clients: RPCClient[] = [];

beforeEach(async () => {
  const settings = {
    id: "csms",
    kind: "listener",
    transport: "tcp",
    host: HOST,
    port: 0,
    maxPeers: 50,
    idleMs: 60_000,
  } as const;
  link = openLink(settings, { clock: systemClock, log: silentLog });
  server = link.shared(OcppServer);
  port = await eventually("the port", () => link.port);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close({ force: true }).catch(() => undefined);
  await link[Symbol.asyncDispose]();
});

/** A station that is expected, with everything it says; its calls get the time. */
function expectStation(changes: Partial<ExpectedStation> = {}) {
  const connections: Connection[] = [];
  const calls: IncomingCall[] = [];
  const expected = server.expect(
    {
      identity: "CP-1",
      versions: ["ocpp1.6"],
      securityProfile: 0,
      password: undefined,
      commonName: "CP-1",
      onConnect(connection) {
        connections.push(connection);
        return async (call) => {
          calls.push(call);
          if (call.action === "DataTransfer")
            throw new OcppError("ocpp/refused", "not here", { errorCode: "NotSupported" });
          if (call.action === "Authorize") throw new Error("boom");
          return { currentTime: "2026-11-25T00:00:00Z" };
        };
      },
      ...changes,
    },
    link,
    { clock: systemClock, log: silentLog },
  );
  return { connections, calls, expected };
}

function station(): RPCClient {
  const client = rpcStation({ endpoint: `ws://${HOST}:${port}/ocpp`, identity: "CP-1", protocols: ["ocpp1.6"] });
  clients.push(client);
  return client;
}

/** The header of HTTP Basic for CP-1. */
function given(password: Buffer | string) {
  const both = Buffer.concat([Buffer.from("CP-1:"), Buffer.from(password)]);
  return { authorization: `Basic ${both.toString("base64")}` };
}

/** One raw handshake's status line. */
async function handshake(path: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = connect(port, HOST);
  const lines = Object.entries({
    host: HOST,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer).split("\r\n")[0] ?? "";
}

describe("the OCPP server", () => {
  it("lets a station in, answers it, and calls it", async () => {
    const { connections, calls } = expectStation();
    const client = station();
    client.handle("Reset", async () => ({ status: "Accepted" }));
    await client.connect();
    expect(await client.call("Heartbeat", {})).toEqual({ currentTime: "2026-11-25T00:00:00Z" });
    expect(calls).toEqual([{ action: "Heartbeat", payload: {}, tolerated: [] }]);
    const call = { action: "Reset", payload: { type: "Soft" } };
    expect(await connections[0]?.call(call, never)).toEqual({ status: "Accepted" });
  });

  it("survives the request that ends a bare ocpp-rpc server, and refuses whoever is not expected", async () => {
    expectStation();
    expect(await handshake("/ocpp/%E0%A4%A")).toContain("400");
    expect(await handshake("/ocpp/nobody")).toContain("404");
    expect(await handshake("/ocpp/CP-1", { upgrade: "h2c" })).toContain("400");
    const client = station();
    await client.connect();
    expect(await client.call("Heartbeat", {})).toHaveProperty("currentTime");
  });

  it("asks for the password in any of its forms before it upgrades", async () => {
    expectStation({ securityProfile: 1, password: KEY });
    expect(await handshake("/CP-1")).toContain("401");
    expect(await handshake("/CP-1", given("wrong"))).toContain("401");
    expect(
      await handshake("/CP-1", { authorization: `Basic ${Buffer.from(`CP-2:${KEY}`).toString("base64")}` }),
    ).toContain("401");
    for (const form of [KEY, KEY.toLowerCase(), Buffer.from(KEY, "hex")]) {
      expect(await handshake("/CP-1", { ...given(form), "sec-websocket-protocol": "ocpp1.6" })).toContain("101");
    }
  });

  it("turns away who tries too often", async () => {
    expectStation({ securityProfile: 1, password: KEY });
    const answers: string[] = [];
    for (let tries = 0; tries < 25; tries += 1) answers.push(await handshake("/CP-1"));
    expect(answers[0]).toContain("401");
    expect(answers.at(-1)).toContain("429");
  });

  it("lets a whole car park back in at once from one address", async () => {
    expectStation();
    const answers: string[] = [];
    for (let tries = 0; tries < 60; tries += 1) {
      answers.push(await handshake("/CP-1", { "sec-websocket-protocol": "ocpp1.6" }));
    }
    expect(new Set(answers)).toEqual(new Set(["HTTP/1.1 101 Switching Protocols"]));
  });

  it("completes the handshake without a version in common, and closes at once", async () => {
    const { connections } = expectStation({ versions: ["ocpp2.0.1"] });
    const client = station();
    const closed = once(client, "close");
    await client.connect().catch(() => undefined);
    await closed;
    expect(connections).toEqual([]);
  });

  it("closes the older connection when a station calls again", async () => {
    const { connections } = expectStation();
    const first = station();
    await first.connect();
    const closed = once(first, "close");
    const second = station();
    await second.connect();
    await closed;
    expect(connections.map((one) => one.closed.aborted)).toEqual([true, false]);
    expect(await second.call("Heartbeat", {})).toHaveProperty("currentTime");
  });

  it("lets pass what real stations send, and says what it was", async () => {
    const { calls } = expectStation();
    const client = station();
    await client.connect();
    await client.call("Heartbeat", null);
    await client.call("Heartbeat", { extra: 1 });
    const sampledValue = [{ value: "21.5", measurand: "Temperature", unit: "Celcius" }];
    await client.call("MeterValues", {
      connectorId: 1,
      meterValue: [{ timestamp: "2026-11-25T00:00:00Z", sampledValue }],
    });
    expect(calls[0]).toMatchObject({ payload: {}, tolerated: ["no payload"] });
    expect(calls[1]?.tolerated[0]).toContain("additional properties");
    expect(calls[2]).toMatchObject({ payload: { meterValue: [{ sampledValue: [{ unit: "Celsius" }] }] } });
    expect(calls[2]?.tolerated[0]).toContain("Celcius");
  });

  it("answers an error with its code, and a bug of ours as InternalError", async () => {
    expectStation();
    const client = station();
    await client.connect();
    await expect(client.call("DataTransfer", { vendorId: "x" })).rejects.toMatchObject({
      rpcErrorCode: "NotSupported",
    });
    await expect(client.call("Authorize", { idTag: "x" })).rejects.toMatchObject({ rpcErrorCode: "InternalError" });
  });

  it("sends nothing that is not of its schema", async () => {
    const { connections } = expectStation();
    await station().connect();
    const call = { action: "Reset", payload: { type: "Gently" } };
    await expect(connections[0]?.call(call, never)).rejects.toMatchObject({ code: "ocpp/bad-call" });
  });

  it("says how a call failed: refused, closed, or given up by its caller", async () => {
    const { connections } = expectStation();
    const client = station();
    client.handle("ClearCache", () => new Promise<never>(() => {}));
    await client.connect();
    const [connection] = connections;
    await expect(connection?.call({ action: "Reset", payload: { type: "Hard" } }, never)).rejects.toMatchObject({
      code: "ocpp/refused",
      errorCode: "NotImplemented",
    });
    const stop = new AbortController();
    const mute = connection?.call({ action: "ClearCache", payload: {} }, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(mute).rejects.toThrow("stopped");
    const cut = connection?.call({ action: "ClearCache", payload: {} }, never);
    await client.close({ force: true });
    await expect(cut).rejects.toMatchObject({ code: "ocpp/closed" });
  });

  it("hangs up on messages beyond its bound", async () => {
    const { connections } = expectStation();
    const client = station();
    await client.connect();
    const closed = once(client, "close");
    client.sendRaw(`[2,"1","DataTransfer",{"vendorId":"x","data":"${"x".repeat(300_000)}"}]`);
    await closed;
    await eventually("the end", () => connections[0]?.closed.aborted);
  });

  it("lets nobody in any more once the device is closed, and the port go with the last", async () => {
    const { expected } = expectStation();
    expectStation({ identity: "CP-2" });
    const client = station();
    await client.connect();
    const closed = once(client, "close");
    expected[Symbol.dispose]();
    await closed;
    expect(await handshake("/CP-1")).toContain("404");
    expect(() => expectStation({ identity: "CP-2" })).toThrow(expect.objectContaining({ code: "link/taken" }));
  });

  it("refuses stations while they are turned away", async () => {
    let isAway = true;
    expectStation({ isTurnedAway: () => isAway });
    expect(await handshake("/CP-1")).toContain("503");
    isAway = false;
    await station().connect();
  });
});
