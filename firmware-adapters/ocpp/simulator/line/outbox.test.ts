import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { StationCall } from "../../words.ts";
import { LineError } from "./line.ts";
import { MAX_WAITING, Outbox, type TransactionMessage } from "./outbox.ts";

type Fate = "answer" | "lost" | "refused" | "offline";

/** An outbox whose line does with each message what the test says; without a word it answers. */
function bench(attempts = 3) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const fates: Fate[] = [];
  const flags = { losesAnswer: false, sendsTwice: false };
  const take = (flag: keyof typeof flags): boolean => {
    const isSet = flags[flag];
    flags[flag] = false;
    return isSet;
  };
  const outbox = new Outbox({
    clock,
    async send({ action }: StationCall) {
      sent.push(action);
      const fate = fates.shift() ?? "answer";
      if (fate !== "answer") throw new LineError(fate, fate);
      return { to: action };
    },
    retries: () => ({ attempts, waitMs: 1_000 }),
    losesAnswer: () => take("losesAnswer"),
    sendsTwice: () => take("sendsTwice"),
    keeps: 10,
  });
  const heard: string[] = [];
  const message = (action: string, kind: TransactionMessage["kind"] = "meter"): TransactionMessage => ({
    kind,
    make: () => ({ action, payload: {} }),
    onAnswer: () => void heard.push(`${action} answered`),
    onGivenUp: () => void heard.push(`${action} given up`),
  });
  const stop = new AbortController();
  const running = outbox.run(stop.signal).catch(() => {});
  return {
    clock,
    outbox,
    sent,
    fates,
    flags,
    heard,
    message,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

describe("the queue of transaction messages", () => {
  it("sends nothing before it may, then everything in order, one at a time", async () => {
    await using here = bench();
    for (const name of ["a", "b", "c"]) here.outbox.push(here.message(name));
    await here.clock.advance(60_000);
    expect(here.sent).toEqual([]);
    here.outbox.open();
    await here.clock.advance(0);
    expect(here.heard).toEqual(["a answered", "b answered", "c answered"]);
    expect(here.outbox.acknowledged.map(({ action, sends }) => [action, sends])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
  });

  it("tries again after a refusal or silence, each time later, and holds the others back meanwhile", async () => {
    await using here = bench();
    here.fates.push("refused", "lost");
    here.outbox.open();
    here.outbox.push(here.message("a"));
    here.outbox.push(here.message("b"));
    await here.clock.advance(0);
    await here.clock.advance(999);
    expect(here.sent).toEqual(["a"]);
    await here.clock.advance(1);
    expect(here.sent).toEqual(["a", "a"]);
    await here.clock.advance(1_999);
    expect(here.sent).toEqual(["a", "a"]);
    await here.clock.advance(1);
    expect(here.sent).toEqual(["a", "a", "a", "b"]);
    expect(here.heard).toEqual(["a answered", "b answered"]);
  });

  it("drops a message after its last try, and goes on with the next", async () => {
    await using here = bench(2);
    here.fates.push("lost", "lost");
    here.outbox.open();
    here.outbox.push(here.message("a"));
    here.outbox.push(here.message("b"));
    await here.clock.advance(0);
    await here.clock.advance(1_000);
    expect(here.heard).toEqual(["a given up", "b answered"]);
  });

  it("does not count a lost line as a try, and waits until it is back", async () => {
    await using here = bench(1);
    here.fates.push("offline");
    here.outbox.open();
    here.outbox.push(here.message("a"));
    await here.clock.advance(60_000);
    expect(here.sent).toEqual(["a"]);
    expect(here.outbox.length).toBe(1);
    here.outbox.open();
    await here.clock.advance(0);
    expect(here.heard).toEqual(["a answered"]);
  });

  it("can lose an answer on its way, and say everything twice", async () => {
    await using here = bench();
    here.flags.losesAnswer = true;
    here.flags.sendsTwice = true;
    here.outbox.open();
    here.outbox.push(here.message("a"));
    await here.clock.advance(0);
    await here.clock.advance(1_000);
    expect(here.sent).toEqual(["a", "a", "a"]);
    expect(here.outbox.acknowledged).toMatchObject([{ action: "a", sends: 2 }]);
  });

  it("thins meter values when it is full, and never a start or a stop", async () => {
    await using here = bench();
    here.outbox.push(here.message("start", "start"));
    for (let index = 0; index < MAX_WAITING - 1; index += 1) here.outbox.push(here.message(`m${index}`));
    expect(here.outbox.length).toBe(MAX_WAITING);
    here.outbox.push(here.message("stop", "stop"));
    expect(here.outbox.length).toBe(2 + Math.floor((MAX_WAITING - 1) / 2));
    here.outbox.open();
    await here.clock.advance(0);
    expect(here.sent[0]).toBe("start");
    expect(here.sent.at(-1)).toBe("stop");
  });
});
