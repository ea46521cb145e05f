import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { buildTechnicianPage } from "./build.ts";

describe("building the technician's page", () => {
  it("is done once for the same sources", async () => {
    const first = await buildTechnicianPage();
    expect(await buildTechnicianPage()).toEqual({ folder: first.folder, isBuiltNow: false });
  });

  it("gives a page that names only files of its own and carries no script in itself", async () => {
    const { folder } = await buildTechnicianPage();
    const page = await readFile(join(folder, "index.html"), "utf8");
    const names = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      expect(name).toMatch(/^\/assets\//);
      expect((await stat(join(folder, name))).size).toBeGreaterThan(0);
    }
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
    expect(page).not.toContain("://");
    const code = await readFile(join(folder, names.find((name) => name.endsWith(".js")) ?? ""), "utf8");
    expect(code, "made for use, whoever builds it").not.toContain("jsx-dev-runtime");
    expect(code, "no adapter and no schema is in the browser").not.toContain("ModbusRTU");
  });
});
