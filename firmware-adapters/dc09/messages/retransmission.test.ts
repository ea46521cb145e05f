import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { fakeDeps } from "../../testing/fake-deps.ts";
import { START_MS, said, testAccount } from "../testing/test-account.ts";
import { findRepeated, type Taken } from "./retransmission.ts";

const PRESS = "#1234|Nri1/QA01";
const ACK = (sequence: string): string => `"ACK"${sequence}R0L0#1234[]`;

describe("the same message again", () => {
  it.each([
    ["after 20 s", 20_000, undefined],
    ["at once", 0, undefined],
    ["for minutes, every 20 s", 20_000, undefined],
    ["after 20 s with the time it had", 20_000, START_MS],
  ])("%s is one record, acknowledged each time", async (_, pauseMs, time) => {
    await using test = await testAccount();
    for (let round = 0; round < 12; round += 1) {
      expect(await test.hear(said("0001", PRESS, time), `10.0.0.1:${round}`)).toBe(ACK("0001"));
      await test.clock.advance(pauseMs);
    }
    expect(test.deps.commits).toHaveLength(1);
    expect(test.occurrences()).toHaveLength(1);
  });

  it("is one record where its sender gives each try its own time", async () => {
    await using test = await testAccount();
    for (let round = 0; round < 5; round += 1) {
      expect(await test.hear(said("0001", PRESS, test.clock.now().wallMs))).toBe(ACK("0001"));
      await test.clock.advance(20_000);
    }
    expect(test.deps.commits).toHaveLength(1);
  });

  it("is one record though the gateway was killed between its commit and its acknowledgement", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", PRESS));
    const [commit] = test.deps.commits;
    // What was in the transaction is all that the disk has; the acknowledgement was never sent.
    const rows = new Map(Object.entries(commit?.rows ?? {}).filter((row): row is [string, string] => row[1] !== null));
    const deps = fakeDeps({ clock: test.clock, rows, knownKeys: new Set([commit?.key ?? ""]) });
    await test.clock.advance(300_000);
    await using next = await testAccount({}, { clock: test.clock, deps });
    expect(await next.hear(said("0001", PRESS, test.clock.now().wallMs))).toBe(ACK("0001"));
    expect(next.deps.commits).toHaveLength(0);
    expect(next.occurrences()).toHaveLength(0);
    expect(await next.hear(said("0002", PRESS))).toBe(ACK("0002"));
    expect(next.deps.commits).toHaveLength(1);
  });

  it("is one record though the gateway was killed before the commit", async () => {
    await using test = await testAccount();
    const release = test.deps.holdCommits();
    expect(await test.hear(said("0001", PRESS))).toBeUndefined();
    await using next = await testAccount({}, { clock: test.clock, deps: test.deps.restarted() });
    expect(await next.hear(said("0001", PRESS))).toBe(ACK("0001"));
    expect(next.deps.commits).toHaveLength(1);
    release();
  });

  it("shows nothing anew that the disk knows and the memory does not", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|Nri1/AT", START_MS));
    const knownKeys = new Set(test.deps.commits.map(({ key }) => key));
    await using next = await testAccount({}, { clock: test.clock, deps: fakeDeps({ clock: test.clock, knownKeys }) });
    expect(await next.hear(said("0001", "#1234|Nri1/AT", START_MS))).toBe(ACK("0001"));
    await next.hear('"NULL"0000L0#1234[]');
    expect(next.value("mainsLost")).toBe(0);
  });

  it("is acknowledged only when it is known what was taken before; its alarm sounds at once", async () => {
    const clock = new ManualClock({ wallMs: START_MS });
    const memory = { ...fakeDeps({ clock }).memory, isRestored: false };
    const deps = { ...fakeDeps({ clock }), memory };
    await using test = await testAccount({}, { clock, deps });
    expect(await test.hear(said("0001", PRESS))).toBeUndefined();
    expect(
      deps.events.findLast((event) => event.kind === "measurement" && event.pointId === "emergency"),
    ).toMatchObject({
      reading: { quality: "good", value: 1 },
    });
    expect(test.value("fire")).toBe("not-yet-read");
    memory.isRestored = true;
    await clock.advance(1_000);
    expect(test.value("fire")).toBe(0);
    expect(await test.hear(said("0001", PRESS))).toBe(ACK("0001"));
    expect(deps.commits).toHaveLength(1);
  });

  it("is one record after a restart where it was acknowledged just before", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", PRESS));
    await using next = await test.restart();
    await next.clock.advance(20_000);
    expect(await next.hear(said("0001", PRESS))).toBe(ACK("0001"));
    expect(next.deps.commits).toHaveLength(0);
  });

  it("needs no right time where it is on disk already, and still is no sign of life", async () => {
    await using test = await testAccount({ supervisionMs: 60_000, marginMs: 0 });
    await test.hear(said("0001", PRESS, START_MS));
    for (let round = 0; round < 5; round += 1) {
      await test.clock.advance(20_000);
      expect(await test.hear(said("0001", PRESS, START_MS))).toBe(ACK("0001"));
    }
    await test.clock.advance(20_000);
    expect(test.deps.lastStatus()?.state).toBe("offline");
    expect(test.deps.commits).toHaveLength(1);
  });
});

describe("a new message under an old number", () => {
  it("is another record when the numbers have come round", async () => {
    await using test = await testAccount({ isTimeChecked: false });
    await test.hear(said("0001", PRESS));
    for (let number = 2; number <= 9_999; number += 1) {
      await test.hear(`"NULL"${String(number).padStart(4, "0")}L0#1234[]`);
      if (number % 100 === 0) await test.clock.advance(60_000);
    }
    expect(await test.hear(said("0001", PRESS))).toBe(ACK("0001"));
    expect(test.deps.commits).toHaveLength(2);
    expect(new Set(test.deps.commits.map(({ key }) => key)).size).toBe(2);
  });

  it("is another record when the panel was restarted, whether it tells the time or not", async () => {
    for (const hasTime of [true, false]) {
      await using test = await testAccount();
      const press = (): string => said("0001", PRESS, hasTime ? test.clock.now().wallMs : undefined);
      await test.hear(press());
      await test.clock.advance(600_000);
      expect(await test.hear(press())).toBe(ACK("0001"));
      expect(test.deps.commits).toHaveLength(2);
      expect(test.value("emergency")).toBe(1);
    }
  });

  it("is another record at once where it says something else, or gives another time", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", PRESS, START_MS));
    await test.hear(said("0001", "#1234|Nri1/QA02", START_MS));
    await test.clock.advance(2_000);
    await test.hear(said("0001", PRESS, START_MS + 2_000));
    expect(test.deps.commits).toHaveLength(3);
  });

  it("is another record after a restart of both", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|NRR"));
    await using next = await test.restart();
    await next.clock.advance(600_000);
    expect(await next.hear(said("0001", "#1234|NRR"))).toBe(ACK("0001"));
    expect(next.deps.commits).toHaveLength(1);
  });
});

describe("what a message repeats", () => {
  const SECOND = 1_000;
  const HOUR = 3_600_000;
  const taken: Taken = {
    sequence: "0007",
    digest: "d",
    key: "k",
    sentAtMs: [],
    seen: { wallMs: 0, monotonicMs: 0 },
    isCommitted: true,
    isAcknowledged: true,
    isOvertaken: false,
  };
  const message = { sequence: "0007", digest: "d", sentAtMs: undefined };
  const inThePast = { wallMs: 0, monotonicMs: undefined };

  it.each<[string, Partial<Taken>, { sequence?: string; digest?: string; sentAtMs?: number }, number, boolean]>([
    ["the same within the pause", {}, {}, 119 * SECOND, true],
    ["the same after it", {}, {}, 121 * SECOND, false],
    ["another number", {}, { sequence: "0008" }, 0, false],
    ["other words", {}, { digest: "e" }, 0, false],
    ["never acknowledged, hours later", { isAcknowledged: false }, {}, 23 * HOUR, true],
    ["never acknowledged, days later", { isAcknowledged: false }, {}, 25 * HOUR, false],
    ["the same time, however old", { sentAtMs: [5, 6] }, { sentAtMs: 6 }, 100 * HOUR, true],
    ["a new time, too soon for a retry", { sentAtMs: [5] }, { sentAtMs: 6 }, 4 * SECOND, false],
    ["a new time, as a retry would come", { sentAtMs: [5] }, { sentAtMs: 6 }, 20 * SECOND, true],
    ["a new time, with others in between", { sentAtMs: [5], isOvertaken: true }, { sentAtMs: 6 }, 20 * SECOND, false],
    ["a new time, too late for a retry", { sentAtMs: [5] }, { sentAtMs: 6 }, 46 * SECOND, false],
    ["no time, with others in between", { isOvertaken: true }, {}, 20 * SECOND, true],
    ["before a restart, within the pause", { seen: inThePast }, {}, 60 * SECOND, true],
    ["before a restart, after it", { seen: inThePast }, {}, 121 * SECOND, false],
    ["before a restart, never acknowledged", { seen: inThePast, isAcknowledged: false }, {}, HOUR, true],
    ["heard after now, for the clock went back", { seen: { wallMs: HOUR, monotonicMs: undefined } }, {}, 0, false],
  ])("%s", (_, change, says, agoMs, isRepeated) => {
    const now = { wallMs: agoMs, monotonicMs: agoMs, isClockConfident: true };
    const found = findRepeated([{ ...taken, ...change }], { ...message, ...says }, now, 120 * SECOND);
    expect(found !== undefined).toBe(isRepeated);
  });

  it("is unknown by age while the clock is doubtful: only what was never acknowledged counts", () => {
    const now = { wallMs: 10, monotonicMs: 10, isClockConfident: false };
    const before = { ...taken, seen: inThePast };
    expect(findRepeated([before], message, now, 120 * SECOND)).toBeUndefined();
    expect(findRepeated([{ ...before, isAcknowledged: false }], message, now, 120 * SECOND)).toBeDefined();
  });
});
