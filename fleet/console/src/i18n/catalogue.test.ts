import { describe, expect, it } from "vitest";

import { PROBLEM_STATUS } from "../../../api/problems.ts";
import { CATALOGUE, isTextKey, say, sayWord } from "./catalogue.ts";
import type { Sentences } from "./language.ts";

function gapsOf(sentence: string): ReadonlySet<string | undefined> {
  return new Set([...sentence.matchAll(/\{(\w+)\}/g)].map((gap) => gap[1]));
}

describe("the catalogue", () => {
  it.each(Object.entries(CATALOGUE))("says %s in both languages", (key, { zh, en }) => {
    expect(zh.trim()).not.toBe("");
    expect(en.trim()).not.toBe("");
    expect(en, `${key} in English has no Chinese in it`).not.toMatch(/\p{Script=Han}/u);
    expect(gapsOf(zh), `the gaps of ${key}`).toEqual(gapsOf(en));
  });

  it.each(Object.keys(PROBLEM_STATUS))("has words for the refusal %s", (code) => {
    expect(isTextKey(`refusal.${code}`)).toBe(true);
  });

  it("has every sentence of every file, and none twice", () => {
    const files = import.meta.glob<Readonly<Record<string, Sentences>>>("./words/*.ts", { eager: true });
    const keys = Object.values(files).flatMap((file) => Object.values(file).flatMap((words) => Object.keys(words)));
    expect(keys.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
  });

  it("fills gaps and leaves those without a value in sight", () => {
    expect(say("en", "station.pump", { number: 2 })).toBe("Pump 2");
    expect(say("zh", "station.pump", { number: 2 })).toBe("2 号泵");
    expect(say("en", "station.pump")).toBe("Pump {number}");
  });

  it("says one of a thing as one", () => {
    expect(say("en", "demo.gateway.waiting", { count: 1 })).toBe("1 record waits");
    expect(say("en", "demo.gateway.waiting", { count: 41 })).toBe("41 records wait");
    expect(say("zh", "demo.gateway.waiting", { count: 1 })).toBe("1 条记录待补传");
  });

  it("shows a word of a newer gateway as it came", () => {
    expect(sayWord("zh", "quality", "timeout")).toBe("设备无应答");
    expect(sayWord("zh", "quality", "eaten-by-fish")).toBe("eaten-by-fish");
    expect(sayWord("en", "quality", "toString")).toBe("toString");
  });
});
