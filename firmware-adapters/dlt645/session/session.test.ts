import { systemClock } from "@outpost/kernel/clock.ts";
import { errorCode } from "@outpost/kernel/thrown.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { seededRandom, type Random } from "../../testing/random.ts";
import { encodeFrame } from "../codec.ts";
import { METER, OTHER_METER, TIMEOUT_MS, startBench, type UnplannedMisbehaviour } from "../testing/bench-line.ts";

const never = new AbortController().signal;
const VOLTAGE = "02010100";
const FREQUENCY = "02800002";
const POWER = "02030000";
const ENERGY = "00010000";
const TEMPERATURE = "02800007";
const BATTERY = "02800008";
/** 220.0 V, 50.00 Hz, 3.0000 kW, 31.5 °C, 3.60 V. */
const TRUTH: Readonly<Record<string, string>> = {
  [VOLTAGE]: "0022",
  [FREQUENCY]: "0050",
  [POWER]: "000003",
  [TEMPERATURE]: "1503",
  [BATTERY]: "6003",
};

describe("a session with a meter", () => {
  it("reads an item", async () => {
    await using bench = await startBench();
    expect((await bench.session().read(VOLTAGE, never)).toString("hex")).toBe("0022");
  });

  it("reads an item that comes in several frames", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "more-frames" });
    const whole = await bench.session().read(ENERGY, never);
    expect(whole.toString("hex")).toBe((await bench.session().read(ENERGY, never)).toString("hex"));
    expect(whole.length).toBe(4);
  });

  it("takes an answer that comes byte by byte", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "in-pieces" });
    expect((await bench.session().read(POWER, never)).toString("hex")).toBe("000003");
  });

  it("says why a meter refuses", async () => {
    await using bench = await startBench();
    await expect(bench.session().read("0E0E0E0E", never)).rejects.toMatchObject({
      code: "dlt645/refused",
      errorWord: 2,
    });
    // A refusal is an answer: the next item comes at once.
    expect((await bench.session().read(VOLTAGE, never)).toString("hex")).toBe("0022");
  });

  it.each<[string, UnplannedMisbehaviour, string]>([
    ["silence", { kind: "silence" }, "dlt645/timeout"],
    ["garbage", { kind: "garbage" }, "dlt645/bad-frame"],
    ["half a frame", { kind: "half-frame" }, "dlt645/bad-frame"],
    ["a wrong checksum", { kind: "broken-check" }, "dlt645/bad-frame"],
    ["another meter's answer", { kind: "wrong-meter" }, "dlt645/bad-frame"],
    ["another item's answer", { kind: "wrong-item" }, "dlt645/bad-frame"],
    ["a reset", { kind: "reset" }, "link/down"],
  ])("meets %s with an error, and the request after it with the truth", async (_, behaviour, code) => {
    await using bench = await startBench();
    bench.behave(behaviour);
    await expect(bench.session().read(VOLTAGE, never)).rejects.toMatchObject({ code });
    await eventually("the link", () => bench.link.status.kind === "up");
    expect((await bench.session().read(FREQUENCY, never)).toString("hex")).toBe("0050");
  });

  it("passes over our own echo and noise before an answer", async () => {
    await using bench = await startBench();
    const echo = encodeFrame({ address: METER, control: 0x11, data: Buffer.from("00010102", "hex") });
    const answer = encodeFrame({ address: METER, control: 0x91, data: Buffer.from("000101021522", "hex") });
    bench.behave({ kind: "bytes", hex: Buffer.concat([echo, Buffer.from("0068ff68", "hex"), answer]).toString("hex") });
    expect((await bench.session().read(VOLTAGE, never)).toString("hex")).toBe("1522");
  });

  it("lets its caller go at once on abort, and never mixes the abandoned answer up", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "late", delayMs: TIMEOUT_MS / 2 });
    const stop = new AbortController();
    const abandoned = bench.session().read(VOLTAGE, stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 10);
    await expect(abandoned).rejects.toThrow("stopped");
    expect((await bench.session().read(POWER, never)).toString("hex")).toBe("000003");
  });

  it("serves concurrent callers of two meters one after the other", async () => {
    await using bench = await startBench();
    const reads = [METER, OTHER_METER, METER].map((address) => bench.session(address).read(VOLTAGE, never));
    expect((await Promise.all(reads)).map((payload) => payload.toString("hex"))).toEqual(["0022", "0022", "0022"]);
  });

  it("connects anew when a connection has fallen silent without ending", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "silence", requests: 5 });
    const session = bench.session();
    for (const identifier of ["02010100", "02010200", "02010300", "02020100", "02020200"]) {
      await expect(session.read(identifier, never)).rejects.toMatchObject({ code: "dlt645/timeout" });
    }
    expect(bench.link.status.kind).toBe("down");
    await eventually("the link", () => bench.link.status.kind === "up");
    expect((await session.read(FREQUENCY, never)).toString("hex")).toBe("0050");
  });
});

describe("late answers", () => {
  it("are never taken for the answer to the same item asked again", async () => {
    await using bench = await startBench();
    const [meter] = bench.bus.meters;
    if (meter === undefined) throw new Error("no meter");
    // The first answer, of 3 kW, comes long after its time, out of a bridge that kept it.
    const stale = encodeFrame({ address: METER, control: 0x91, data: Buffer.from("00000302000003", "hex") });
    const own = encodeFrame({ address: METER, control: 0x91, data: Buffer.from("01040004020011112420", "hex") });
    bench.behave({ kind: "silence" });
    await expect(bench.session().read(POWER, never)).rejects.toMatchObject({ code: "dlt645/timeout" });
    meter.loadKw = 7;
    // What is asked in between brings the late one out before its own answer.
    bench.behave({ kind: "bytes", hex: Buffer.concat([stale, own]).toString("hex") });
    expect((await bench.session().read(POWER, never)).toString("hex")).toBe("000007");
  });

  it("leave an item in doubt that is asked again while the meter says nothing else", async () => {
    await using bench = await startBench();
    bench.behave(
      { kind: "silence" },
      { kind: "refused", errorWord: 2 },
      { kind: "refused", errorWord: 2 },
      { kind: "refused", errorWord: 2 },
      { kind: "refused", errorWord: 2 },
    );
    await expect(bench.session().read(POWER, never)).rejects.toMatchObject({ code: "dlt645/timeout" });
    await expect(bench.session().read(POWER, never)).rejects.toMatchObject({ code: "dlt645/unverified" });
    // Another item's answer ends the doubt.
    expect((await bench.session().read(VOLTAGE, never)).toString("hex")).toBe("0022");
    expect((await bench.session().read(POWER, never)).toString("hex")).toBe("000003");
  });

  it("that refuse are not taken for the refusal of another item", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "silence" }, { kind: "refused", errorWord: 2 });
    await expect(bench.session().read(POWER, never)).rejects.toMatchObject({ code: "dlt645/timeout" });
    await expect(bench.session().read(VOLTAGE, never)).rejects.toMatchObject({ code: "dlt645/unverified" });
  });

  it("give no wrong value, whatever the meter does", { timeout: 120_000 }, async ({ onTestFailed }) => {
    const random = seededRandom();
    onTestFailed(() => console.error(`OUTPOST_SEED=${random.seed}`));
    await using bench = await startBench();
    const session = bench.session();
    let good = 0;
    for (let request = 0; request < 50; request += 1) {
      bench.bus.misbehaviours.clear();
      // Half of the time it works, or everything would be in doubt for ever.
      if (random.whole(0, 1) === 1) bench.behave(anyBehaviour(random));
      const identifier = random.pick([VOLTAGE, FREQUENCY, POWER, TEMPERATURE, BATTERY]);
      try {
        expect((await session.read(identifier, never)).toString("hex")).toBe(TRUTH[identifier]);
        good += 1;
      } catch (error) {
        if (!/^(dlt645|link)\//.test(errorCode(error) ?? "")) throw error;
        while (bench.link.status.kind !== "up") await systemClock.sleep(10);
      }
    }
    expect(good).toBeGreaterThan(5);
  });
});

function anyBehaviour(random: Random): UnplannedMisbehaviour {
  return random.pick<UnplannedMisbehaviour>([
    { kind: "in-pieces" },
    { kind: "more-frames" },
    { kind: "late", delayMs: random.whole(1, TIMEOUT_MS * 4) },
    { kind: "late", delayMs: 1 },
    { kind: "silence" },
    { kind: "refused", errorWord: random.whole(0, 255) },
    { kind: "bytes", hex: random.bytes(random.whole(1, 40)).toString("hex") },
    { kind: "half-frame" },
    { kind: "wrong-meter" },
    { kind: "wrong-item" },
    { kind: "broken-check" },
    { kind: "reset" },
  ]);
}
