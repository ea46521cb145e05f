import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

/** The codes in the table above an error class, and those in its type. */
function codes(file: string, prefix: string): { readonly table: string[]; readonly type: string[] } {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const table = [...text.matchAll(new RegExp(`\\| \`(${prefix}/[a-z-]+)\` \\|`, "g"))].map((match) => match[1] ?? "");
  const type = [...text.matchAll(new RegExp(`"(${prefix}/[a-z-]+)"`, "g"))].map((match) => match[1] ?? "");
  return { table: table.toSorted(), type: [...new Set(type)].toSorted() };
}

describe("error codes", () => {
  it.each([
    ["./errors.ts", "modbus"],
    ["../links/errors.ts", "link"],
  ])("of %s stand in its table, all of them", (file, prefix) => {
    const { table, type } = codes(file, prefix);
    expect(type.length).toBeGreaterThan(2);
    expect(table).toEqual(type);
  });
});
