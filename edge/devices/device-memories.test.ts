import { MAX_MEMORY_CHARS, MAX_MEMORY_ROWS } from "@outpost/firmware-adapters/adapter.ts";
import { describe, expect, it } from "vitest";

import { DeviceMemories } from "./device-memories.ts";

function createMemories() {
  const saved: [string, Readonly<Record<string, string | null>>][] = [];
  let refusal: Error | undefined;
  const memories = new DeviceMemories((deviceId, rows) => {
    saved.push([deviceId, rows]);
    return refusal === undefined ? Promise.resolve() : Promise.reject(refusal);
  });
  return { memories, saved, refuse: (error: Error) => (refusal = error) };
}

describe("what devices remember", () => {
  it("is each device's own, shown at once and saved under its id", async () => {
    const { memories, saved } = createMemories();
    await memories.of("a").save({ x: "1", y: "2" });
    await memories.of("a").save({ x: null });
    await memories.of("b").save({ x: "9" });
    expect([...memories.of("a").rows]).toEqual([["y", "2"]]);
    expect([...memories.of("b").rows]).toEqual([["x", "9"]]);
    expect(saved).toEqual([
      ["a", { x: "1", y: "2" }],
      ["a", { x: null }],
      ["b", { x: "9" }],
    ]);
  });

  it("says that nothing is known before it is restored; what was written since is newer", async () => {
    const { memories } = createMemories();
    const memory = memories.of("a");
    expect(memory.isRestored).toBe(false);
    await memory.save({ x: "new" });
    memories.restore(
      new Map([
        [
          "a",
          new Map([
            ["x", "old"],
            ["y", "old"],
          ]),
        ],
      ]),
    );
    expect(memory.isRestored).toBe(true);
    expect(Object.fromEntries(memory.rows)).toEqual({ x: "new", y: "old" });
  });

  it("refuses more rows, or longer ones, than a device may have, and says when the disk did not take them", async () => {
    const { memories, refuse } = createMemories();
    const memory = memories.of("a");
    await memory.save(Object.fromEntries(Array.from({ length: MAX_MEMORY_ROWS }, (_, index) => [`k${index}`, ""])));
    await expect(memory.save({ more: "1" })).rejects.toMatchObject({ code: "device/memory-full" });
    await memory.save({ k0: null, more: "1" }).catch(() => undefined);
    await expect(memory.save({ k1: "x".repeat(MAX_MEMORY_CHARS + 1) })).rejects.toMatchObject({
      code: "device/memory-full",
    });
    refuse(new Error("disk"));
    await expect(memory.save({ k2: "y" })).rejects.toMatchObject({ code: "device/not-committed" });
  });
});
