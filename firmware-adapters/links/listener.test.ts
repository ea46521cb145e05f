import { once } from "node:events";
import { createServer } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../testing/fake-deps.ts";
import type { LinkStatus } from "./link.ts";
import { Caller, HOST, openPort, portOf, serve, serveSilently } from "./testing/callers.ts";

describe.each(["tcp", "udp"] as const)("a listening port over %s", (transport) => {
  it("says that it listens, and where", async () => {
    await using link = openPort({ transport });
    const statuses: LinkStatus[] = [];
    using watching = link.onStatus((status) => statuses.push(status));
    expect(statuses).toEqual([{ kind: "down", reason: "not opened yet" }]);
    await portOf(link);
    watching[Symbol.dispose]();
    expect(link.status).toEqual({ kind: "up" });
    expect(statuses.at(-1)).toEqual({ kind: "up" });
  });

  it("is down with its reason while the port is taken, and listens when it is free", async () => {
    const first = openPort({ transport });
    const port = await portOf(first);
    await using second = openPort({ transport, port });
    await eventually("the reason", () => second.status.kind === "down" && second.status.reason.includes("EADDRINUSE"));
    expect(second.port).toBeUndefined();
    await first[Symbol.asyncDispose]();
    expect(await portOf(second)).toBe(port);
    expect(second.status).toEqual({ kind: "up" });
  });

  it("is one protocol's: a second is refused, and may have it when the first has let go", async () => {
    await using link = openPort({ transport });
    const first = serve(link);
    expect(() => serve(link)).toThrow(expect.objectContaining({ code: "link/taken" }));
    first[Symbol.dispose]();
    const second = serve(link);
    first[Symbol.dispose]();
    expect(() => serve(link)).toThrow(expect.objectContaining({ code: "link/taken" }));
    second[Symbol.dispose]();
  });

  it("stops at once when disposed, says why it is down, and can be bound again", async () => {
    const link = openPort({ transport });
    const port = await portOf(link);
    await link[Symbol.asyncDispose]();
    expect(link.status).toMatchObject({ kind: "down", reason: expect.stringContaining("closed") });
    expect(link.port).toBeUndefined();
    await using again = openPort({ transport, port });
    expect(await portOf(again)).toBe(port);
  });
});

describe("a listening port over TCP", () => {
  it("gives each caller's bytes to whoever serves, and takes the answers back", async () => {
    await using link = openPort();
    using served = serve(link);
    const port = await portOf(link);
    await using one = await Caller.call(port);
    await using other = await Caller.call(port);
    expect(await one.ask("hello")).toBe("HELLO");
    expect(await other.ask("world")).toBe("WORLD");
    expect(served.peers.map(({ text }) => text).toSorted()).toEqual(["hello", "world"]);
    expect(served.peers[0]?.peer.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it("hangs up while nobody serves it, and takes calls as soon as somebody does", async () => {
    await using link = openPort();
    const port = await portOf(link);
    await using early = await Caller.call(port);
    await early.untilClosed();
    using served = serve(link);
    await using late = await Caller.call(port);
    expect(await late.ask("hello")).toBe("HELLO");
    expect(served.peers).toHaveLength(1);
  });

  it("hangs up on everybody when the one who serves lets go, and says so to him", async () => {
    await using link = openPort();
    const served = serve(link);
    await using caller = await Caller.call(await portOf(link));
    await caller.ask("hello");
    served[Symbol.dispose]();
    expect(served.peers[0]?.peer.gone.reason).toMatchObject({
      code: "link/down",
      message: expect.stringContaining("nobody serves"),
    });
    await caller.untilClosed();
  });

  it("hangs up on everybody when it is disposed", async () => {
    const link = openPort();
    using served = serve(link);
    await using caller = await Caller.call(await portOf(link));
    await caller.ask("hello");
    await link[Symbol.asyncDispose]();
    expect(served.peers[0]?.peer.gone.aborted).toBe(true);
    await caller.untilClosed();
  });

  it("notices that a caller has hung up", async () => {
    await using link = openPort();
    using served = serve(link);
    await using caller = await Caller.call(await portOf(link));
    await caller.ask("hello");
    caller.socket.resetAndDestroy();
    expect(await eventually("gone", () => served.peers[0]?.peer.gone.aborted)).toBe(true);
  });

  it("still answers a caller who has closed his half, and then lets him go", async () => {
    await using link = openPort();
    using quiet = serveSilently(link);
    await using caller = await Caller.call(await portOf(link));
    caller.socket.end("alarm");
    const heard = await eventually("the words", () => quiet.peers.find(({ text }) => text === "alarm"));
    await systemClock.sleep(50);
    heard.peer.send(Buffer.from("ACK"));
    expect(await eventually("the answer", () => caller.text !== "" && caller.text)).toBe("ACK");
    await caller.untilClosed();
    await eventually("gone", () => heard.peer.gone.aborted);
  });

  it("hangs up on a caller who says nothing for too long, and on no other", async () => {
    await using link = openPort({ idleMs: 1_000 });
    using served = serve(link);
    const port = await portOf(link);
    await using silent = await Caller.call(port);
    await using talker = await Caller.call(port);
    while (!silent.isClosed) {
      expect(await talker.ask("still here")).toBe("STILL HERE");
      await systemClock.sleep(100);
    }
    expect(talker.isClosed).toBe(false);
    const reasons = served.peers.map(({ peer }) => String(peer.gone.reason));
    expect(reasons.filter((reason) => reason.includes("said nothing for too long"))).toHaveLength(1);
  });

  it("puts out the longest silent caller for one more than the maximum", async () => {
    await using link = openPort({ maxPeers: 3 });
    using served = serve(link);
    const port = await portOf(link);
    await using stack = new AsyncDisposableStack();
    const callers: Caller[] = [];
    for (let index = 0; index < 3; index += 1) {
      const caller = stack.use(await Caller.call(port));
      callers.push(caller);
      await caller.ask(`caller ${index}`);
      await systemClock.sleep(5);
    }
    await callers[0]?.ask("not silent");
    await using last = await Caller.call(port);
    await last.ask("one more");
    await callers[1]?.untilClosed();
    expect(callers.map(({ isClosed }) => isClosed)).toEqual([false, true, false]);
    const evicted = served.peers.find(({ text }) => text === "caller 1");
    expect(String(evicted?.peer.gone.reason)).toContain("others have called since");
  });

  it("never has more callers than the maximum, however many call at once", async () => {
    await using link = openPort({ maxPeers: 4 });
    using served = serve(link);
    const port = await portOf(link);
    await using stack = new AsyncDisposableStack();
    for (let index = 0; index < 40; index += 1) stack.use(new Caller(port));
    await eventually("all calls", () => served.peers.length === 40);
    expect(served.peers.filter(({ peer }) => !peer.gone.aborted)).toHaveLength(4);
    expect(served.peers.slice(-4).every(({ peer }) => !peer.gone.aborted)).toBe(true);
  });

  it("drops a caller who does not take what he is sent, and no sooner", async () => {
    await using link = openPort();
    using quiet = serveSilently(link);
    await using caller = await Caller.call(await portOf(link));
    caller.socket.pause();
    const answered = (await eventually("the peer", () => quiet.peers[0])).peer;
    answered.send(Buffer.alloc(1_024));
    expect(answered.gone.aborted).toBe(false);
    // The kernel takes some of it on both sides; what counts is that it ends.
    for (let sent = 0; sent < 5_000 && !answered.gone.aborted; sent += 1) {
      answered.send(Buffer.alloc(16 * 1_024));
      await new Promise(setImmediate);
    }
    expect(String(answered.gone.reason)).toContain("does not take what it is sent");
    answered.send(Buffer.from("into the void"));
  });

  it("does not mind a stranger's program on its port before it", async () => {
    const other = createServer();
    other.listen(0, HOST);
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using link = openPort({ port });
    await eventually("the reason", () => link.status.kind === "down" && link.status.reason.includes("EADDRINUSE"));
    other.close();
    expect(await portOf(link)).toBe(port);
  });
});
