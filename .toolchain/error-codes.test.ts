import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every module's error class: a file `errors.ts` with a table of its codes. */
const FILES = globSync("{edge,fleet,firmware-adapters,models,flows}/**/errors.ts", {
  cwd: ROOT,
  exclude: ["**/node_modules/**"],
}).toSorted();

/** The codes in the tables of a file, and those in its types. */
function codesOf(file: string): { readonly tables: string[]; readonly types: string[] } {
  const text = readFileSync(join(ROOT, file), "utf8");
  const tables = [...text.matchAll(/^ \* \| `([a-z0-9]+\/[a-z0-9-]+)` +\|/gm)].map((match) => match[1] ?? "");
  const unions = [...text.matchAll(/type \w*Code =([^;]+);|readonly code: ("[^;]+);/g)].map(
    (match) => match[1] ?? match[2],
  );
  const types = [...unions.join().matchAll(/"([a-z0-9]+\/[a-z0-9-]+)"/g)].map((match) => match[1] ?? "");
  return { tables: tables.toSorted(), types: [...new Set(types)].toSorted() };
}

describe("error codes", () => {
  it("are found", () => {
    expect(FILES.length).toBeGreaterThan(10);
  });

  it.each(FILES)("of %s stand in its table, all of them", (file) => {
    const { tables, types } = codesOf(file);
    expect(types).not.toEqual([]);
    expect(tables).toEqual(types);
  });
});
