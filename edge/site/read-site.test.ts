import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MAX_SITE_BYTES } from "@outpost/wire/site-text.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formatFault } from "./fault.ts";
import { readSite } from "./read-site.ts";
import { PLANTED_FAULTS } from "./testing/planted-faults.ts";
import { SAMPLE_SITE } from "./testing/sample-site.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost site "));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function faultsOf(text: string | Uint8Array): Promise<string[]> {
  const file = join(directory, "site.yaml");
  await writeFile(file, text);
  const reading = await readSite(file);
  return reading.kind === "accepted" ? [] : reading.faults.map((fault) => formatFault(fault).replace(`${file}:`, ""));
}

describe("a good site file", () => {
  it("is accepted, with defaults filled in and its devices configured", async () => {
    const file = join(directory, "good.yaml");
    await writeFile(file, SAMPLE_SITE);
    const reading = await readSite(file);
    expect(reading.kind).toBe("accepted");
    if (reading.kind !== "accepted") return;
    expect(reading.site.text).toBe(SAMPLE_SITE);
    expect(reading.site.document.site.timeZone).toBe("Asia/Shanghai");
    expect(reading.site.document.rules[0]).toMatchObject({ onDelayMs: 0, isLatched: false });
    expect(reading.site.devices[0]?.device.points.map(({ id }) => id)).toContain("siren");
  });

  it("may share blocks by anchors", async () => {
    const shared = SAMPLE_SITE.replace(
      "{ zh: 水位过高, en: Level is high }",
      "&words { zh: 水位过高, en: Level is high }",
    );
    const second = shared.replace(
      "\nactions:",
      `
  - { id: stale, kind: stale, device: station, point: level, afterMs: 15000, priority: high, message: *words }

actions:`,
    );
    expect(await faultsOf(second)).toEqual([]);
  });
});

describe("a bad site file is refused with its place, what was expected and what was found", () => {
  it.each(PLANTED_FAULTS)("$name", async ({ text, expected }) => {
    const [fault = ""] = await faultsOf(text);
    expect(fault.trimStart().replace(/^: /, "")).toContain(expected.replace(/^: /, ""));
  });

  it("with all faults at once", async () => {
    const text = SAMPLE_SITE.replace("limit: 3.2", "limit: high").replace("unitId: 1", "unitId: one");
    expect(await faultsOf(text)).toHaveLength(2);
  });

  it("also where the fault is behind an alias", async () => {
    const text = SAMPLE_SITE.replace(
      "name: { zh: 一号泵站, en: Pump station 1 }",
      "name: &words { zh: 一号泵站 }",
    ).replace("message: { zh: 水位过高, en: Level is high }", "message: *words");
    expect(await faultsOf(text)).toEqual([
      "4:16: site.name.en: expected text, found nothing",
      "33:14: rules.0.message.en: expected text, found nothing",
    ]);
  });
});

describe("a file that is no site file at all", () => {
  const hostile: [string, string | Uint8Array, string][] = [
    ["bytes that are not text", Buffer.from([0xff, 0xfe, 0x00, 0x80]), "expected UTF-8 text"],
    ["a nest ten thousand deep", "[".repeat(10_000), "expected YAML"],
    ["a nest that is closed again", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, "expected"],
    ["aliases that grow by powers", aliasBomb(), "expected YAML"],
    ["JSON of something else", '{"hello": "world"}', "expected"],
    ["a number", "42", "expected a block of keys, found 42"],
  ];
  it.each(hostile)("%s", async (_, text, expected) => {
    const faults = await faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join("\n")).toContain(expected);
  });

  it("is read up to its limit and no further", async () => {
    expect(await faultsOf(`${SAMPLE_SITE}#${" ".repeat(MAX_SITE_BYTES - Buffer.byteLength(SAMPLE_SITE) - 1)}`)).toEqual(
      [],
    );
    const file = join(directory, "large.yaml");
    await writeFile(file, SAMPLE_SITE);
    await truncate(file, MAX_SITE_BYTES + 1);
    const reading = await readSite(file);
    expect(reading).toMatchObject({
      kind: "refused",
      faults: [{ message: expect.stringContaining("expected at most") }],
    });
  });

  it("may be missing, a folder, or something that never ends", async () => {
    const folder = join(directory, "folder");
    await mkdir(folder);
    for (const [file, reason] of [
      [join(directory, "missing.yaml"), "ENOENT"],
      [folder, "not a file"],
      ["/dev/zero", "not a file"],
    ] as const) {
      const reading = await readSite(file);
      expect(reading).toMatchObject({ kind: "refused", faults: [{ message: expect.stringContaining(reason) }] });
    }
  });
});

function aliasBomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
  }
  return lines.join("\n");
}
