import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const SOON = { timeout: 20_000, interval: 10 };
/** Long enough for a byte on loopback to arrive, if anything let it through. */
const QUIET_MS = 300;

/** One end of a connection and what has happened to it. */
class End {
  readonly socket: Socket;
  received = 0;
  isClosed = false;
  error: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => (this.received += chunk.length));
    socket.on("close", () => (this.isClosed = true));
    socket.on("error", (error) => (this.error = error.message));
  }
}

let target: ReturnType<typeof createServer>;
let accepted: End[];
let proxy: TcpProxy;
let cleanUp: AsyncDisposableStack;

beforeEach(async () => {
  cleanUp = new AsyncDisposableStack();
  accepted = [];
  const port = await freePort();
  target = createServer((socket) => accepted.push(new End(socket))).listen(port, "127.0.0.1");
  await once(target, "listening");
  cleanUp.defer(async () => {
    for (const { socket } of accepted) socket.destroy();
    await new Promise((resolve) => target.close(resolve));
  });
  proxy = cleanUp.use(await startTcpProxy(port));
});
afterEach(async () => {
  await cleanUp.disposeAsync();
});

function dial(): End {
  const end = new End(connect(proxy.port, "127.0.0.1"));
  cleanUp.defer(() => {
    end.socket.destroy();
  });
  return end;
}

/** A near and a far end, connected, with one byte passed each way. */
async function pair(): Promise<{ near: End; far: End }> {
  const before = accepted.length;
  const near = dial();
  near.socket.write("a");
  await vi.waitFor(() => expect(accepted[before]?.received).toBe(1), SOON);
  const far = accepted[before];
  if (far === undefined) throw new Error("nothing was accepted");
  far.socket.write("b");
  await vi.waitFor(() => expect(near.received).toBe(1), SOON);
  return { near, far };
}

describe("the line that can be made to fail", () => {
  it("open: passes large things both ways, and an end that closes closes the other", async () => {
    const { near, far } = await pair();
    near.socket.write(Buffer.alloc(3_000_000));
    far.socket.write(Buffer.alloc(2_000_000));
    await vi.waitFor(() => expect([far.received, near.received]).toEqual([3_000_001, 2_000_001]), SOON);
    near.socket.end();
    await vi.waitFor(() => expect(far.isClosed).toBe(true), SOON);
  });

  it("cut: resets what is connected and what comes, until it is open again", async () => {
    const { near, far } = await pair();
    proxy.set("cut");
    await vi.waitFor(() => expect([near.isClosed, far.isClosed]).toEqual([true, true]), SOON);
    expect(near.error).toContain("ECONNRESET");
    const refused = dial();
    await vi.waitFor(() => expect(refused.isClosed).toBe(true), SOON);
    expect(accepted).toHaveLength(1);
    proxy.set("open");
    await pair();
  });

  it("half-open: bytes vanish and nobody is told, not even that the other end has gone", async () => {
    const { near, far } = await pair();
    proxy.set("half-open");
    near.socket.write("lost");
    far.socket.write("lost");
    await delay(QUIET_MS);
    expect([near.received, far.received, near.isClosed, far.isClosed]).toEqual([1, 1, false, false]);
    far.socket.destroy();
    await delay(QUIET_MS);
    expect(near.isClosed).toBe(false);
  });

  it("half-open, then open: what lived through it ends, since it has lost bytes", async () => {
    const { near, far } = await pair();
    proxy.set("half-open");
    near.socket.write("lost");
    await delay(QUIET_MS);
    proxy.set("open");
    await vi.waitFor(() => expect([near.isClosed, far.isClosed]).toEqual([true, true]), SOON);
    expect(far.received).toBe(1);
    await pair();
  });

  it("slow: everything arrives, a little at a time", async () => {
    const { near, far } = await pair();
    proxy.set("slow");
    near.socket.write(Buffer.alloc(100_000));
    await vi.waitFor(() => expect(far.received).toBeGreaterThan(1), SOON);
    expect(far.received).toBeLessThan(100_001);
    await vi.waitFor(() => expect(far.received).toBe(100_001), SOON);
  });

  it("half-open, then open: an end whose other end went meanwhile is told at last", async () => {
    const { near, far } = await pair();
    proxy.set("half-open");
    far.socket.destroy();
    await delay(QUIET_MS);
    expect(near.isClosed).toBe(false);
    proxy.set("open");
    await vi.waitFor(() => expect(near.isClosed).toBe(true), SOON);
  });

  it("shows what passes to whoever watches, who may have the line fail before it goes on", async () => {
    const { near, far } = await pair();
    const seen: string[] = [];
    const watching = proxy.watch((bytes, from) => {
      seen.push(`${from} ${bytes.toString()}`);
      if (bytes.toString() === "answer") proxy.set("half-open");
      else bytes.write("Q");
    });
    const arrived = once(far.socket, "data");
    near.socket.write("question");
    expect(String(await arrived)).toBe("Question");
    far.socket.write("answer");
    await vi.waitFor(() => expect(seen).toEqual(["near question", "far answer"]), SOON);
    await delay(QUIET_MS);
    expect(near.received).toBe(1);
    watching[Symbol.dispose]();
    proxy.set("open");
    await pair();
    expect(seen).toHaveLength(2);
  });
});
