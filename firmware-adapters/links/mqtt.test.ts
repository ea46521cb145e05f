import { once } from "node:events";
import { createServer, type Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../testing/fake-deps.ts";
import { openResources } from "../testing/open-resources.ts";
import type { MqttLink, MqttMessage } from "./link.ts";
import { openLink } from "./open-link.ts";
import { startAedes, startMosquitto, type TestBroker } from "./testing/brokers.ts";

const never = new AbortController().signal;
const noMosquitto = missingPeer(MOSQUITTO);
if (noMosquitto !== undefined) console.warn(`skipped against mosquitto: ${noMosquitto}`);

function openTo(url: string, clientId = "gateway"): MqttLink {
  return openLink({ id: "broker", kind: "mqtt", url, clientId }, { clock: systemClock, log: silentLog });
}

/** Resolves when the broker has taken our subscriptions: what we say to ourselves comes back. */
async function untilHearing(link: MqttLink): Promise<void> {
  const heard: MqttMessage[] = [];
  using _ = link.subscribe("test/echo", (message) => {
    heard.push(message);
  });
  for (let tries = 0; heard.length === 0; tries += 1) {
    if (tries > 1_000) throw new Error("nothing came back");
    await link.publish("test/echo", "", { retain: false }, never).catch(() => undefined);
    await systemClock.sleep(20);
  }
}

const said = ({ payload }: MqttMessage): string => payload.toString();

const brokers: readonly (readonly [string, () => Promise<TestBroker>, boolean])[] = [
  ["mosquitto", startMosquitto, noMosquitto !== undefined],
  ["aedes", startAedes, false],
];

for (const [name, start, isSkipped] of brokers) {
  describe.skipIf(isSkipped)(`an MQTT link to ${name}`, () => {
    it("hears what is said to its filters, and says things itself", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const heard: string[] = [];
      link.subscribe("button/+", (message) => {
        heard.push(`${message.topic} ${said(message)}`);
      });
      await untilHearing(link);
      expect(link.status).toEqual({ kind: "up" });
      const others = await broker.listen("lamp/#");
      await broker.say("button/1", "pressed");
      await broker.say("bell/1", "rung");
      await link.publish("lamp/1", "on", { retain: false }, never);
      await eventually("both", () => heard.length === 1 && others.length === 1);
      expect([heard, others]).toEqual([["button/1 pressed"], [{ topic: "lamp/1", payload: "on" }]]);
    });

    it("lets the broker know of a message only when it has been dealt with; until then it comes again", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const begun: string[] = [];
      const { promise: written, resolve: write } = Promise.withResolvers<void>();
      link.subscribe("button/1", async (message) => {
        begun.push(said(message));
        if (begun.length === 1) await written;
      });
      await untilHearing(link);
      await broker.say("button/1", "pressed");
      await eventually("the message", () => begun.length === 1);
      broker.dropConnections();
      await untilHearing(link);
      // The first is being dealt with still, and the same subscriber gets its messages one at a time.
      expect(begun).toEqual(["pressed"]);
      write();
      await eventually("the message again", () => begun.length === 2);
      expect(begun).toEqual(["pressed", "pressed"]);
      // Dealt with in the end, it does not come a third time.
      broker.dropConnections();
      await untilHearing(link);
      await broker.say("button/1", "again");
      await eventually("the next message", () => begun.includes("again"));
      expect(begun).toEqual(["pressed", "pressed", "again"]);
    });

    it("gets a message again that it did not take, and the ones after it once and in order", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const taken: string[] = [];
      let refusals = 0;
      link.subscribe("button/1", (message) => {
        if (said(message) === "2" && refusals < 2) {
          refusals += 1;
          throw new Error("the disk is full");
        }
        taken.push(said(message));
      });
      await untilHearing(link);
      for (const payload of ["1", "2", "3", "4"]) await broker.say("button/1", payload);
      await eventually("all of them", () => taken.includes("4"));
      expect(refusals).toBe(2);
      expect(taken).toEqual(["1", "2", "3", "4"]);
    });

    it("goes on hearing and saying while a message is being dealt with", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const heard: string[] = [];
      const { promise: written, resolve: write } = Promise.withResolvers<void>();
      link.subscribe("slow", async () => {
        // What a button does that shows its light while the press is being written down.
        await link.publish("lamp/1", "on", { retain: false }, never);
        heard.push("lamp");
        await written;
      });
      link.subscribe("quick", () => {
        heard.push("quick");
      });
      await untilHearing(link);
      await broker.say("slow", "");
      await eventually("the lamp", () => heard.includes("lamp"));
      await broker.say("quick", "");
      await eventually("the other one", () => heard.includes("quick"));
      expect(heard).toEqual(["lamp", "quick"]);
      write();
    });

    it("is told what it missed while it was away, and renews its subscriptions by itself", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const heard: string[] = [];
      link.subscribe("button/1", (message) => {
        heard.push(said(message));
      });
      await untilHearing(link);
      await broker.cut();
      await eventually("that it is down", () => link.status.kind === "down");
      await expect(link.publish("lamp/1", "on", { retain: false }, never)).rejects.toMatchObject({ code: "link/down" });
      await broker.say("button/1", "while away");
      link.subscribe("button/2", (message) => {
        heard.push(said(message));
      });
      await broker.mend();
      await untilHearing(link);
      await broker.say("button/2", "afterwards");
      await eventually("both", () => heard.length === 2);
      expect(heard.toSorted()).toEqual(["afterwards", "while away"]);
    });

    it("is told after its own restart what came in between, once somebody wants it", async () => {
      await using broker = await start();
      const before = openTo(broker.url);
      before.subscribe("button/1", () => undefined);
      await untilHearing(before);
      await before[Symbol.asyncDispose]();
      await broker.say("button/1", "in between");
      await using after = openTo(broker.url);
      await eventually("the connection", () => after.status.kind === "up");
      await systemClock.sleep(200);
      const heard: string[] = [];
      after.subscribe("button/1", (message) => {
        heard.push(said(message));
      });
      await eventually("what came in between", () => heard.length > 0);
      expect(heard).toEqual(["in between"]);
    });

    it("gives every subscriber of a filter what the broker keeps for it, whenever it comes", async () => {
      await using broker = await start();
      await broker.say("bridge/state", "online", { retain: true });
      await using link = openTo(broker.url);
      const heard: string[] = [];
      const listen = (who: string): Disposable =>
        link.subscribe("bridge/state", ({ isRetained }) => {
          heard.push(`${who} ${isRetained ? "kept" : "fresh"}`);
        });
      listen("A");
      await eventually("the first", () => heard.includes("A kept"));
      listen("B");
      await eventually("the second", () => heard.includes("B kept"));
      await broker.say("bridge/state", "offline");
      await eventually("the news", () => heard.includes("B fresh"));
      expect(heard.filter((one) => one.endsWith("fresh"))).toEqual(["A fresh", "B fresh"]);
    });

    it("does not hear of a filter any more that nobody wants", async () => {
      await using broker = await start();
      await using link = openTo(broker.url);
      const heard: string[] = [];
      const subscription = link.subscribe("button/1", (message) => {
        heard.push(said(message));
      });
      await untilHearing(link);
      subscription[Symbol.dispose]();
      await broker.say("button/1", "unwanted");
      await untilHearing(link);
      expect(heard).toEqual([]);
    });
  });
}

describe("an MQTT link", () => {
  it("says why it is down where nobody listens, and comes up when a broker does", async () => {
    await using broker = await startAedes();
    await broker.cut();
    await using link = openTo(broker.url);
    const statuses: string[] = [];
    link.onStatus(({ kind }) => statuses.push(kind));
    await eventually("the reason", () => link.status.kind === "down" && link.status.reason.includes("ECONNREFUSED"));
    await broker.mend();
    await eventually("that it is up", () => link.status.kind === "up");
    expect(statuses.at(0)).toBe("down");
    expect(statuses.at(-1)).toBe("up");
  });

  it("tries again at growing distances, and does not come down on a broker that hangs up at once", async () => {
    let calls = 0;
    const server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    await using link = openTo(`mqtt://127.0.0.1:${address.port}`);
    await systemClock.sleep(1_500);
    expect(link.status.kind).toBe("down");
    expect(calls).toBeGreaterThan(1);
    // 0.125 s at least, then 0.25, 0.5, 1: never more than four tries in that time.
    expect(calls).toBeLessThan(6);
    server.close();
  });

  it("gives a publication up that the broker does not take, and fails it at once when the connection goes", async () => {
    await using mute = await startMuteBroker();
    await using link = openTo(mute.url);
    await eventually("the connection", () => link.status.kind === "up");
    await expect(link.publish("t", "", { retain: false }, never)).rejects.toMatchObject({ code: "link/timeout" });
    const pending = link.publish("t", "", { retain: false }, never);
    const stop = new AbortController();
    const aborted = link.publish("t", "", { retain: false }, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(aborted).rejects.toThrow("stopped");
    mute.hangUp();
    await expect(pending).rejects.toMatchObject({ code: "link/down" });
  });

  it("drops what is longer than any message of ours, and hears the next", async () => {
    await using broker = await startAedes();
    await using link = openTo(broker.url);
    const heard: string[] = [];
    link.subscribe("button/1", (message) => {
      heard.push(said(message).slice(0, 10));
    });
    await untilHearing(link);
    await broker.say("button/1", Buffer.alloc(256 * 1024 + 1, "x"));
    await broker.say("button/1", Buffer.alloc(256 * 1024, "y"));
    await eventually("the next", () => heard.length > 0);
    expect(heard).toEqual(["yyyyyyyyyy"]);
  });

  it("leaves nothing open behind when it is disposed, connected or not", async () => {
    await using broker = await startAedes();
    const rounds = async (url: string, count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1) {
        await using link = openTo(url);
        link.subscribe("button/1", () => undefined);
        if (url === broker.url) await untilHearing(link);
        else await systemClock.sleep(50);
      }
    };
    await rounds(broker.url, 1);
    const before = await openResources();
    await rounds(broker.url, 3);
    // Nobody listens on the discard port, and 192.0.2.0/24 is nowhere: one try fails, the other is under way.
    await rounds("mqtt://127.0.0.1:9", 1);
    await rounds("mqtt://192.0.2.1:1883", 1);
    expect(await openResources()).toEqual(before);
    expect(broker.connections).toBe(0);
  });
});

/** A broker that lets everybody in and says nothing more. */
async function startMuteBroker() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.write(Buffer.of(0x20, 2, 0, 0)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    hangUp,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      hangUp();
      await closed;
    },
  };
}
