import { describe, expect, it } from "vitest";

import type { Command } from "../../../api/schemas.ts";
import { pointsById } from "../../testing/sample-devices.ts";
import { pushedText, signOf } from "./sign.ts";

function call(sentAtMs: number, methodId: string, given: Readonly<Record<string, string | number>>): Command {
  return {
    id: "0".repeat(32),
    gatewayId: "gw-1",
    actor: "王伟",
    order: { kind: "call", deviceId: "sign-1", methodId, arguments: { ...given } },
    ttlMs: 10_000,
    sentAtMs,
    state: "done",
    detail: null,
    selectionId: null,
    before: null,
    after: null,
    answeredAtMs: sentAtMs + 100,
  };
}

describe("a sign", () => {
  it("is read from its points", () => {
    const sign = signOf(
      pointsById([
        ["showing", 1],
        ["message", 2, { min: 0, max: 3, isHazardous: false }],
        ["brightness", "not-available"],
      ]),
    );
    expect(sign).toMatchObject({
      isRight: "on",
      message: { kind: "good", value: 2 },
      messageCount: 3,
      fault: "absent",
      brightness: { kind: "bad" },
    });
    expect(signOf(pointsById([["brightness", 50]]))).toBeUndefined();
  });
});

describe("the text that the desk has put on a sign", () => {
  const show = call(1_000, "show", { text: "积水绕行", forMs: 60_000 });

  it("stands until its end", () => {
    expect(pushedText([show], "sign-1", 60_999)).toMatchObject({ text: "积水绕行", untilMs: 61_000 });
    expect(pushedText([show], "sign-1", 61_000)).toBeUndefined();
    expect(pushedText([show], "sign-2", 2_000)).toBeUndefined();
  });

  it("is not there before the gateway has done it", () => {
    expect(pushedText([{ ...show, state: "sent" }], "sign-1", 2_000)).toBeUndefined();
    expect(pushedText([{ ...show, state: "refused" }], "sign-1", 2_000)).toBeUndefined();
  });

  it("is the newest, an emergency before everything, and gone when withdrawn", () => {
    const newer = call(2_000, "show", { text: "末班车已过", forMs: 60_000 });
    expect(pushedText([newer, show], "sign-1", 3_000)?.text).toBe("末班车已过");
    const urgent = call(1_500, "show", { text: "请疏散", forMs: 60_000, priority: "emergency" });
    expect(pushedText([newer, urgent], "sign-1", 3_000)?.text).toBe("请疏散");
    const withdrawn = call(4_000, "clear", { priority: "emergency" });
    expect(pushedText([withdrawn, newer, urgent], "sign-1", 5_000)?.text).toBe("末班车已过");
  });
});
