import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import type { LinkSettings } from "../../links/settings.ts";
import { seededRandom } from "../../testing/random.ts";
import type { Random } from "../../testing/random.ts";
import type { ReadRequest } from "../codec.ts";
import { numberedMemory } from "../testing/memory.ts";
import { startUnit } from "../testing/scripted-unit.ts";
import type { Behaviour, UnitOptions } from "../testing/scripted-unit.ts";
import { openSession } from "./open-session.ts";

/** Long enough that a busy machine does not time out where nothing is wrong, short enough to be waited for. */
const TIMEOUT_MS = 250;
const never = new AbortController().signal;

async function rig(options: UnitOptions, timeoutMs = TIMEOUT_MS) {
  const stack = new AsyncDisposableStack();
  const unit = stack.use(await startUnit(options));
  const address = { id: "line", host: "127.0.0.1", port: unit.port };
  const settings: LinkSettings =
    options.framing === "tcp" ? { ...address, kind: "tcp" } : { ...address, kind: "serial-server", gapMs: 0 };
  const link = stack.use(openLink(settings, { clock: systemClock, log: silentLog }));
  const session = await openSession(link, { unitId: 1, timeoutMs }, systemClock);
  return { unit, link, session, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const read = (address: number, count = 1): ReadRequest => ({ table: "input-register", address, count });
const numbers = (address: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => address + index + 1_000);

/** Behaves by a list, one entry a request, and well after its end. */
function script(...behaviours: Behaviour[]) {
  return (_: unknown, count: number): Behaviour => behaviours[count - 1] ?? { kind: "answer" };
}

// Concurrent, because the tests do little but wait for timeouts.
describe.concurrent.each(["tcp", "rtu"] as const)("a session over %s", (framing) => {
  it("reads all four tables and writes coils, single registers and pairs", async () => {
    const memory = numberedMemory();
    await using here = await rig({ framing, memory });
    const { session } = here;
    expect([...(await session.read(read(200, 125), "poll", never))]).toEqual(numbers(200, 125));
    expect([...(await session.read({ table: "discrete-input", address: 3, count: 10 }, "poll", never))]).toEqual([
      1, 0, 0, 1, 0, 0, 1, 0, 0, 1,
    ]);
    await session.write({ kind: "coil", address: 1, value: true }, "command", never);
    await session.write({ kind: "registers", address: 7, words: [0xbeef] }, "command", never);
    await session.write({ kind: "registers", address: 8, words: [1, 2] }, "command", never);
    expect([...(await session.read({ table: "coil", address: 0, count: 3 }, "poll", never))]).toEqual([1, 1, 0]);
    const words = await session.read({ table: "holding-register", address: 7, count: 3 }, "poll", never);
    expect([...words]).toEqual([0xbeef, 1, 2]);
  });

  it("reads the most bits and registers one request may ask for", async () => {
    await using here = await rig({ framing });
    expect(await here.session.read({ table: "coil", address: 0, count: 2_000 }, "poll", never)).toHaveLength(2_000);
    expect(await here.session.read(read(0, 125), "poll", never)).toHaveLength(125);
  });

  it.each<[string, Behaviour, string]>([
    ["silence", { kind: "silent" }, "modbus/timeout"],
    ["a refusal", { kind: "refuse", exceptionCode: 2 }, "modbus/exception"],
    ["garbage", { kind: "garbage", bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") }, "modbus/bad-frame"],
    ["another unit's answer", { kind: "wrong-unit" }, "modbus/bad-frame"],
    ["another function's answer", { kind: "wrong-function" }, "modbus/bad-frame"],
    ["fewer registers than asked", { kind: "wrong-count" }, "modbus/bad-frame"],
    ["a reset", { kind: "reset" }, "link/down"],
    ["a hang-up", { kind: "close" }, "link/down"],
  ])("meets %s with an error, and the request after it with the truth", async (_, behaviour, code) => {
    await using here = await rig({ framing, behave: script(behaviour) });
    await expect(here.session.read(read(10, 4), "poll", never)).rejects.toMatchObject({ code });
    await untilUp(here.link);
    expect([...(await here.session.read(read(20, 4), "poll", never))]).toEqual(numbers(20, 4));
  });

  it("meets half an answer with an error", async () => {
    await using here = await rig({ framing, behave: script({ kind: "half" }) });
    const code = framing === "tcp" ? "modbus/timeout" : "modbus/bad-frame";
    await expect(here.session.read(read(10, 4), "poll", never)).rejects.toMatchObject({ code });
  });

  it("takes an answer that comes byte by byte", async () => {
    // Each byte may wait for its turn on a busy machine.
    await using here = await rig({ framing, behave: script({ kind: "in-pieces" }) }, 5_000);
    expect([...(await here.session.read(read(10, 4), "poll", never))]).toEqual(numbers(10, 4));
  });

  it("keeps a unit's own answer apart from a late one that comes while it is waited for", async () => {
    await using here = await rig({ framing, behave: script({ kind: "late", delayMs: TIMEOUT_MS * 3.2 }) });
    await expect(here.session.read(read(100, 2), "poll", never)).rejects.toMatchObject({ code: "modbus/timeout" });
    for (const address of [200, 300, 400]) {
      expect([...(await here.session.read(read(address, 2), "poll", never))]).toEqual(numbers(address, 2));
    }
  });

  it("serves concurrent callers one after the other, each with its own answer", async () => {
    await using here = await rig({ framing });
    const all = await Promise.all([0, 1, 2, 3].map((address) => here.session.read(read(address), "poll", never)));
    expect(all.map((words) => [...words])).toEqual([[1_000], [1_001], [1_002], [1_003]]);
  });

  it("lets its caller go at once on abort, and never mixes the abandoned answer up", async () => {
    await using here = await rig({ framing, behave: script({ kind: "late", delayMs: TIMEOUT_MS / 2 }) });
    const stop = new AbortController();
    const abandoned = here.session.read(read(100), "poll", stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 10);
    await expect(abandoned).rejects.toThrow("stopped");
    expect([...(await here.session.read(read(200), "poll", never))]).toEqual([1_200]);
  });

  it("connects anew when a connection has fallen silent without ending", async () => {
    await using here = await rig({
      framing,
      behave: (_, count) => (count <= 5 ? { kind: "silent" } : { kind: "answer" }),
    });
    for (let request = 0; request < 5; request += 1) {
      await expect(here.session.read(read(1, 1 + request), "poll", never)).rejects.toThrow(Error);
      await untilUp(here.link);
    }
    expect([...(await here.session.read(read(20, 12), "poll", never))]).toEqual(numbers(20, 12));
  });

  it("gives no wrong number, whatever the unit does", async ({ onTestFailed }) => {
    const random = seededRandom();
    onTestFailed(() => console.error(`OUTPOST_SEED=${random.seed}`));
    await using here = await rig({ framing, behave: () => anyBehaviour(random, framing) });
    let good = 0;
    // As many as it takes: half of them fail by chance, and more on a busy machine.
    for (let request = 0; request < 50 || (good <= 10 && request < 500); request += 1) {
      const address = random.whole(0, 500);
      const count = random.whole(1, 12);
      try {
        expect([...(await here.session.read(read(address, count), "poll", never))]).toEqual(numbers(address, count));
        good += 1;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && /^(modbus|link)\//.test(String(error.code)))) throw error;
        await untilUp(here.link);
      }
    }
    expect(good).toBeGreaterThan(10);
  });
});

function anyBehaviour(random: Random, framing: "tcp" | "rtu"): Behaviour {
  // Half of the time it works, or nothing would ever be open to a late answer.
  if (random.whole(0, 1) === 0) return { kind: "answer" };
  const delayMs = random.whole(1, TIMEOUT_MS * 6);
  return random.pick<Behaviour>([
    { kind: "late", delayMs },
    { kind: "late", delayMs },
    { kind: "silent" },
    { kind: "refuse", exceptionCode: random.whole(1, 11) },
    { kind: "garbage", bytes: random.bytes(random.whole(1, 40)) },
    { kind: "noise-first", bytes: random.bytes(random.whole(1, 3)) },
    { kind: "half" },
    { kind: "wrong-unit" },
    { kind: "wrong-function" },
    { kind: "wrong-count" },
    // Modbus TCP carries no check of its own: it trusts TCP's.
    framing === "rtu" ? { kind: "broken-check" } : { kind: "silent" },
    { kind: "in-pieces" },
    { kind: "twice" },
    { kind: "reset" },
  ]);
}

async function untilUp(link: { readonly status: { readonly kind: string } }): Promise<void> {
  while (link.status.kind !== "up") await systemClock.sleep(10);
}
