import { describe, expect, it } from "vitest";

import { Panel } from "./panel.ts";

describe("a simulated panel", () => {
  it("keeps what it was given until its end, through a reboot too", () => {
    let nowMs = Date.UTC(2026, 10, 25);
    const panel = new Panel({ columns: 32, rows: 4 }, () => nowMs);
    const expiresAt = new Date(nowMs + 60_000).toISOString();
    expect(panel.put({ id: "text-1", lines: ["大雾"], expiresAt })).toBeUndefined();
    nowMs += 30_000;
    panel.reboot();
    nowMs += 29_999;
    expect(panel.state).toMatchObject({ showing: "text-1", uptime: 29 });
    nowMs += 1;
    expect(panel.state.showing).toBeNull();
    expect(panel.picture.lines).toEqual(["欢迎候车", "Welcome"]);
  });

  it.each([
    ["nothing", undefined],
    ["no id", { lines: [] }],
    ["no lines", { id: "a" }],
    ["more lines than it has", { id: "a", lines: ["1", "2"] }],
    ["an end that is none", { id: "a", lines: [], expiresAt: "soon" }],
  ])("takes no content with %s", (_, body) => {
    const panel = new Panel({ columns: 32, rows: 1 });
    expect(panel.put(body)).not.toBeUndefined();
    expect(panel.state.showing).toBeNull();
  });
});
