import { describe, expect, it } from "vitest";

import { said, testAccount } from "../testing/test-account.ts";

const PRESS = "#1234|Nri1/QA01";

describe("supervision", () => {
  it("takes a panel for lost that is silent for longer than its time and the margin, and back when it calls", async () => {
    await using test = await testAccount({ supervisionMs: 60_000, marginMs: 5_000 });
    expect(test.deps.lastStatus()).toMatchObject({
      state: "offline",
      reason: expect.stringContaining("not called yet"),
    });
    await test.hear('"NULL"0000L0#1234[]');
    expect(test.deps.lastStatus()?.state).toBe("online");
    expect(test.value("emergency")).toBe(0);
    await test.clock.advance(64_900);
    expect(test.deps.lastStatus()?.state).toBe("online");
    await test.clock.advance(200);
    expect(test.deps.lastStatus()).toMatchObject({ state: "offline", reason: "timeout: nothing heard for 65 s" });
    expect(test.value("emergency")).toBe("timeout");
    await test.hear(said("0001", PRESS));
    expect(test.deps.lastStatus()?.state).toBe("online");
    expect([test.value("emergency"), test.value("fire")]).toEqual([1, 0]);
  });

  it("begins again with any message", async () => {
    await using test = await testAccount({ supervisionMs: 60_000, marginMs: 0 });
    for (let number = 1; number <= 5; number += 1) {
      await test.hear(said(`000${number}`, "#1234|NRP"));
      await test.clock.advance(50_000);
      expect(test.deps.lastStatus()?.state).toBe("online");
    }
  });

  it("takes a panel for lost that never called", async () => {
    await using test = await testAccount({ supervisionMs: 60_000, marginMs: 0 });
    await test.clock.advance(61_000);
    expect(test.deps.lastStatus()).toMatchObject({ state: "offline", reason: expect.stringContaining("timeout") });
  });

  it("goes on over a restart: a panel that was heard lately is there, with what it had reported", async () => {
    await using test = await testAccount({ supervisionMs: 86_400_000 });
    await test.hear(said("0001", "#1234|Nri1/AT"));
    await test.clock.advance(7_200_000);
    await using next = await test.restart();
    expect(next.deps.lastStatus()?.state).toBe("online");
    expect([next.value("mainsLost"), next.value("fire")]).toEqual([1, 0]);
    await next.clock.advance(86_400_000 - 7_200_000 + 31_000);
    expect(next.deps.lastStatus()?.state).toBe("offline");
  });

  it("waits for a panel that was not heard for longer than its time, or of which nobody knows", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|Nri1/AT"));
    await test.clock.advance(600_000);
    await using next = await test.restart();
    expect(next.deps.lastStatus()?.state).toBe("offline");
    expect(next.value("mainsLost")).toBe("not-yet-read");
    await next.hear('"NULL"0000L0#1234[]');
    expect(next.value("mainsLost")).toBe(1);
    next.clock.confidence = "doubtful";
    await using doubtful = await next.restart();
    expect(doubtful.deps.lastStatus()?.state).toBe("offline");
  });

  it("raises a call anew that had not fallen back when the gateway died", async () => {
    await using test = await testAccount({ momentaryMs: 10_000 });
    await test.hear(said("0001", PRESS));
    await using next = await test.restart();
    expect(next.value("emergency")).toBe(1);
    await next.clock.advance(10_100);
    expect(next.value("emergency")).toBe(0);
    await using later = await next.restart();
    expect(later.value("emergency")).toBe(0);
  });

  it("says that the port is lost, and goes on where it was when it is back", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|Nri1/AT"));
    test.account.onLink({ kind: "down", reason: "EADDRINUSE" });
    expect(test.deps.lastStatus()).toMatchObject({ state: "offline", reason: "link-down: EADDRINUSE" });
    expect(test.value("mainsLost")).toBe("link-down");
    await test.clock.advance(200_000);
    expect(test.deps.lastStatus()?.reason).toContain("link-down");
    test.account.onLink({ kind: "up" });
    expect(test.value("mainsLost")).toBe("not-yet-read");
    await test.hear('"NULL"0000L0#1234[]');
    expect(test.value("mainsLost")).toBe(1);
  });
});
