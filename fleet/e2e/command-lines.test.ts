import { describe, expect, it } from "vitest";

import { runProgram } from "./testing/run-program.ts";

/** Everything a person may start, as `[program, the words before its options]`. */
const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ["edge/main.ts", []],
  ["edge/main.ts", ["run", "--site", "site.yaml", "--state", "state"]],
  ["edge/main.ts", ["check", "--site", "site.yaml"]],
  ["edge/sync/load/main.ts", []],
  ["firmware-adapters/modbus/simulator/main.ts", []],
  ...["modbus", "serial", "onvif", "lockers"].map((what) => ["edge/main.ts", ["scan", what]] as const),
  ["fleet/main.ts", []],
  ["fleet/demo/main.ts", []],
  ["fleet/e2e/smoke.ts", []],
  ["fleet/e2e/bench.ts", []],
  ...["journal", "modbus", "rule-latency", "ingest", "codecs", "locker", "button", "ocpp", "drain"].map(
    (name) => ["fleet/e2e/bench.ts", [name]] as const,
  ),
  ["fleet/e2e/faults.ts", []],
  ...["sync", "devices", "ocpp", "disk-full", "clock"].map((name) => ["fleet/e2e/faults.ts", [name]] as const),
];

const rows = PROGRAMS.map(([program, words]) => ({ title: [program, ...words].join(" "), program, words }));

describe("every command line", () => {
  it.each(rows)("$title explains itself", async ({ program, words }) => {
    const { status, stdout, stderr } = await runProgram(program, [...words, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/usage:/i);
    expect(stdout.length).toBeGreaterThan(100);
    expect(stderr).toBe("");
  });

  it.each(rows)("$title refuses what it does not know in one line", async ({ program, words }) => {
    const { status, stdout, stderr } = await runProgram(program, [...words, "--no-such-option"]);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(/^[^\n]*--no-such-option[^\n]*\n$/);
    expect(stdout).toBe("");
  });

  it.each([
    ["fleet/demo/main.ts", ["--port", "65536"]],
    ["fleet/e2e/bench.ts", ["walk"]],
    ["fleet/e2e/bench.ts", ["drain", "--records", "0"]],
    ["fleet/e2e/faults.ts", ["sync", "--rounds", "1.5"]],
    ["fleet/e2e/faults.ts", ["devices", "--rounds", "0"]],
    ["fleet/e2e/faults.ts", ["clock", "--rounds", "none"]],
    ["fleet/e2e/faults.ts", ["disk-full", "--rounds", "-1"]],
  ])("%s refuses %j in one line", async (program, args) => {
    const { status, stdout, stderr } = await runProgram(program, args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout).toBe("");
  });

  it.each(["fleet/e2e/bench.ts", "fleet/e2e/faults.ts"])("%s without a name lists them and fails", async (program) => {
    const { status, stdout } = await runProgram(program, []);
    expect(status).toBe(2);
    expect(stdout).toMatch(/usage:/i);
  });
});
