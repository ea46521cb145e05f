import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { missingShared, sharedFile } from "./shared-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outpost-shared-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("gives the reason for a skip where no folder is named", () => {
  vi.stubEnv("OUTPOST_SHARED", undefined);
  expect(missingShared("weights/a.onnx")).toMatch("OUTPOST_SHARED names no folder");
});

it("fails where the folder is named and a file is missing, instead of skipping", () => {
  vi.stubEnv("OUTPOST_SHARED", folder);
  expect(() => missingShared("weights/a.onnx")).toThrow(/is set, but .*weights\/a\.onnx is missing/);
});

it("runs where everything is here", () => {
  vi.stubEnv("OUTPOST_SHARED", folder);
  writeFileSync(sharedFile("a.jpg"), "");
  expect(missingShared("a.jpg")).toBeUndefined();
});
