import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { TestClock } from "../../testing/test-clock.ts";
import { openCabinet, type CabinetBench, type CabinetBenchOptions } from "../testing/cabinet-bench.ts";
import { issueNumericCode, issueToken, newCodeSecret, newIssuerKeys } from "./issue.ts";
import { codesSettings } from "./settings.ts";

const HOUR_MS = 3_600_000;
const keys = newIssuerKeys();
const codes = {
  cabinetId: "gate-7",
  numeric: { secret: newCodeSecret() },
  signed: { publicKeys: [keys.publicKey] },
};

const withCodes = (options: CabinetBenchOptions = {}): Promise<CabinetBench> =>
  openCabinet({ ...options, settings: { codes, ...options.settings } });

async function numericCode(compartment: string, order = 0): Promise<string> {
  const { numeric } = codesSettings.parse(codes);
  if (numeric === undefined) throw new Error("numeric codes are set");
  const space = { cabinetId: codes.cabinetId, settings: numeric, compartments: ["a01", "a02", "a03"] };
  const issued = await issueNumericCode(space, { compartment, atMs: systemClock.now().wallMs, order });
  if (issued === undefined) throw new Error("no code left");
  return issued.code;
}

function token(compartment: string): string {
  const notBeforeMs = systemClock.now().wallMs;
  const claims = { cabinetId: codes.cabinetId, compartment, notBeforeMs, expiresAtMs: notBeforeMs + HOUR_MS };
  return issueToken(claims, keys.privateKey).code;
}

const refused = (reason: string, detail?: string) => ({
  kind: "refused",
  reason,
  ...(detail === undefined ? {} : { detail: expect.stringContaining(detail) }),
});

describe.concurrent.each([
  ["a numeric code", () => numericCode("a02")],
  ["a signed token", async () => token("a02")],
])("%s", (_, issue) => {
  it("opens its door once, and is told of without the code itself", async () => {
    await using bench = await withCodes();
    const code = await issue();
    expect(await bench.redeem(code)).toMatchObject({ kind: "done", detail: expect.stringContaining("a02") });
    expect(await bench.occurred("code-accepted")).toMatchObject({
      details: { compartment: "a02", door: 2, reference: expect.stringMatching(/^[0-9a-f]{8}$/) },
    });
    const { reference } = (await bench.occurred("code-accepted")).details;
    expect((await bench.occurred("opened-by-command")).details).toMatchObject({ actor: "keypad", reference });
    bench.simulator.wall.close(bench.board, 2);
    await bench.shows("door2.open", 0);
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "used already"));
    expect(bench.pulses(2)).toBe(1);
    expect(JSON.stringify(bench.deps.events)).not.toContain(code);
    expect([...bench.deps.memory.rows].flat().join(" ")).not.toContain(code);
  });

  it("is used up over a restart", async () => {
    await using bench = await withCodes();
    const code = await issue();
    await bench.redeem(code);
    bench.simulator.wall.close(bench.board, 2);
    await bench.restart();
    await bench.shows("door2.open", 0);
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "used already"));
    expect(bench.pulses(2)).toBe(1);
  });

  it("is used up where the gateway died between the commit and the pulse", async () => {
    await using bench = await withCodes();
    const code = await issue();
    const { deps } = bench;
    const commit = deps.commit.bind(deps);
    const onDisk = Promise.withResolvers<void>();
    // The disk has it; that it has, the gateway does not live to hear.
    deps.commit = async (request, signal) => {
      await commit(request, signal);
      onDisk.resolve();
      await systemClock.sleep(60_000, signal);
      return "committed";
    };
    const redeeming = bench.redeem(code).catch((error: unknown) => error);
    await onDisk.promise;
    expect(bench.pulses(2)).toBe(0);
    await bench.device[Symbol.asyncDispose]();
    expect(await redeeming).toBeInstanceOf(Error);
    await bench.restart();
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "used already"));
    expect(bench.pulses(2)).toBe(0);
  });

  it("presented twice at the same moment opens once", async () => {
    await using bench = await withCodes();
    const code = await issue();
    const outcomes = await Promise.all([bench.redeem(code), bench.redeem(code)]);
    expect(outcomes.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(bench.pulses(2)).toBe(1);
  });

  it("opens nothing while the disk refuses, and opens once it takes it", async () => {
    await using bench = await withCodes();
    const code = await issue();
    bench.deps.isDiskBroken = true;
    expect(await bench.redeem(code)).toMatchObject(refused("not-committed"));
    expect(bench.pulses(2)).toBe(0);
    bench.deps.isDiskBroken = false;
    expect(await bench.redeem(code)).toMatchObject({ kind: "done" });
    expect(bench.pulses(2)).toBe(1);
  });

  it("opens nothing while it is not known which codes were used", async () => {
    await using bench = await withCodes({ deps: { isRestored: false } });
    expect(await bench.redeem(await issue())).toMatchObject(refused("not-committed", "not known yet"));
    expect(bench.pulses(2)).toBe(0);
  });

  it("is not used up by a cabinet that could not open anyway", async () => {
    await using bench = await withCodes();
    const code = await issue();
    bench.simulator.wall.isMainsOn = false;
    await eventually("offline", () => bench.deps.lastStatus()?.state === "offline");
    expect(await bench.redeem(code)).toMatchObject(refused("device-offline"));
    bench.simulator.wall.isMainsOn = true;
    await bench.online();
    bench.simulator.wall.pry(bench.board, 2);
    await bench.shows("door2.open", 1);
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "open already"));
    bench.simulator.wall.close(bench.board, 2);
    await bench.shows("door2.open", 0);
    expect(await bench.redeem(code)).toMatchObject({ kind: "done" });
  });

  it("gives a jammed door one pulse and no second, and is used up", async () => {
    await using bench = await withCodes();
    const code = await issue();
    bench.simulator.wall.jam(bench.board, 2, true);
    expect(await bench.redeem(code)).toMatchObject({ kind: "unconfirmed", detail: expect.stringContaining("a02") });
    expect(bench.pulses(2)).toBe(1);
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "used already"));
    expect(bench.pulses(2)).toBe(1);
  });

  it("never gives a second pulse, whatever becomes of the line in the meantime", async () => {
    await using bench = await withCodes();
    const code = await issue();
    bench.simulator.misbehaviours.plan({ kind: "reset", requests: 1 });
    for (let turn = 0; turn < 3; turn += 1) {
      await bench.redeem(code);
      await bench.online();
      bench.simulator.wall.close(bench.board, 2);
    }
    expect(bench.pulses(2)).toBeLessThanOrEqual(1);
  });
});

describe.concurrent("wrong codes", () => {
  it("lock the cabinet, for right ones too, over a restart, until the time is over", async () => {
    const clock = new TestClock();
    await using bench = await withCodes({ deps: { clock } });
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await bench.redeem(`0000000${turn}`)).toMatchObject({ kind: "refused" });
    }
    expect((await bench.occurred("code-lockout")).details).toMatchObject({ wrong: 5, lockedMs: 30_000 });
    const code = await numericCode("a01");
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "locked out"));
    await bench.restart();
    expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "locked out"));
    clock.jumpWall(31_000);
    await bench.restart();
    expect(await bench.redeem(code)).toMatchObject({ kind: "done" });
    expect(bench.pulses(1)).toBe(1);
  });

  it.each([
    ["no text", 12_345_678],
    ["nothing", ""],
    ["a long text", "x".repeat(221)],
  ])("%s is no guess at all", async (_, code) => {
    await using bench = await withCodes();
    const call = { kind: "call", methodId: "redeem-code", arguments: { code }, actor: "keypad" } as const;
    expect(await bench.run(call)).toMatchObject(refused("bad-arguments"));
    expect(bench.occurrences("code-refused")).toEqual([]);
  });

  it("counts used, expired and early codes as what they are, not as guesses", async () => {
    const clock = new TestClock();
    await using bench = await withCodes({ deps: { clock } });
    const code = token("a01");
    clock.jumpWall(-HOUR_MS);
    for (let turn = 0; turn < 6; turn += 1)
      expect(await bench.redeem(code)).toMatchObject(refused("interlocked", "good from"));
    clock.jumpWall(3 * HOUR_MS);
    for (let turn = 0; turn < 6; turn += 1) expect(await bench.redeem(code)).toMatchObject(refused("expired"));
    expect(bench.occurrences("code-lockout")).toEqual([]);
  });
});

it("a cabinet without codes has no such method", async () => {
  await using bench = await openCabinet();
  expect(await bench.redeem("12345678")).toMatchObject({ kind: "refused", reason: "unknown-method" });
});

it("a doubtful clock refuses numeric codes, and tokens unless the settings allow them", async () => {
  const clock = new TestClock();
  await using strict = await withCodes({ deps: { clock } });
  clock.confidence = "doubtful";
  expect(await strict.redeem(await numericCode("a01"))).toMatchObject(refused("clock-not-confident"));
  expect(await strict.redeem(token("a01"))).toMatchObject(refused("clock-not-confident"));
  const signed = { ...codes.signed, allowDoubtfulClock: true };
  await using lenient = await withCodes({ deps: { clock }, settings: { codes: { ...codes, signed } } });
  const code = token("a01");
  expect(await lenient.redeem(code)).toMatchObject({ kind: "done" });
  expect(await lenient.redeem(code)).toMatchObject(refused("interlocked"));
});
