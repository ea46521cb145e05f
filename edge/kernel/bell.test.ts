import { expect, it } from "vitest";

import { Bell } from "./bell.ts";

it("a wait that was given up does not take the next one's ring", async () => {
  const bell = new Bell();
  const given = new AbortController();
  const before = bell.next(given.signal);
  given.abort(new Error("something else came first"));
  const next = bell.next(new AbortController().signal);
  await expect(before).rejects.toThrow("something else came first");
  bell.ring();
  await expect(next).resolves.toBeUndefined();
});
