import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ListenerLink } from "./link.ts";
import { HOST, openPort, portOf } from "./testing/callers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-tls-"));
  for (const name of ["server", "client"]) {
    const files = ["-keyout", join(directory, `${name}.key`), "-out", join(directory, `${name}.crt`)];
    const of = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...of], { stdio: "ignore" });
  }
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const file = (name: string): string => join(directory, name);

/** An HTTP server on a link's sockets. */
function serveHttp(link: ListenerLink): AsyncDisposable {
  const server = createHttpServer((_, response) => response.end("hello"));
  const serving = link.serveSockets((socket) => server.emit("connection", socket));
  return {
    async [Symbol.asyncDispose]() {
      serving[Symbol.dispose]();
      server.closeAllConnections();
    },
  };
}

async function getOverTls(port: number, client?: string): Promise<string> {
  const certificate =
    client === undefined
      ? {}
      : { cert: await readFile(file(`${client}.crt`)), key: await readFile(file(`${client}.key`)) };
  const asked = request({
    host: HOST,
    port,
    ca: await readFile(file("server.crt")),
    agent: false,
    ...certificate,
  }).end();
  const [response] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a listening port whose sockets are wanted", () => {
  it("gives them to a server of its own, and hangs up on everybody when that has gone", async () => {
    await using link = openPort();
    const serving = serveHttp(link);
    const port = await portOf(link);
    expect(await (await fetch(`http://${HOST}:${port}/`)).text()).toBe("hello");
    await serving[Symbol.asyncDispose]();
    await expect(fetch(`http://${HOST}:${port}/`)).rejects.toThrow(Error);
  });

  it("keeps those who are there and turns the next away", async () => {
    await using link = openPort({ maxPeers: 1 });
    await using serving = serveHttp(link);
    expect(serving).toBeDefined();
    const port = await portOf(link);
    const first = await fetch(`http://${HOST}:${port}/`);
    await expect(fetch(`http://${HOST}:${port}/`, { headers: { connection: "close" } })).rejects.toThrow(Error);
    expect(await first.text()).toBe("hello");
  });
});

describe("a listening port over TLS", () => {
  it("shakes hands, and says why it does not listen where its certificate is not there", async () => {
    await using link = openPort({ tls: { certFile: file("server.crt"), keyFile: file("server.key") } });
    await using serving = serveHttp(link);
    expect(serving).toBeDefined();
    expect(await getOverTls(await portOf(link))).toBe("hello");
    await using broken = openPort({ tls: { certFile: file("no.crt"), keyFile: file("server.key") } });
    const { promise: told, resolve } = Promise.withResolvers<string>();
    using watching = broken.onStatus((status) => {
      if (status.kind === "down" && status.reason.includes("TLS")) resolve(status.reason);
    });
    expect(watching).toBeDefined();
    expect(await told).toContain("no.crt");
  });

  it("wants a client's certificate where it has an authority for it", async () => {
    const tls = { certFile: file("server.crt"), keyFile: file("server.key"), clientCaFile: file("client.crt") };
    await using link = openPort({ tls });
    await using serving = serveHttp(link);
    expect(serving).toBeDefined();
    const port = await portOf(link);
    expect(await getOverTls(port, "client")).toBe("hello");
    await expect(getOverTls(port)).rejects.toThrow(Error);
    await expect(getOverTls(port, "server")).rejects.toThrow(Error);
  });

  it("closes although somebody did not like its certificate, and lets go of him", async () => {
    const tls = { certFile: file("server.crt"), keyFile: file("server.key") };
    const link = openPort({ tls });
    await using serving = serveHttp(link);
    expect(serving).toBeDefined();
    const port = await portOf(link);
    const picky = connectTls({ host: HOST, port });
    const [error] = await once(picky, "error");
    expect(error).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(await getOverTls(port)).toBe("hello");
    await link[Symbol.asyncDispose]();
  });
});
