import { describe, expect, it } from "vitest";

import { csvLine, type CsvCell } from "./csv.ts";
import { isZone, SiteClocks } from "./site-time.ts";

describe("a line of CSV", () => {
  it.each<[CsvCell[], string]>([
    [["a", "b"], "a,b"],
    [["a,b", 'say "no"', "two\r\nlines"], '"a,b","say ""no""","two\r\nlines"'],
    [[null, 0, -1.5, ""], ",0,-1.5,"],
    [[" held "], '" held "'],
    [["****7788", "充电"], "****7788,充电"],
    [["=1+1", "+86", "-2", "@SUM(A1)"], "'=1+1,'+86,'-2,'@SUM(A1)"],
    [["＝1+1", "＋1", "－1", "＠x"], "'＝1+1,'＋1,'－1,'＠x"],
    [["\t=1", "\r=1"], "'\t=1,\"'\r=1\""],
    [[`=HYPERLINK("http://x","y")`], `"'=HYPERLINK(""http://x"",""y"")"`],
  ])("%j", (cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});

describe("clocks at the sites", () => {
  const clocks = new SiteClocks();
  it.each([
    ["Asia/Shanghai", Date.UTC(2026, 10, 25, 16, 30, 5), "2026-11-26 00:30:05"],
    ["Europe/Berlin", Date.UTC(2026, 6, 1, 22, 0, 0), "2026-07-02 00:00:00"],
    ["UTC", 0, "1970-01-01 00:00:00"],
    ["Nowhere/Atall", Date.UTC(2026, 10, 25, 16, 30, 5), "2026-11-25 16:30:05"],
  ])("in %s at %i", (zone, ms, written) => {
    expect(clocks.write(ms, zone)).toBe(written);
  });

  it.each([
    ["Asia/Shanghai", true],
    ["Etc/GMT+8", true],
    ["UTC", true],
    ["+08:00", false],
    ["Asia/Nowhere", false],
    ["", false],
    ["Asia/Shanghai'; drop table gateway; --", false],
  ])("%s is a zone: %s", (zone, expected) => {
    expect(isZone(zone)).toBe(expected);
    expect(clocks.zoneOf(zone)).toBe(expected ? zone : "UTC");
  });
});
