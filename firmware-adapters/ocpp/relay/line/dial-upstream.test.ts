import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ocppSettings } from "../../settings.ts";
import { HOST } from "../../testing/ocpp-rig.ts";
import { relaySettings } from "../settings.ts";
import { UpstreamCsms, type CsmsOptions } from "../testing/upstream-csms.ts";
import { dialUpstream, type Dialed } from "./dial-upstream.ts";

const KEY = "own-key-of-the-relay";
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-relay-"));
  for (const name of ["csms", "gateway", "stranger"]) {
    const files = ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
    const of = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...of], { stdio: "ignore" });
  }
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const file = (name: string): string => join(directory, name);

async function tlsCsms(): Promise<UpstreamCsms> {
  const [cert, key, ca] = await Promise.all(
    ["csms.crt", "csms.key", "gateway.crt"].map(async (name) => await readFile(file(name))),
  );
  const tls: CsmsOptions["tls"] = cert && key && ca && { cert, key, ca };
  return await UpstreamCsms.start(tls === undefined ? {} : { tls });
}

interface Trial {
  readonly authorization?: string;
  readonly proveMs?: number;
  readonly signal?: AbortSignal;
}

async function dial(relay: object, { authorization, proveMs = 0, signal }: Trial = {}): Promise<Dialed> {
  const caller = { identity: "CP-1", versions: ["ocpp1.6"], authorization, proveMs } as const;
  const dialed = await dialUpstream(
    relaySettings.parse(relay),
    caller,
    systemClock,
    signal ?? new AbortController().signal,
  );
  if (dialed.kind === "open") dialed.upstream.socket.terminate();
  return dialed;
}

describe("the call upstream", () => {
  it("shows the gateway's own certificate and believes in the authority it is told of", async () => {
    await using csms = await tlsCsms();
    const own = { certFile: file("gateway.crt"), keyFile: file("gateway.key") };
    const dialed = await dial({ url: csms.url, caFile: file("csms.crt"), ...own });
    expect(dialed).toMatchObject({ kind: "open", version: "ocpp1.6" });
    expect(csms.handshakes).toMatchObject([{ url: "/csms/CP-1", certificate: "gateway" }]);
  });

  it("does not go to an upstream that shows somebody else's certificate, or without one where one is wanted", async () => {
    await using csms = await tlsCsms();
    const own = { certFile: file("gateway.crt"), keyFile: file("gateway.key") };
    const elsewhere = { certFile: file("stranger.crt"), keyFile: file("stranger.key") };
    for (const relay of [
      { url: csms.url, ...own },
      { url: csms.url, ...own, caFile: file("stranger.crt") },
      { url: csms.url, caFile: file("csms.crt") },
      { url: csms.url, caFile: file("csms.crt"), ...elsewhere },
      { url: csms.url, caFile: file("no such file") },
    ]) {
      const dialed = await dial(relay);
      expect(dialed.kind === "away" && dialed.reason).toMatch(/certificate|alert|ENOENT|reset|hang up/i);
    }
    expect(csms.handshakes).toEqual([]);
  });

  it("logs in as configured: not at all, as the station does, or with the relay's own key", async () => {
    await using csms = await UpstreamCsms.start();
    const { url } = csms;
    const authorization = `Basic ${Buffer.from("CP-1:of-the-station-itself").toString("base64")}`;
    await dial({ url }, { authorization });
    await dial({ url, login: "station" }, { authorization });
    await dial({ url, login: "station" });
    await dial({ url, login: "own", key: KEY }, { authorization });
    const own = `Basic ${Buffer.from(`CP-1:${KEY}`).toString("base64")}`;
    expect(csms.handshakes.map((one) => one.authorization)).toEqual([undefined, authorization, undefined, own]);
  });

  it("says why upstream is away, without any password", async () => {
    await using csms = await UpstreamCsms.start({ protocols: ["ocpp2.0.1"] });
    const relay = { url: csms.url, login: "own", key: KEY };
    expect(await dial(relay)).toEqual({ kind: "away", reason: "Server sent no subprotocol" });
    await csms.cut();
    const gone = await dial(relay);
    expect(gone).toMatchObject({ kind: "away", reason: expect.stringContaining("ECONNREFUSED") });
    expect(JSON.stringify(gone)).not.toContain(KEY);
    await using refusing = await answering("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
    expect(await dial({ url: refusing.url })).toEqual({ kind: "away", reason: "Unexpected server response: 401" });
    await using garbage = await answering("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    expect(await dial({ url: garbage.url })).toMatchObject({ kind: "away" });
  });

  it("does not believe an upstream that closes in the time it has to stay", async () => {
    await using csms = await UpstreamCsms.start();
    csms.closesAtOnce = true;
    expect(await dial({ url: csms.url }, { proveMs: 5_000 })).toMatchObject({ kind: "away" });
    csms.closesAtOnce = false;
    expect(await dial({ url: csms.url }, { proveMs: 20 })).toMatchObject({ kind: "open" });
  });

  it("is given up at once when it is not wanted any more", async () => {
    await using mute = await answering(undefined);
    const stop = new AbortController();
    const dialing = dial({ url: mute.url }, { signal: stop.signal });
    await mute.called;
    stop.abort(new Error("stopped"));
    expect(await dialing).toMatchObject({ kind: "away" });
    await expect(dial({ url: mute.url }, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});

describe("the settings of a relay", () => {
  const station = { identity: "CP-1", securityProfile: 0, connectors: [{ id: 1 }] };
  const profile2 = { securityProfile: 2, authorizationKey: "0123456789abcdef" };
  it.each<readonly [string, object, string]>([
    ["another protocol", { relay: { url: "https://x" } }, "relay.url"],
    ["a query", { relay: { url: "wss://x/y?z" } }, "relay.url"],
    ["a user in the address", { relay: { url: "wss://a:b@x/y" } }, "relay.url"],
    ["a key that nobody sends", { relay: { url: "wss://x", key: KEY } }, "relay.key"],
    ["no key of its own", { relay: { url: "wss://x", login: "own" } }, "relay.key"],
    ["a certificate without its key", { relay: { url: "wss://x", certFile: "a" } }, "relay.keyFile"],
    ["certificates without TLS", { relay: { url: "ws://x", caFile: "a" } }, "relay.url"],
    ["to go on without the TLS it came over", { ...profile2, relay: { url: "ws://x" } }, "relay.url"],
    ["the password of a station that has none", { relay: { url: "wss://x", login: "station" } }, "relay.login"],
  ])("refuse %s", (_, changes, path) => {
    const { error } = ocppSettings.safeParse({ ...station, ...changes });
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });

  it("take what fits", () => {
    const relay = { url: "wss://csms.example/ocpp", login: "station", caFile: "ca.pem", certFile: "c", keyFile: "k" };
    expect(ocppSettings.safeParse({ ...station, ...profile2, relay }).success).toBe(true);
  });
});

/** A TCP server that says one thing to whoever calls, or nothing. */
async function answering(words: string | undefined) {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      resolve();
      if (words !== undefined) socket.end(words);
    });
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `ws://${HOST}:${port}`,
    called,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
