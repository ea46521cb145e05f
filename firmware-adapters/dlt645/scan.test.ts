import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { scanDlt645 } from "./scan.ts";
import { METER, startBench } from "./testing/bench-line.ts";

const deps = { clock: systemClock, timeoutMs: 250 };
const never = new AbortController().signal;

describe("scanning a line", () => {
  it("finds the one meter on it", async () => {
    await using bench = await startBench({ addresses: [METER] });
    expect(await scanDlt645(bench.link, deps, never)).toEqual({ kind: "one", address: METER });
  });

  it("finds none where there is none", async () => {
    await using bench = await startBench({ addresses: [] });
    expect(await scanDlt645(bench.link, deps, never)).toEqual({ kind: "none" });
  });

  it("says so where several talk at the same time", async () => {
    await using bench = await startBench();
    expect(await scanDlt645(bench.link, deps, never)).toMatchObject({ kind: "several" });
  });

  it("does not trust an address that nobody answers to", async () => {
    await using bench = await startBench({ addresses: [METER] });
    bench.behave({ kind: "wrong-meter", requests: 3 });
    // The frame says another address than its data: what is asked by name afterwards decides.
    expect(await scanDlt645(bench.link, deps, never)).toEqual({ kind: "one", address: METER });
    bench.behave({ kind: "in-pieces", requests: 3 }, { kind: "silence" });
    expect(await scanDlt645(bench.link, deps, never)).toEqual({ kind: "several", heard: [METER] });
  });
});
