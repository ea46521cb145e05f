import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { Audit } from "./audit.ts";

function rig() {
  const clock = new ManualClock();
  const events: DeviceEvent[] = [];
  const document = { gateway: { id: "gateway-01" } };
  const site = { document };
  const audit = new Audit({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the clock and the site only this is asked for
    ...({ clock, site: () => site } as unknown as ConstructorParameters<typeof Audit>[0]),
    log: silentLog,
    publish: (event) => events.push(event),
  });
  return { clock, events, audit };
}

const KNOCK = { who: "Li", action: "sign-in", target: "", result: "wrong", from: "10.0.0.9" };

describe("the record of what technicians do", () => {
  it("is an occurrence of the gateway, each word of it bounded", () => {
    const { audit, events } = rig();
    audit.note({ ...KNOCK, result: "in", who: "x".repeat(5_000) });
    expect(events).toMatchObject([
      { kind: "occurrence", deviceId: "gateway-01", name: "technician-action", details: { result: "in" } },
    ]);
    expect(JSON.stringify(events).length).toBeLessThan(1_000);
  });

  it("says once in five seconds that somebody was not let in, and how often", async () => {
    const { audit, events, clock } = rig();
    for (let tries = 0; tries < 100; tries += 1) audit.refusedEntry(KNOCK);
    audit.refusedEntry({ ...KNOCK, result: "locked" });
    await clock.advance(5_000);
    audit.refusedEntry(KNOCK);
    audit.refusedEntry(KNOCK);
    expect(events.map((event) => event.kind === "occurrence" && event.details["target"])).toEqual([
      "",
      "",
      "99 more since the last record",
    ]);
  });
});
