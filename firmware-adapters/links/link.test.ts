import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import type { BytePort, LineLink } from "./link.ts";
import { openLink } from "./open-link.ts";
import type { LineSettings } from "./settings.ts";
import { serialOverTcp } from "./testing/pty.ts";

const never = new AbortController().signal;
const deps = { clock: systemClock, log: silentLog };
const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped: ${noSocat}`);

/** The far end of a line: sends back what it gets, in capitals. */
interface Echo extends AsyncDisposable {
  readonly port: number;
  readonly sockets: Set<Socket>;
}

async function startEcho(port = 0): Promise<Echo> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (bytes) => socket.write(bytes.toString("latin1").toUpperCase(), "latin1"));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const serverSettings = (port: number): LineSettings => ({
  id: "line",
  kind: "serial-server",
  host: "127.0.0.1",
  port,
  gapMs: 0,
});

/** One exchange on a byte line. */
async function ask(link: LineLink, words: string, signal = never): Promise<string> {
  if (link.kind === "tcp") throw new Error("a byte line is needed here");
  return await link.exclusive("poll", signal, async (port) => {
    await port.write(Buffer.from(words));
    let answer = "";
    while (answer.length < words.length) answer += Buffer.from(await port.read(2_000)).toString("latin1");
    return answer;
  });
}

async function untilUp(link: LineLink): Promise<void> {
  while (link.status.kind !== "up") await systemClock.sleep(10);
}

describe("a link", () => {
  it("opens by itself, and lets the first exchange wait for that", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    expect(link.status.kind).toBe("down");
    expect(await ask(link, "hello")).toBe("HELLO");
    expect(link.status).toEqual({ kind: "up" });
  });

  it("fails at once with its reason while nobody listens, and comes up when somebody does", async () => {
    const echo = await startEcho();
    await echo[Symbol.asyncDispose]();
    await using link = openLink(serverSettings(echo.port), deps);
    await expect(ask(link, "hello")).rejects.toMatchObject({
      code: "link/down",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    await using again = await startEcho(echo.port);
    await untilUp(link);
    expect(await ask(link, "hello")).toBe("HELLO");
    expect(again.sockets.size).toBe(1);
  });

  it("fails the exchange under way at once when the line breaks, and opens anew", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    await ask(link, "hello");
    if (link.kind === "tcp") throw new Error("a byte line");
    const reading = link.exclusive("poll", never, (port) => port.read(60_000));
    const waiting = link.exclusive("command", never, async () => "never begun");
    for (const socket of echo.sockets) socket.resetAndDestroy();
    await expect(reading).rejects.toMatchObject({ code: "link/down" });
    await expect(waiting).rejects.toMatchObject({ code: "link/down" });
    await untilUp(link);
    expect(await ask(link, "again")).toBe("AGAIN");
  });

  it("rejects at once on abort, but keeps the line until the exchange is over", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    await ask(link, "hello");
    const stop = new AbortController();
    const order: string[] = [];
    if (link.kind === "tcp") throw new Error("a byte line");
    const abandoned = link.exclusive("poll", stop.signal, async (port) => {
      await systemClock.sleep(50);
      await port.write(Buffer.from("late"));
      await port.read(2_000);
      order.push("first is over");
    });
    const next = ask(link, "next").then((answer) => order.push(answer));
    stop.abort(new Error("stopped"));
    await expect(abandoned).rejects.toThrow("stopped");
    expect(order).toEqual([]);
    await next;
    expect(order).toEqual(["first is over", "NEXT"]);
  });

  it("gives a connection up when its user finds it dead, and makes a new one", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    if (link.kind === "tcp") throw new Error("a byte line");
    await ask(link, "hello");
    await link.exclusive("poll", never, async (port: BytePort) => port.drop("nobody answers"));
    await untilUp(link);
    expect(await ask(link, "again")).toBe("AGAIN");
  });

  it("gives every user of one protocol the same shared thing, and another protocol its own", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    class Counter {
      value = 0;
    }
    class Other {
      readonly name = "other";
    }
    link.shared(Counter).value += 1;
    expect(link.shared(Counter).value).toBe(1);
    expect(link.shared(Other).name).toBe("other");
  });

  it("ends at once when disposed, whoever waits, and leaves no socket behind", async () => {
    await using echo = await startEcho();
    const link = openLink(serverSettings(echo.port), deps);
    await ask(link, "hello");
    if (link.kind === "tcp") throw new Error("a byte line");
    const reading = link.exclusive("poll", never, (port) => port.read(60_000));
    const waiting = link.exclusive("poll", never, async () => "never begun");
    const ends = Promise.allSettled([reading, waiting]);
    await link[Symbol.asyncDispose]();
    expect((await ends).map((end) => end.status)).toEqual(["rejected", "rejected"]);
    await expect(ask(link, "hello")).rejects.toMatchObject({ code: "link/closed" });
    while (echo.sockets.size > 0) await systemClock.sleep(5);
  });
});

describe("a byte port", () => {
  it("throws away what came before, until the line is silent", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    if (link.kind === "tcp") throw new Error("a byte line");
    await ask(link, "hello");
    const answer = await link.exclusive("poll", never, async (port) => {
      await port.write(Buffer.from("stale"));
      expect(await port.drain(50, 2_000)).toBe(true);
      await port.write(Buffer.from("fresh"));
      return Buffer.from(await port.read(2_000)).toString();
    });
    expect(answer).toBe("FRESH");
  });

  it("says so when the line never falls silent", async () => {
    const server = createServer((socket) => {
      const timer = setInterval(() => socket.write("chatter"), 5);
      socket.on("close", () => clearInterval(timer));
      socket.on("error", () => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const link = openLink(serverSettings(portOf(server)), deps);
    if (link.kind === "tcp") throw new Error("a byte line");
    expect(await link.exclusive("poll", never, (port) => port.drain(100, 300))).toBe(false);
    await link[Symbol.asyncDispose]();
    server.close();
  });

  it("gives up waiting after the time given", async () => {
    await using echo = await startEcho();
    await using link = openLink(serverSettings(echo.port), deps);
    if (link.kind === "tcp") throw new Error("a byte line");
    await expect(link.exclusive("poll", never, (port) => port.read(20))).rejects.toMatchObject({
      code: "link/timeout",
    });
  });
});

const serialSettings = (path: string): LineSettings => ({
  id: "line",
  kind: "serial",
  path,
  baudRate: 9_600,
  parity: "none",
  dataBits: 8,
  stopBits: 1,
  gapMs: 5,
});

describe.skipIf(noSocat !== undefined)("a serial line", () => {
  it("carries bytes both ways, is lost when its port goes, and opens again when it is back", async () => {
    await using echo = await startEcho();
    const first = await serialOverTcp(echo.port);
    await using link = openLink(serialSettings(first.path), deps);
    expect(await ask(link, "hello")).toBe("HELLO");
    await first[Symbol.asyncDispose]();
    while (link.status.kind === "up") await systemClock.sleep(10);
    await expect(ask(link, "hello")).rejects.toMatchObject({ code: "link/down" });
    await using second = await serialOverTcp(echo.port, first.path);
    await untilUp(link);
    expect(await ask(link, "again")).toBe("AGAIN");
    expect(second.path).toBe(first.path);
  });

  it("is not shared with another program", async () => {
    await using echo = await startEcho();
    await using pty = await serialOverTcp(echo.port);
    await using link = openLink(serialSettings(pty.path), deps);
    expect(await ask(link, "hello")).toBe("HELLO");
    await using other = openLink({ ...serialSettings(pty.path), id: "other" }, deps);
    await expect(ask(other, "hello")).rejects.toMatchObject({ code: "link/down" });
  });

  it("says what is missing where there is no such port", async () => {
    await using link = openLink(serialSettings("/nowhere/ttyUSB0"), deps);
    await expect(ask(link, "hello")).rejects.toMatchObject({
      code: "link/down",
      message: expect.stringContaining("/nowhere/ttyUSB0"),
    });
  });
});
