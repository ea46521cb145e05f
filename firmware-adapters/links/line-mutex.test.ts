import { describe, expect, it } from "vitest";

import { LinkError } from "./errors.ts";
import { LineMutex } from "./line-mutex.ts";
import type { LinkPriority } from "./link.ts";

const never = new AbortController().signal;

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

/** Queues users in this order behind one that holds the line, then lets the line go; the order in which they get it. */
async function orderOfService(priorities: readonly LinkPriority[]): Promise<string[]> {
  const mutex = new LineMutex({ maxWaiting: 10 });
  const served: string[] = [];
  const release = await mutex.acquire("poll", never);
  const users = priorities.map(async (priority, index) => {
    const done = await mutex.acquire(priority, never);
    served.push(`${priority}${index}`);
    done();
  });
  release();
  await Promise.all(users);
  return served;
}

describe("the mutex of a line", () => {
  it("lets the highest priority in first, and within one the first to ask", async () => {
    expect(await orderOfService(["poll", "command", "poll", "alarm", "command", "alarm"])).toEqual([
      "alarm3",
      "alarm5",
      "command1",
      "command4",
      "poll0",
      "poll2",
    ]);
  });

  it("has one user at a time", async () => {
    const mutex = new LineMutex({ maxWaiting: 10 });
    let users = 0;
    let most = 0;
    const use = async (): Promise<void> => {
      const release = await mutex.acquire("poll", never);
      users += 1;
      most = Math.max(most, users);
      await settle();
      users -= 1;
      release();
    };
    await Promise.all([use(), use(), use()]);
    expect(most).toBe(1);
  });

  it("cannot be overtaken between being let go and being taken", async () => {
    const mutex = new LineMutex({ maxWaiting: 10 });
    const release = await mutex.acquire("poll", never);
    const waiting = mutex.acquire("poll", never);
    release();
    expect(mutex.tryAcquire()).toBeUndefined();
    (await waiting)();
    expect(mutex.tryAcquire()).toBeDefined();
  });

  it("turns away at maximum + 1", async () => {
    const mutex = new LineMutex({ maxWaiting: 2 });
    const release = await mutex.acquire("poll", never);
    const waiting = [mutex.acquire("poll", never), mutex.acquire("command", never)];
    await expect(mutex.acquire("command", never)).rejects.toMatchObject({ code: "link/busy" });
    release();
    for (const one of waiting.toReversed()) (await one)();
  });

  it("puts the last poll out for an alarm when it is full, and turns the alarm away only where no poll waits", async () => {
    const mutex = new LineMutex({ maxWaiting: 2 });
    const release = await mutex.acquire("poll", never);
    const first = mutex.acquire("poll", never);
    const last = mutex.acquire("poll", never);
    const alarms = [mutex.acquire("alarm", never)];
    await expect(last).rejects.toMatchObject({ code: "link/busy" });
    alarms.push(mutex.acquire("alarm", never));
    await expect(first).rejects.toMatchObject({ code: "link/busy" });
    await expect(mutex.acquire("alarm", never)).rejects.toMatchObject({ code: "link/busy" });
    release();
    for (const alarm of alarms) (await alarm)();
  });

  it("lets a waiting user go when its signal aborts, and forgets it", async () => {
    const mutex = new LineMutex({ maxWaiting: 2 });
    const release = await mutex.acquire("poll", never);
    const stop = new AbortController();
    const waiting = mutex.acquire("alarm", stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    expect(mutex.waiting).toBe(0);
    release();
    expect(mutex.tryAcquire()).toBeDefined();
  });

  it("turns everybody away at once who waits when the line is lost", async () => {
    const mutex = new LineMutex({ maxWaiting: 5 });
    const release = await mutex.acquire("poll", never);
    const waiting = [mutex.acquire("alarm", never), mutex.acquire("poll", never)];
    mutex.refuseWaiting(new LinkError("link/down", "lost"));
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "link/down" });
    release();
  });
});
