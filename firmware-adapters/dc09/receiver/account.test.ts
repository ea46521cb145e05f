import { describe, expect, it } from "vitest";

import { START_MS, said, sealed, settled, testAccount, unsealed } from "../testing/test-account.ts";

const PRESS = "#1234|Nri1/QA01";
const ACK = (sequence: string): string => `"ACK"${sequence}R0L0#1234[]`;

describe("what a panel reports", () => {
  it("turns its points on, and off again, and says what happened", async () => {
    await using test = await testAccount({ zones: [{ zone: 3, id: "bedroom" }] });
    expect(await test.hear(said("0001", "#1234|Nti10:23/id7/ri2/FA3^卧室^][V clip][T1", undefined))).toBe(ACK("0001"));
    expect([test.value("fire"), test.value("zone.bedroom"), test.value("tamper")]).toEqual([1, 1, 0]);
    expect(test.occurrences()).toMatchObject([
      {
        name: "fire-alarm",
        details: {
          format: "sia",
          code: "FA",
          zone: 3,
          zoneId: "bedroom",
          partition: "2",
          user: "7",
          time: "10:23",
          sequence: "0001",
          xdata: "[V clip][T1]",
        },
      },
    ]);
    await test.hear(said("0002", "#1234|Nri1/FH3"));
    expect([test.value("fire"), test.value("zone.bedroom")]).toEqual([0, 0]);
    expect(test.deps.commits.map(({ events }) => events.map((event) => event.kind))).toEqual([
      ["occurrence", "measurement", "measurement"],
      ["occurrence", "measurement", "measurement"],
    ]);
  });

  it("keeps a point on until the last of its zones is well", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "1130 01 003", undefined, "ADM-CID"));
    await test.hear(said("0002", "1131 01 004", undefined, "ADM-CID"));
    await test.hear(said("0003", "3130 01 003", undefined, "ADM-CID"));
    expect(test.value("burglary")).toBe(1);
    await test.hear(said("0004", "3131 01 004", undefined, "ADM-CID"));
    expect(test.value("burglary")).toBe(0);
  });

  it("takes several events of one message in their order", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|Nri1/AT/YT/AR"));
    expect([test.value("mainsLost"), test.value("batteryLow")]).toEqual([0, 1]);
    expect(test.deps.commits).toHaveLength(1);
    expect(test.occurrences().map(({ name }) => name)).toEqual(["mains-lost", "system-battery-low", "mains-restored"]);
  });

  it("lets a call fall back by itself, later where it is made again", async () => {
    await using test = await testAccount({ momentaryMs: 5_000, zones: [{ zone: 1, id: "pendant" }] });
    await test.hear(said("0001", PRESS));
    expect([test.value("emergency"), test.value("zone.pendant")]).toEqual([1, 1]);
    await test.clock.advance(4_000);
    await test.hear(said("0002", PRESS));
    await test.clock.advance(4_000);
    expect([test.value("emergency"), test.value("zone.pendant")]).toEqual([1, 1]);
    await test.clock.advance(1_100);
    expect([test.value("emergency"), test.value("zone.pendant")]).toEqual([0, 0]);
    expect(test.occurrences()).toHaveLength(2);
  });

  it("keeps codes that nobody knows, with what was said, and acknowledges them", async () => {
    await using test = await testAccount();
    expect(await test.hear(said("0001", "#1234|Nri1/VV07^strange^"))).toBe(ACK("0001"));
    expect(await test.hear(said("0002", "1999 01 003", undefined, "ADM-CID"))).toBe(ACK("0002"));
    expect(test.occurrences()).toMatchObject([
      { name: "unknown-event", details: { code: "VV", zone: 7, text: "strange" } },
      { name: "unknown-event", details: { code: "999", zone: 3, qualifier: "new" } },
    ]);
  });

  it("keeps messages that mean nothing, and says that they need not come again", async () => {
    await using test = await testAccount();
    expect(await test.hear(said("0001", "%%%"))).toBe('"DUH"0001R0L0#1234[]');
    expect(await test.hear(said("0002", "hello", undefined, "SIA-PUL"))).toBe('"DUH"0002R0L0#1234[]');
    expect(test.occurrences()).toMatchObject([
      { name: "unreadable-message", details: { id: "SIA-DCS", text: "%%%" } },
      { name: "unreadable-message", details: { id: "SIA-PUL", text: "hello" } },
    ]);
    expect(test.deps.commits).toHaveLength(2);
    expect(await test.hear(said("0002", "hello", undefined, "SIA-PUL"))).toBe('"DUH"0002R0L0#1234[]');
    expect(test.deps.commits).toHaveLength(2);
  });

  it("takes an alarm under number 0000, which is none", async () => {
    await using test = await testAccount();
    expect(await test.hear(said("0000", PRESS))).toBe(ACK("0000"));
    expect(test.value("emergency")).toBe(1);
  });

  it("acknowledges supervision and empty messages at once, and writes nothing down for them", async () => {
    await using test = await testAccount();
    expect(await test.hear('"NULL"0000R5L1#1234[]')).toBe('"ACK"0000R5L1#1234[]');
    expect(await test.hear('"SIA-DCS"0007L1#1234[ ][ ]')).toBe('"ACK"0007R0L1#1234[]');
    expect(test.deps.commits).toEqual([]);
  });

  it("can be told to forget what was never taken back", async () => {
    await using test = await testAccount();
    await test.hear(said("0001", "#1234|Nri1/BA01"));
    await test.account.forget("wang");
    expect(test.value("burglary")).toBe(0);
    expect(test.occurrences().at(-1)).toMatchObject({ name: "conditions-forgotten", details: { actor: "wang" } });
    await using next = await test.restart();
    await next.hear('"NULL"0000L0#1234[]');
    expect(next.value("burglary")).toBe(0);
  });
});

describe("the acknowledgement", () => {
  it("waits for the disk, and the alarm does not", async () => {
    await using test = await testAccount();
    const release = test.deps.holdCommits();
    expect(await test.hear(said("0001", PRESS))).toBeUndefined();
    expect(test.value("emergency")).toBe(1);
    release();
    await settled();
    expect(test.answers).toEqual([ACK("0001")]);
  });

  it("does not come from a broken disk, whose alarms sound all the same; the record is made when it is mended", async () => {
    await using test = await testAccount();
    test.deps.isDiskBroken = true;
    expect(await test.hear(said("0001", PRESS))).toBeUndefined();
    expect(await test.hear(said("0001", PRESS))).toBeUndefined();
    expect(test.value("emergency")).toBe(1);
    test.deps.isDiskBroken = false;
    expect(await test.hear(said("0001", PRESS))).toBe(ACK("0001"));
    expect(test.deps.commits).toHaveLength(1);
  });

  it("is given to every way by which the message came while it was being written", async () => {
    await using test = await testAccount();
    const release = test.deps.holdCommits();
    await test.hear(said("0001", PRESS), "10.0.0.1:1");
    await test.hear(said("0001", PRESS), "10.0.0.2:2");
    await test.hear(said("0002", PRESS), "10.0.0.1:1");
    release();
    await settled();
    expect(test.answers.toSorted()).toEqual([ACK("0001"), ACK("0001"), ACK("0002")]);
    expect(test.deps.commits).toHaveLength(2);
  });

  it("waits for no more messages than there may be, and the rest come again", async () => {
    await using test = await testAccount();
    const release = test.deps.holdCommits();
    for (let index = 1; index <= 70; index += 1) await test.hear(said(String(index).padStart(4, "0"), PRESS));
    release();
    await settled();
    expect(test.answers).toHaveLength(64);
    expect(await test.hear(said("0070", PRESS))).toBe(ACK("0070"));
    expect(test.deps.commits).toHaveLength(65);
  });
});

describe("the time in a message", () => {
  it.each([
    [-41, "NAK"],
    [-40, "ACK"],
    [0, "ACK"],
    [20, "ACK"],
    [22, "NAK"],
    [3_600, "NAK"],
  ])("%i s off is met with %s", async (offS, id) => {
    await using test = await testAccount();
    const answer = await test.hear(said("0001", PRESS, START_MS + offS * 1_000));
    expect(answer).toBe(id === "ACK" ? ACK("0001") : '"NAK"0000R0L0A0[]_13:00:00,11-25-2026');
    expect(test.value("emergency")).toBe(id === "ACK" ? 1 : "not-yet-read");
  });

  it("is not judged by a doubtful clock, nor where the settings say so, nor where there is none", async () => {
    await using test = await testAccount();
    test.clock.confidence = "doubtful";
    expect(await test.hear(said("0001", PRESS, 0))).toBe(ACK("0001"));
    await using other = await testAccount({ isTimeChecked: false });
    expect(await other.hear(said("0001", PRESS, 0))).toBe(ACK("0001"));
    expect(await other.hear('"NULL"0000L0#1234[]_99:99:99,99-99-9999')).toContain("ACK");
  });

  it("that is refused is no sign of life, and the reason is told when the panel counts as lost", async () => {
    await using test = await testAccount({ supervisionMs: 10_000, marginMs: 1_000 });
    await test.hear('"NULL"0000L0#1234[]');
    await test.clock.advance(9_000);
    await test.hear('"NULL"0000L0#1234[]_10:00:00,11-25-2026');
    await test.clock.advance(3_000);
    expect(test.deps.lastStatus()).toMatchObject({ state: "offline", reason: expect.stringContaining("behind") });
    expect(test.occurrences()).toMatchObject([{ name: "message-refused", details: { reason: "wrong-time" } }]);
  });
});

describe("an account with a key", () => {
  const key = Buffer.from("0123456789abcdef");
  const settings = { key: { text: "0123456789abcdef" } };
  const inside = "|#1234|Nri1/QA01]_13:00:00,11-25-2026";

  it.each([16, 24, 32])("of %i bytes takes what is encrypted and answers encrypted, with its time", async (length) => {
    const longKey = Buffer.alloc(length, "k");
    await using test = await testAccount({ key: { hex: longKey.toString("hex") } });
    const answer = await test.hear(sealed("0001", longKey, inside));
    expect(unsealed(longKey, answer)).toBe('"*ACK"0001R0L0#1234[|]_13:00:00,11-25-2026');
    expect(test.value("emergency")).toBe(1);
    expect(unsealed(longKey, await test.hear(sealed("0000", longKey, "]_13:00:00,11-25-2026", "NULL")))).toContain(
      "*ACK",
    );
  });

  it("takes a repetition with another pad for what it is", async () => {
    await using test = await testAccount(settings);
    await test.hear(sealed("0001", key, inside));
    await test.hear(sealed("0001", key, `AnotherPad456789${inside}`));
    expect(test.deps.commits).toHaveLength(1);
    expect(test.answers).toHaveLength(2);
  });

  it("refuses what is not encrypted, and says so", async () => {
    await using test = await testAccount(settings);
    expect(await test.hear(said("0001", PRESS))).toBe('"DUH"0001R0L0#1234[]');
    expect(test.value("emergency")).toBe("not-yet-read");
    expect(test.occurrences()).toMatchObject([{ name: "message-refused", details: { reason: "not-encrypted" } }]);
    await using tolerant = await testAccount({ ...settings, acceptsPlain: true });
    expect(await tolerant.hear(said("0001", PRESS))).toBe(ACK("0001"));
  });

  it.each([
    ["another key", sealed("0001", Buffer.alloc(16, 1), inside)],
    ["no time", sealed("0001", key, "|#1234|Nri1/QA01]")],
    ["no data", sealed("0001", key, "nothing at all, but whole blocks")],
    ["another account inside", sealed("0001", key, "|#9999|Nri1/QA01]_13:00:00,11-25-2026")],
    ["half a block", '"*SIA-DCS"0001R0L0#1234[00112233'],
  ])("refuses a message with %s", async (_, body) => {
    await using test = await testAccount(settings);
    expect(await test.hear(body)).toBe('"DUH"0001R0L0#1234[]');
    expect(test.deps.commits).toEqual([]);
    expect(test.deps.lastStatus()?.state).toBe("offline");
  });

  it("is needed for what is encrypted", async () => {
    await using test = await testAccount();
    expect(await test.hear(sealed("0001", key, inside))).toBe('"DUH"0001R0L0#1234[]');
  });
});
