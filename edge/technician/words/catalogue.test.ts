import { globSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { STATUS_OF } from "../errors.ts";
import { DESK_CHOICES, DRILL_STEPS } from "../server/views.ts";
import { CATALOGUE, isTextKey, say, sayWord } from "./catalogue.ts";
import type { Sentences } from "./language.ts";

const NO_WORDS = new Set(["catalogue.ts", "condition.ts", "language.ts"]);

function gapsOf(sentence: string): ReadonlySet<string | undefined> {
  return new Set([...sentence.matchAll(/\{(\w+)\}/g)].map((gap) => gap[1]));
}

describe("the catalogue", () => {
  it.each(Object.entries(CATALOGUE))("says %s in both languages", (key, { zh, en }) => {
    expect(zh.trim()).not.toBe("");
    expect(en.trim()).not.toBe("");
    // The button that changes the language says so in the other one.
    expect(/\p{Script=Han}/u.test(en)).toBe(key === "app.language");
    expect(gapsOf(zh)).toEqual(gapsOf(en));
  });

  it("has every sentence of every file, and none twice", async () => {
    const keys: string[] = [];
    for (const name of globSync("*.ts", { cwd: import.meta.dirname })) {
      if (NO_WORDS.has(name) || name.endsWith(".test.ts")) continue;
      const file: Readonly<Record<string, Sentences>> = await import(/* @vite-ignore */ `./${name}`);
      keys.push(...Object.values(file).flatMap((words) => Object.keys(words)));
    }
    expect(keys.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
  });

  it.each(Object.keys(STATUS_OF))("has words for the refusal %s", (code) => {
    expect(isTextKey(`refusal.${code}`)).toBe(true);
  });

  it("has words for each step of a drill and each choice about the desk's revision", () => {
    for (const step of DRILL_STEPS) expect(isTextKey(`drill.step.${step}`)).toBe(true);
    for (const choice of DESK_CHOICES) expect(isTextKey(`offer.${choice}`)).toBe(true);
  });

  it("fills gaps, leaves those without a value in sight, and shows unknown words as they came", () => {
    expect(say("en", "scan.estimate", { time: "7 s" })).toBe("7 s where nobody answers");
    expect(say("zh", "scan.estimate")).toContain("{time}");
    expect(sayWord("en", "drill.step", "toString")).toBe("toString");
  });
});
