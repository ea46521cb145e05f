import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../testing/fake-deps.ts";
import { Datagrams, openPort, portOf, serve } from "./testing/callers.ts";

describe("a listening port over UDP", () => {
  it("takes each address for a peer, and answers where the datagram came from", async () => {
    await using link = openPort({ transport: "udp" });
    using served = serve(link);
    const port = await portOf(link);
    await using one = new Datagrams(port);
    await using other = new Datagrams(port);
    expect(await one.ask("hello")).toBe("HELLO");
    expect(await other.ask("world")).toBe("WORLD");
    expect(await one.ask("again")).toBe("AGAIN");
    expect(served.peers).toHaveLength(2);
  });

  it("forgets an address that is silent, and takes it for a new peer afterwards", async () => {
    await using link = openPort({ transport: "udp", idleMs: 1_000 });
    using served = serve(link);
    await using caller = new Datagrams(await portOf(link));
    await caller.ask("hello");
    await eventually("gone", () => served.peers[0]?.peer.gone.aborted);
    expect(await caller.ask("again")).toBe("AGAIN");
    expect(served.peers).toHaveLength(2);
  });

  it("turns datagrams away while nobody serves, and hears the same address as soon as somebody does", async () => {
    await using link = openPort({ transport: "udp" });
    await using caller = new Datagrams(await portOf(link));
    caller.send("nobody hears this");
    await systemClock.sleep(100);
    using served = serve(link);
    expect(await caller.ask("hello")).toBe("HELLO");
    expect(served.peers).toHaveLength(1);
  });

  it("puts out the longest silent address for one more than the maximum", async () => {
    await using link = openPort({ transport: "udp", maxPeers: 2 });
    using served = serve(link);
    const port = await portOf(link);
    await using one = new Datagrams(port);
    await using two = new Datagrams(port);
    await using three = new Datagrams(port);
    await one.ask("one");
    await two.ask("two");
    await one.ask("one");
    await three.ask("three");
    const states = served.peers.map(({ text, peer }) => [text.slice(0, 3), peer.gone.aborted]);
    expect(states).toEqual([
      ["one", false],
      ["two", true],
      ["thr", false],
    ]);
  });

  it("does not let an old peer's end touch the new one at the same address", async () => {
    await using link = openPort({ transport: "udp" });
    using served = serve(link);
    await using caller = new Datagrams(await portOf(link));
    await caller.ask("hello");
    const [first] = served.peers;
    first?.peer.drop("enough");
    await caller.ask("again");
    first?.peer.drop("enough, I said");
    await caller.ask("third");
    expect(served.peers).toHaveLength(2);
    expect(served.peers[1]?.peer.gone.aborted).toBe(false);
  });

  it("drops everybody when it is disposed", async () => {
    const link = openPort({ transport: "udp" });
    using served = serve(link);
    await using caller = new Datagrams(await portOf(link));
    await caller.ask("hello");
    await link[Symbol.asyncDispose]();
    expect(served.peers[0]?.peer.gone.aborted).toBe(true);
    served.peers[0]?.peer.send(Buffer.from("into the void"));
  });
});
