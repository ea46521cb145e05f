import { describe, expect, it } from "vitest";

import { LogRing } from "./log-ring.ts";
import { withoutSecrets } from "./without-secrets.ts";

describe("what leaves the gateway in a bundle", () => {
  it.each<[unknown, unknown]>([
    [
      { password: "x", username: "li" },
      { password: "…", username: "li" },
    ],
    [
      { key: "0011", keyFile: "/etc/key.pem" },
      { key: "…", keyFile: "/etc/key.pem" },
    ],
    [
      { authKey: "x", token: "y", clientSecret: "z", pin: "1" },
      { authKey: "…", token: "…", clientSecret: "…", pin: "…" },
    ],
    [{ url: "mqtt://li:secret@broker:1883" }, { url: "mqtt://…@broker:1883" }],
    [
      ["rtsp://a:b@c/d", { deep: { password: 7 } }],
      ["rtsp://…@c/d", { deep: { password: "…" } }],
    ],
    [
      { keys: { password: "x" }, pinned: true, monkey: "x" },
      { keys: { password: "…" }, pinned: true, monkey: "…" },
    ],
    [null, null],
    [3, 3],
  ])("%j becomes %j", (value, clean) => {
    expect(withoutSecrets(value)).toEqual(clean);
  });

  it("ends where nesting does not", () => {
    const loop: Record<string, unknown> = {};
    loop["again"] = loop;
    expect(JSON.stringify(withoutSecrets(loop))).toContain("…");
  });
});

describe("the ring of log lines", () => {
  it("keeps the last five hundred, oldest first, each cut short", () => {
    const ring = new LogRing();
    const heard: string[] = [];
    const log = ring.tap({
      debug: () => {},
      info: (message) => heard.push(message),
      warn: () => {},
      error: () => {},
    });
    for (let number = 0; number < 600; number += 1) log.info(`line ${number}`, { steps: [1, 2], what: { a: 1 } });
    log.debug("not kept");
    log.error("x".repeat(5_000));
    const lines = ring.lines();
    expect(lines).toHaveLength(500);
    expect(lines[0]?.text).toBe("line 101 steps=[2] what={…}");
    expect(lines.at(-1)).toMatchObject({ level: "error", text: "x".repeat(1_000) });
    expect(heard).toHaveLength(600);
  });
});
