import { describe, expect, it } from "vitest";

import { Passwords } from "./passwords.ts";

/** A device's memory that is a map: what was saved is there for the next. */
function memory() {
  const rows = new Map<string, string>();
  return {
    rows,
    isRestored: true,
    async save(changes: Readonly<Record<string, string | null>>): Promise<void> {
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) rows.delete(key);
        else rows.set(key, value);
      }
    },
  };
}

describe("a charge point's password", () => {
  it("is the site file's until the station has taken another", async () => {
    const passwords = new Passwords("from the file", memory());
    expect([passwords.own, passwords.next]).toEqual(["from the file", undefined]);
    const next = await passwords.draw();
    expect([passwords.own, passwords.next]).toEqual(["from the file", next]);
    await passwords.take();
    expect([passwords.own, passwords.next]).toEqual([next, undefined]);
  });

  it("that the station may have taken is drawn again, not replaced: it must stay right", async () => {
    const passwords = new Passwords("from the file", memory());
    const next = await passwords.draw();
    expect(await passwords.draw()).toBe(next);
    expect(passwords.next).toBe(next);
  });

  it("is forgotten where the station does not take it", async () => {
    const passwords = new Passwords("from the file", memory());
    const first = await passwords.draw();
    await passwords.drop();
    expect([passwords.own, passwords.next]).toEqual(["from the file", undefined]);
    expect(await passwords.draw()).not.toBe(first);
  });

  it("outlives a restart, both of them where nobody knows; another key in the site file is the one meant", async () => {
    const kept = memory();
    const next = await new Passwords("from the file", kept).draw();
    const again = new Passwords("from the file", kept);
    expect([again.own, again.next]).toEqual(["from the file", next]);
    await again.take();
    expect(new Passwords("from the file", kept).own).toBe(next);
    expect(new Passwords("another", kept)).toMatchObject({ own: "another", next: undefined });
  });
});
