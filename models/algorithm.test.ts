import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { outputsOf, parameterFaults, parametersOf, parseAlgorithm } from "./algorithm.ts";
import { readAlgorithms } from "./read-algorithms.ts";

const SHIPPED = readAlgorithms();
const loitering = SHIPPED.get("loitering");
if (loitering === undefined) throw new Error("loitering is not shipped");

describe("algorithm packages", () => {
  it("are all readable, and those for people and vehicles are here", () => {
    const ids = "water-edge perimeter loitering people-count crowd queue traffic illegal-parking ebike-in-lift".split(
      " ",
    );
    expect(ids.filter((id) => !SHIPPED.has(id))).toEqual([]);
  });

  it.each(["drowning", "fall", "fire-smoke"])("%s never gates: stillness or fire is the signal", (id) => {
    expect(() => parseAlgorithm({ ...loitering, id, isGatingAllowed: true })).toThrow("isGatingAllowed");
    expect(parseAlgorithm({ ...loitering, id, isGatingAllowed: false }).id).toBe(id);
  });

  it.each([
    ["a parameter is missing", { rule: { kind: "dwell", parameters: { limitS: 5 } } }, "rule.parameters.enterAfterS"],
    ["the alarm is on no output", { alarm: { ...loitering.alarm, output: "level" } }, "alarm.output"],
    ["the kind is unknown", { rule: { kind: "telepathy", parameters: {} } }, "rule.kind"],
    ["it has no classes", { classes: [] }, "classes"],
  ])("are refused with the path where %s", (_, change, path) => {
    expect(() => parseAlgorithm({ ...loitering, ...change })).toThrow(path);
  });

  it("take a site's own parameters, and name what does not fit", () => {
    expect(parametersOf(loitering, { limitS: 300 })).toMatchObject({ limitS: 300, leaveAfterS: 10 });
    expect(parameterFaults(loitering, { limitS: 300 })).toEqual([]);
    expect(parameterFaults(loitering, { limitS: 0 }).map(({ name }) => name)).toEqual(["limitS"]);
    expect(parameterFaults(loitering, { frames: 10 })[0]?.message).toContain("limitS");
  });

  it("name the outputs of a scope", () => {
    expect(outputsOf(loitering, "zone").map(({ id }) => id)).toEqual(["over", "dwell", "count"]);
  });

  it("are refused where a folder has another name than its algorithm", () => {
    const folder = mkdtempSync(join(tmpdir(), "outpost-algorithms-"));
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "other", "algorithm.json"), JSON.stringify(loitering));
    expect(() => readAlgorithms(folder)).toThrow("has the id loitering");
    rmSync(folder, { recursive: true });
  });
});
