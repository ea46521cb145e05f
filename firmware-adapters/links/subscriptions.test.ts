import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { MqttMessage } from "./link.ts";
import { Subscriptions } from "./subscriptions.ts";

const never = new AbortController().signal;

function messageOn(topic: string, payload = ""): MqttMessage {
  return { topic, payload: Buffer.from(payload), isRetained: false, isSentAgain: false };
}

function bench() {
  const clock = new ManualClock();
  const told: string[] = [];
  const subscriptions = new Subscriptions({
    clock,
    onWanted: (filter) => told.push(`+${filter}`),
    onUnwanted: (filter) => told.push(`-${filter}`),
  });
  const heard: string[] = [];
  const listen = (who: string, filter: string) =>
    subscriptions.add(filter, ({ topic, payload }) => {
      heard.push(`${who} ${topic} ${payload.toString()}`.trim());
    });
  return { clock, told, heard, listen, subscriptions };
}

describe("subscriptions", () => {
  it("give a message to everybody who wants it and to nobody else", async () => {
    const { subscriptions, heard, listen } = bench();
    listen("A", "button/1");
    listen("B", "button/+");
    listen("C", "button/2");
    await subscriptions.deliver(messageOn("button/1"), never);
    expect(heard).toEqual(["A button/1", "B button/1"]);
  });

  it("ask the broker again for every subscriber, because it sends what it keeps only to who asks", () => {
    const { told, listen } = bench();
    listen("A", "bridge/state");
    listen("B", "bridge/state");
    expect(told).toEqual(["+bridge/state", "+bridge/state"]);
  });

  it("keep a message up to five seconds after the start for whoever comes, in the order of arrival", async () => {
    const { subscriptions, clock, heard, listen } = bench();
    const first = subscriptions.deliver(messageOn("button/1", "first"), never);
    const second = subscriptions.deliver(messageOn("button/1", "second"), never);
    await clock.advance(4_900);
    expect(heard).toEqual([]);
    listen("A", "button/1");
    const third = subscriptions.deliver(messageOn("button/1", "third"), never);
    await Promise.all([first, second, third]);
    expect(heard).toEqual(["A button/1 first", "A button/1 second", "A button/1 third"]);
  });

  it("give a message up when nobody came in that time, and later at once", async () => {
    const { subscriptions, clock, heard, listen } = bench();
    let isGivenUp = false;
    const waiting = subscriptions.deliver(messageOn("button/1"), never).then(() => (isGivenUp = true));
    await clock.advance(4_999);
    expect(isGivenUp).toBe(false);
    await clock.advance(1);
    await waiting;
    await subscriptions.deliver(messageOn("button/1"), never);
    listen("A", "button/1");
    expect(heard).toEqual([]);
  });

  it("keep a message while a subscriber is away for a moment, and nobody else's message with it", async () => {
    const { subscriptions, clock, heard, listen } = bench();
    await clock.advance(60_000);
    const old = listen("old", "button/1");
    listen("other", "button/2");
    old[Symbol.dispose]();
    await clock.advance(2_000);
    const waiting = subscriptions.deliver(messageOn("button/1"), never);
    await subscriptions.deliver(messageOn("button/2"), never);
    expect(heard).toEqual(["other button/2"]);
    listen("new", "button/1");
    await waiting;
    expect(heard).toEqual(["other button/2", "new button/1"]);
  });

  it("tell the broker when a filter has had no subscriber for five seconds, and not when one came back", async () => {
    const { clock, told, listen, subscriptions } = bench();
    listen("A", "button/1")[Symbol.dispose]();
    await clock.advance(3_000);
    listen("A", "button/1")[Symbol.dispose]();
    await clock.advance(4_999);
    expect(told).toEqual(["+button/1", "+button/1"]);
    expect(subscriptions.filters).toEqual(["button/1"]);
    await clock.advance(1);
    expect(told).toEqual(["+button/1", "+button/1", "-button/1"]);
    expect(subscriptions.filters).toEqual([]);
  });

  it("let each subscriber finish a message before it gets the next, and nobody wait for another", async () => {
    const { subscriptions, heard, listen } = bench();
    const { promise: written, resolve: write } = Promise.withResolvers<void>();
    const begun: string[] = [];
    subscriptions.add("slow", async ({ payload }) => {
      begun.push(payload.toString());
      await written;
    });
    listen("quick", "quick");
    const slow = [messageOn("slow", "1"), messageOn("slow", "2")].map((one) => subscriptions.deliver(one, never));
    await subscriptions.deliver(messageOn("quick"), never);
    expect(begun).toEqual(["1"]);
    expect(heard).toEqual(["quick quick"]);
    write();
    await Promise.all(slow);
    expect(begun).toEqual(["1", "2"]);
  });

  it("reject where a subscriber rejects, and begin with nothing more of a connection that is over", async () => {
    const { subscriptions } = bench();
    const over = new AbortController();
    let begun = 0;
    subscriptions.add("button/1", async () => {
      begun += 1;
      throw new Error("the disk is full");
    });
    const first = subscriptions.deliver(messageOn("button/1"), over.signal);
    const second = subscriptions.deliver(messageOn("button/1"), over.signal);
    const ends = Promise.allSettled([first, second]);
    await expect(first).rejects.toThrow("the disk is full");
    await expect(second).rejects.toThrow("an earlier message was not taken");
    over.abort(new Error("the connection is over"));
    expect((await ends).map((end) => end.status)).toEqual(["rejected", "rejected"]);
    expect(begun).toBe(1);
    await expect(subscriptions.deliver(messageOn("button/1"), over.signal)).rejects.toThrow("over");
    expect(begun).toBe(1);
  });

  it("hand a message that waited for its turn to the successor of a subscriber that has gone", async () => {
    const { subscriptions, clock, heard, listen } = bench();
    await clock.advance(60_000);
    const { promise: written, resolve: write } = Promise.withResolvers<void>();
    const old = subscriptions.add("button/1", () => written);
    const first = subscriptions.deliver(messageOn("button/1", "first"), never);
    const second = subscriptions.deliver(messageOn("button/1", "second"), never);
    await Promise.resolve();
    old[Symbol.dispose]();
    write();
    await first;
    await new Promise(setImmediate);
    listen("new", "button/1");
    await second;
    expect(heard).toEqual(["new button/1 second"]);
  });

  it("end what waits for somebody when the link is closed", async () => {
    const { subscriptions } = bench();
    const waiting = subscriptions.deliver(messageOn("button/1"), never);
    subscriptions[Symbol.dispose]();
    await expect(waiting).rejects.toThrow("the link was closed");
  });
});
