import { describe, expect, it } from "vitest";

import { Arrivals, MAX_UNDER_WAY } from "./arrivals.ts";
import type { MqttMessage } from "./link.ts";

const message: MqttMessage = { topic: "t", payload: Buffer.alloc(0), isRetained: false, isSentAgain: false };

function bench() {
  const acknowledged: number[] = [];
  const givenUp: unknown[] = [];
  const deals: PromiseWithResolvers<void>[] = [];
  let read = 0;
  const arrivals = new Arrivals({
    deliver() {
      const deal = Promise.withResolvers<void>();
      deals.push(deal);
      return deal.promise;
    },
    acknowledge: (messageId) => acknowledged.push(messageId),
    giveUp: (reason) => givenUp.push(reason),
  });
  return {
    acknowledged,
    givenUp,
    arrivals,
    read: () => read,
    take: (messageId: number | undefined) => arrivals.take({ message, messageId }, () => (read += 1)),
    done: async (which: number) => {
      deals[which]?.resolve();
      await new Promise(setImmediate);
    },
    refuse: async (which: number) => {
      deals[which]?.reject(new Error("no"));
      await new Promise(setImmediate);
    },
  };
}

describe("arrivals", () => {
  it("are begun with at once and acknowledged in the order of arrival, those of QoS 0 not at all", async () => {
    const { take, done, acknowledged, read } = bench();
    for (const messageId of [7, undefined, 8, 9]) take(messageId);
    expect(read()).toBe(4);
    await done(2);
    await done(1);
    expect(acknowledged).toEqual([]);
    await done(0);
    expect(acknowledged).toEqual([7, 8]);
    await done(3);
    expect(acknowledged).toEqual([7, 8, 9]);
  });

  it("hold the broker back at their maximum, and read on when there is room", async () => {
    const { take, done, read } = bench();
    for (let messageId = 1; messageId <= MAX_UNDER_WAY; messageId += 1) take(messageId);
    expect(read()).toBe(MAX_UNDER_WAY - 1);
    await done(5);
    expect(read()).toBe(MAX_UNDER_WAY - 1);
    await done(0);
    expect(read()).toBe(MAX_UNDER_WAY);
  });

  it("give the connection up once where one is not taken, and acknowledge nothing after that", async () => {
    const { take, done, refuse, acknowledged, givenUp } = bench();
    for (const messageId of [1, 2, 3]) take(messageId);
    await done(0);
    await refuse(1);
    await refuse(2);
    expect(acknowledged).toEqual([1]);
    expect(givenUp).toHaveLength(1);
  });

  it("acknowledge nothing on a connection that has gone", async () => {
    const { take, done, acknowledged, arrivals, givenUp, refuse } = bench();
    take(1);
    take(2);
    arrivals.end();
    await done(0);
    await refuse(1);
    expect([acknowledged, givenUp]).toEqual([[], []]);
  });
});
