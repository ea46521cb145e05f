import { once } from "node:events";
import { createServer, type Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import type { Content } from "../content/content.ts";
import { signSettings } from "../settings.ts";
import { HttpDisplay } from "./http-display.ts";

const TIMEOUT_MS = 1_000;
const MiB = 1024 * 1024;
const GOOD = JSON.stringify({ showing: "a", brightness: 80 });
const never = new AbortController().signal;

const content: Content = {
  id: "a",
  text: { zh: "好", en: "" },
  lines: ["好"],
  priority: "normal",
  endsAtMs: undefined,
  expiresAtMs: undefined,
};

/** Something on a TCP port that does what it likes as soon as it is asked. */
interface Hostile extends AsyncDisposable {
  readonly display: HttpDisplay;
  readonly url: string;
  /** What it was sent, of all connections. */
  received(): string;
  readonly connections: number;
  bytesSent(): number;
}

async function hostile(behave: (socket: Socket) => void, token?: string): Promise<Hostile> {
  const sockets: Socket[] = [];
  let received = "";
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => behave(socket));
    socket.on("data", (bytes) => (received += bytes.toString("latin1")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const via = { kind: "http", url, ...(token === undefined ? {} : { token }) } as const;
  return {
    display: new HttpDisplay(via, signSettings.parse({ via, timeoutMs: TIMEOUT_MS })),
    url,
    received: () => received,
    get connections() {
      return sockets.length;
    },
    bytesSent: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function headers(length: number | string, more = ""): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;
}

/** Sends the same for as long as anybody takes it. */
function pour(socket: Socket, bytes: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on("drain", more);
  more();
}

function drip(socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), 50);
  socket.on("close", () => clearInterval(timer));
}

const BEHAVIOURS: readonly (readonly [string, (socket: Socket) => void, string])[] = [
  ["never answers", () => undefined, "sign/timeout"],
  ["stops after its headers", (socket) => socket.write(headers(50)), "sign/timeout"],
  ["sends a byte now and then", (socket) => (socket.write(headers(5_000)), drip(socket, " ")), "sign/timeout"],
  [
    "sends headers without end, slowly",
    (socket) => (socket.write("HTTP/1.1 200 OK\r\n"), drip(socket, "a: b\r\n")),
    "sign/timeout",
  ],
  ["sends interim answers without end", (socket) => drip(socket, "HTTP/1.1 102 Processing\r\n\r\n"), "sign/timeout"],
  [
    "says that it sends a terabyte, and does",
    (socket) => (socket.write(headers(2 ** 40)), pour(socket, Buffer.alloc(65_536, 32))),
    "sign/bad-frame",
  ],
  [
    "sends chunks without end",
    (socket) => (
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
      pour(socket, `8000\r\n${" ".repeat(32_768)}\r\n`)
    ),
    "sign/bad-frame",
  ],
  [
    "sends a huge header",
    (socket) => (socket.write("HTTP/1.1 200 OK\r\na: "), pour(socket, "x".repeat(65_536))),
    "sign/bad-frame",
  ],
  ["speaks something else", (socket) => socket.end("220 mail.example ESMTP\r\n"), "sign/bad-frame"],
  ["sends a zero byte", (socket) => socket.end(Buffer.of(0)), "sign/bad-frame"],
  ["hangs up without a word", (socket) => socket.end(), "sign/unreachable"],
  ["resets the connection", (socket) => socket.resetAndDestroy(), "sign/unreachable"],
  ["breaks off in the middle", (socket) => socket.end(`${headers(500)}${GOOD}`), "sign/unreachable"],
  ["answers with nothing", (socket) => socket.end(headers(0)), "sign/bad-frame"],
  ["answers with a page", (socket) => socket.end(`${headers(13)}<html></html>`), "sign/bad-frame"],
  [
    "answers with packed bytes",
    (socket) =>
      socket.end(Buffer.concat([Buffer.from(headers(4, "content-encoding: gzip\r\n")), Buffer.of(0x1f, 0x8b, 8, 0)])),
    "sign/bad-frame",
  ],
  [
    "does not know us",
    (socket) => socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"),
    "sign/refused",
  ],
  ["is too busy", (socket) => socket.end("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"), "sign/busy"],
  ["is asked too often", (socket) => socket.end("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n"), "sign/busy"],
];

describe("a sign's web server that", () => {
  it.each(BEHAVIOURS)("%s: is an error within the time-out", async (_, behave, code) => {
    await using here = await hostile(behave);
    const startedAtMs = systemClock.monotonicMs();
    await expect(here.display.look(never)).rejects.toMatchObject({ code });
    expect(systemClock.monotonicMs() - startedAtMs).toBeLessThan(TIMEOUT_MS + 5_000);
    // What the two kernels hold between them, and no more.
    expect(here.bytesSent()).toBeLessThan(16 * MiB);
  });

  it("sends us elsewhere is not followed, and its neighbour never gets the token", async () => {
    await using neighbour = await hostile((socket) => socket.end(`${headers(GOOD.length)}${GOOD}`));
    const redirect = `HTTP/1.1 307 Moved\r\nlocation: ${neighbour.url}/health\r\ncontent-length: 0\r\n\r\n`;
    await using here = await hostile((socket) => socket.end(redirect), "secret");
    await expect(here.display.look(never)).rejects.toMatchObject({ code: "sign/bad-frame" });
    await expect(here.display.send(content, never)).rejects.toMatchObject({ code: "sign/bad-frame" });
    expect(here.received()).toContain("authorization: Bearer secret\r\n");
    expect(neighbour.connections).toBe(0);
  });

  it("answers well is believed, also in pieces", async () => {
    await using here = await hostile((socket) => {
      const bytes = Array.from(`${headers(GOOD.length)}${GOOD}`);
      bytes.forEach((byte, index) => setTimeout(() => socket.write(byte), index));
    });
    expect(await here.display.look(never)).toMatchObject({ showing: "a" });
  });

  it("hangs lets us go at once on abort, and keeps no connection", async () => {
    await using here = await hostile(() => undefined);
    const stop = new AbortController();
    const looking = here.display.look(stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 50);
    await expect(looking).rejects.toThrow("stopped");
    await expect(here.display.look(stop.signal)).rejects.toThrow("stopped");
    expect(here.connections).toBe(1);
  });

  it("is not there is unreachable", async () => {
    const here = await hostile(() => undefined);
    await here[Symbol.asyncDispose]();
    await expect(here.display.look(never)).rejects.toMatchObject({ code: "sign/unreachable" });
    await expect(here.display.send(content, never)).rejects.toMatchObject({ code: "sign/unreachable" });
  });
});
