import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { httpVerifier } from "./http.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Server extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly body: string; readonly authorization: string | undefined }[];
  readonly connections: ReadonlySet<Socket>;
}

/** A verifier on this machine that answers as it is told to. */
async function startVerifier(answer: Answer): Promise<Server> {
  const requests: Server["requests"] = [];
  const connections = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      requests.push({ body, authorization: request.headers.authorization });
      answer(request, response);
    });
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/verify`,
    requests,
    connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const never = new AbortController().signal;
const TIMEOUT_MS = 400;

async function ask(url: string, onFailure: "deny" | "allow" = "deny", signal = never) {
  const health: boolean[] = [];
  const verifier = httpVerifier(
    { kind: "http", url, token: "s3cret", timeoutMs: TIMEOUT_MS, onFailure },
    { log: silentLog, deviceId: "north-door", onHealth: (isDown) => health.push(isDown) },
  );
  return { verdict: await verifier.verify("code-4711", signal), health };
}

function json(value: unknown, status = 200): Answer {
  return (_, response) => response.writeHead(status).end(JSON.stringify(value));
}

const endless: Answer = (_, response) => {
  response.writeHead(200);
  const more = setInterval(() => response.write(" ".repeat(64)), 5);
  response.on("close", () => clearInterval(more));
};

describe("a verifier on the network", () => {
  it("is asked once, with the code, the device and its token", async () => {
    await using server = await startVerifier(json({ admit: true, name: "passed over" }));
    expect(await ask(server.url)).toEqual({
      verdict: { kind: "admit", by: "http", isUnverified: false },
      health: [false],
    });
    expect(server.requests).toEqual([
      { body: '{"code":"code-4711","deviceId":"north-door"}', authorization: "Bearer s3cret" },
    ]);
  });

  it("may refuse", async () => {
    await using server = await startVerifier(json({ admit: false }));
    expect(await ask(server.url)).toEqual({ verdict: { kind: "refuse", reason: "verifier-refused" }, health: [false] });
  });

  const failures: readonly [string, Answer][] = [
    ["hangs", () => {}],
    ["hangs in the middle of its answer", (_, response) => void response.writeHead(200).write('{"admit":')],
    ["drips on and on", endless],
    ["lies about what it is", json({ admit: "yes" })],
    ["says it in another way", json({ admitted: true })],
    ["says nothing", json(null)],
    ["answers garbage", (_, response) => response.writeHead(200).end(Buffer.from("00ff17c3", "hex"))],
    ["says too much", (_, response) => response.writeHead(200).end(`{"admit":true,"x":"${"x".repeat(5_000)}"}`)],
    ["admits with an error", json({ admit: true }, 500)],
    ["has nothing there", json({ admit: true }, 404)],
    ["admits with nothing new", json({ admit: true }, 201)],
    ["sends us elsewhere", (_, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end()],
    ["hangs up", (request) => void request.socket.destroy()],
    ["resets the connection", (request) => void request.socket.resetAndDestroy()],
    [
      "hangs up in the middle",
      (request, response) => {
        response.writeHead(200, { "content-length": 100 }).write('{"admit":true}');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ["does not speak HTTP", (request) => void request.socket.end("SSH-2.0-nothing\r\n\r\n")],
  ];

  it.each(failures)("that %s lets nobody in where the site says deny, and is seen to be down", async (_, answer) => {
    await using server = await startVerifier(answer);
    const { verdict, health } = await ask(server.url);
    expect(verdict).toEqual({ kind: "refuse", reason: "verifier-down" });
    expect(health).toEqual([true]);
    // One question: no retry, and no connection left behind.
    expect(server.requests).toHaveLength(1);
    for (let tries = 0; server.connections.size > 0 && tries < 400; tries += 1) await systemClock.sleep(10);
    expect(server.connections.size).toBe(0);
  });

  it("that hangs lets everybody in where the site says allow, and that is said", async () => {
    await using server = await startVerifier(() => {});
    const { verdict, health } = await ask(server.url, "allow");
    expect(verdict).toEqual({ kind: "admit", by: "http", isUnverified: true });
    expect(health).toEqual([true]);
  });

  it("that is not there is down", async () => {
    const server = await startVerifier(() => {});
    await server[Symbol.asyncDispose]();
    expect((await ask(server.url)).verdict).toEqual({ kind: "refuse", reason: "verifier-down" });
  });

  it("is left at once when the device is closed, and that says nothing of it", async () => {
    await using server = await startVerifier(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("closed")), 50);
    await expect(ask(server.url, "allow", stop.signal)).rejects.toThrow("closed");
  });
});
