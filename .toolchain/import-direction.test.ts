import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A file planted in an otherwise empty house: what oxlint says of it under the house's own rules. */
function lint(path: string, source: string): string {
  const house = mkdtempSync(join(tmpdir(), "outpost house "));
  try {
    copyFileSync(join(ROOT, "tsconfig.json"), join(house, "tsconfig.json"));
    copyFileSync(join(ROOT, ".oxlintrc.json"), join(house, ".oxlintrc.json"));
    // Type-aware rules look for Node's types and for the type checker from where they run.
    symlinkSync(join(ROOT, "node_modules"), join(house, "node_modules"));
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), source);
    const oxlint = join(ROOT, "node_modules/oxlint/bin/oxlint");
    const run = spawnSync(process.execPath, [oxlint, "--format=unix"], { cwd: house, encoding: "utf8" });
    return run.stdout + run.stderr;
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

const importing = (from: string): string => `import { thing } from "${from}";\nthing();\n`;

describe("imports point upstream, toward the device", () => {
  it.each([
    ["edge/kernel/a.ts", "@outpost/wire/topics.ts"],
    ["edge/kernel/a.ts", "../rules/threshold.ts"],
    ["firmware-adapters/modbus/a.ts", "@outpost/wire/topics.ts"],
    ["firmware-adapters/modbus/a.ts", "../../edge/rules/threshold.ts"],
    ["models/mask/a.ts", "@outpost/firmware-adapters/event.ts"],
    ["flows/nodes/a.ts", "../../models/mask/a.ts"],
    ["edge/wire/a.ts", "@outpost/firmware-adapters/modbus/adapter.ts"],
    ["edge/wire/a.ts", "../journal/journal.ts"],
    ["edge/wire/a.ts", "@outpost/models/running/open-model.ts"],
    ["edge/rules/a.ts", "../../fleet/ingest/ingest.ts"],
    ["edge/rules/a.ts", "@outpost/fleet/main.ts"],
    ["edge/rules/a.ts", "../kernel/clock.ts"],
    ["edge/main.ts", "../fleet/main.ts"],
    ["fleet/ingest/a.ts", "../../edge/journal/journal.ts"],
    ["fleet/e2e/a.ts", "@outpost/firmware-adapters/event.ts"],
  ])("%s may not import %s", (path, from) => {
    expect(lint(path, importing(from))).toContain("no-restricted-imports");
  });

  it.each([
    ["firmware-adapters/modbus/a.ts", "@outpost/kernel/clock.ts"],
    ["edge/wire/a.ts", "@outpost/firmware-adapters/modbus/settings.ts"],
    ["edge/wire/a.ts", "@outpost/firmware-adapters/catalog.ts"],
    ["edge/wire/a.ts", "@outpost/models/algorithm.ts"],
    ["edge/rules/a.ts", "@outpost/wire/topics.ts"],
    ["edge/rules/a.ts", "../journal/journal.ts"],
    ["edge/devices/a.ts", "@outpost/firmware-adapters/catalog.ts"],
    ["fleet/ingest/a.ts", "@outpost/wire/topics.ts"],
    ["fleet/ingest/a.ts", "../store/schema.ts"],
  ])("%s may import %s", (path, from) => {
    expect(lint(path, importing(from))).not.toContain("no-restricted-imports");
  });
});

describe("hazards of a process that runs for years", () => {
  it.each([
    [
      "a floating promise",
      'import { writeFile } from "node:fs/promises";\nexport function save(): void {\n  writeFile("a", "b");\n}\n',
      "no-floating-promises",
    ],
    [
      "a switch that forgets a member",
      'export function name(state: "on" | "off"): string {\n  switch (state) {\n    case "on":\n      return "an";\n  }\n  return "";\n}\n',
      "switch-exhaustiveness-check",
    ],
    [
      "an async listener nobody waits for",
      'import { EventEmitter } from "node:events";\nnew EventEmitter().on("x", async () => { await Promise.resolve(); });\n',
      "no-misused-promises",
    ],
  ])("%s is reported", (_, source, rule) => {
    expect(lint("edge/rules/a.ts", source)).toContain(rule);
  });
});
