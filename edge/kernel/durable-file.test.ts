import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { replaceFile } from "./durable-file.ts";

describe("replaceFile", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "outpost-durable-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("writes a new file, then replaces it whole, and leaves nothing else behind", async () => {
    const path = join(folder, "state.json");
    await replaceFile(path, "a long first content");
    await replaceFile(path, Buffer.from("second"));
    expect(await readFile(path, "utf8")).toBe("second");
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  it("says why where the folder is missing", async () => {
    await expect(replaceFile(join(folder, "no", "state.json"), "x")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
