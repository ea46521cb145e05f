import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";

import { DedupeKeys } from "./dedupe.ts";
import { CREATE_TABLES } from "./schema.ts";

const MAX_KEYS = 100;

let db: Database.Database;
let keys: DedupeKeys;

beforeEach(() => {
  db = new Database(":memory:");
  db.exec(CREATE_TABLES);
  keys = new DedupeKeys(db);
});

afterEach(() => {
  db.close();
});

/** Notes keys in a transaction of their own. */
function note(...noted: readonly string[]): void {
  db.exec("BEGIN");
  for (const key of noted) keys.note(key, 0, MAX_KEYS);
  db.exec("COMMIT");
  keys.settle(true);
}

test("a key is known from when it was noted, also by the next to open the file", () => {
  expect(keys.has("a")).toBe(false);
  note("a", "b");
  expect([keys.has("a"), keys.has("b"), keys.has("c")]).toEqual([true, true, false]);
  const again = new DedupeKeys(db);
  expect([again.has("a"), again.has("b"), again.has("c")]).toEqual([true, true, false]);
});

test("the oldest keys beyond the maximum are forgotten, in the table and in memory", () => {
  for (let index = 0; index < MAX_KEYS + 10; index += 1) note(`key ${index}`);
  expect(keys.has("key 9")).toBe(false);
  expect(keys.has("key 10")).toBe(true);
  expect(keys.newest("key ", 2)).toEqual([`key ${MAX_KEYS + 8}`, `key ${MAX_KEYS + 9}`]);
  expect(db.prepare("SELECT COUNT(*) FROM dedupe").pluck().get()).toBe(MAX_KEYS);
});

test("what was rolled back is as if it had not been: new keys unknown, forgotten ones known", () => {
  note(...Array.from({ length: MAX_KEYS }, (_, index) => `old ${index}`));
  db.exec("BEGIN");
  keys.note("new", 0, MAX_KEYS);
  expect(keys.has("old 0")).toBe(false);
  db.exec("ROLLBACK");
  keys.settle(false);
  expect(keys.has("new")).toBe(false);
  expect(keys.has("old 0")).toBe(true);
  note("another");
  expect([keys.has("new"), keys.has("another"), keys.has("old 0")]).toEqual([false, true, false]);
});

test("two keys of one hash are told apart", () => {
  const [one, other] = pairOfOneHash();
  note(one);
  expect(keys.has(other)).toBe(false);
  note(other);
  expect([keys.has(one), keys.has(other)]).toEqual([true, true]);
});

/** By the birthday of 30 bits: some tens of thousands of keys. */
function pairOfOneHash(): [string, string] {
  const seen = new Map<number, string>();
  for (let index = 0; ; index += 1) {
    const key = `key ${index}`;
    let hash = 0x811c9dc5;
    for (const char of key) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    const before = seen.get(hash >>> 2);
    if (before !== undefined) return [before, key];
    seen.set(hash >>> 2, key);
  }
}
