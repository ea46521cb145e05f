import { describe, expect, it } from "vitest";

import type { Method } from "./arguments.ts";
import { collectArguments, describeArguments } from "./arguments.ts";

const METHOD: Method = {
  id: "show",
  name: { zh: "显示", en: "Show" },
  parameters: [
    { id: "text", name: { zh: "文字", en: "Text" }, type: "text" },
    { id: "forMs", name: { zh: "毫秒", en: "Milliseconds" }, type: "number", isOptional: true },
    { id: "isUrgent", name: { zh: "紧急", en: "Urgent" }, type: "boolean" },
  ],
};

describe("arguments of a call", () => {
  it("are not complete while one that is needed is missing", () => {
    expect(collectArguments(METHOD, {})).toBeUndefined();
    expect(collectArguments(METHOD, { forMs: 5 })).toBeUndefined();
  });

  it("leave out what is optional and was not given; an untouched switch is off", () => {
    expect(collectArguments(METHOD, { text: "积水" })).toEqual({ text: "积水", isUrgent: false });
    expect(collectArguments(METHOD, { text: "积水", forMs: 0, isUrgent: true, other: 3 })).toEqual({
      text: "积水",
      forMs: 0,
      isUrgent: true,
    });
  });

  it("are read back in the reader's language", () => {
    expect(describeArguments(METHOD, { text: "积水", isUrgent: true }, "en")).toBe("Text: 积水 · Urgent: ✓");
    expect(describeArguments({ ...METHOD, parameters: [] }, {}, "zh")).toBe("");
  });
});
