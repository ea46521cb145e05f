import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SeededRandom } from "../seeded-random.ts";
import { DesiredSite } from "./desired-site.ts";

const ROUNDS = 8;
/** A kill comes so long after the desk has written: anywhere from the message to well after it has arrived. */
const KILL_WITHIN_MS = 400;
const NEW_RULE = `
  - id: pump1-fault
    kind: equals
    device: pump-station
    point: pump1.fault
    value: 1
    priority: critical
    message: { zh: 一号泵故障, en: Pump 1 has a fault }
    actions: [siren]

actions:`;

let directory: string;
let site: DesiredSite;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-desired-"));
  site = await DesiredSite.open(directory);
}, 180_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

describe("the desk and a real gateway", () => {
  it("a new rule that is pushed from the desk alarms at the site", async () => {
    await site.until("the site's own text came", ({ running }) => running?.text === site.text);
    await site.put(site.text.replace("\nactions:", NEW_RULE));
    const view = await site.until("it runs", ({ standing }) => standing === "running");
    expect(view.running).toMatchObject({ origin: "desk", revision: 1, by: "wang" });
    await site.tripPump();
    await site.untilAlarm("pump1-fault");
  }, 400_000);

  it("one that weakens it is held until a second person approves, and outlives a kill meanwhile", async () => {
    const before = (await site.view()).running;
    await site.put(site.text.replace("\nactions:", NEW_RULE.replace("critical", "low")));
    const held = await site.until("it is held", ({ standing }) => standing === "held");
    expect(held).toMatchObject({ running: { digest: before?.digest }, weakenings: [{ kind: "priority-lowered" }] });
    site.gateway.kill();
    await site.gateway.revive();
    expect(await site.approve(held, "wang")).toMatchObject({ code: "desired/own" });
    await site.approve(held, "li");
    const view = await site.until("it runs", ({ standing }) => standing === "running");
    expect(view).toMatchObject({ running: { revision: 2 }, desired: { approval: { by: "li" } } });
  }, 400_000);

  it("a bad one is refused at the desk, and by the gateway where only that can know", async () => {
    const before = (await site.view()).running;
    expect(await site.put(site.text.replace("limit: 3.2", "limit: high"))).toMatchObject({
      code: "desired/refused",
      faults: [{ path: "rules.0.limit", line: expect.any(Number) }],
    });
    await site.put(`${site.text.replace("\nactions:", NEW_RULE)}journal: { keepDays: 7 }\n`);
    const view = await site.until("it is refused", ({ standing }) => standing === "refused");
    expect(view.offer).toMatchObject({
      reason: expect.stringContaining("restart"),
      faults: [{ path: "journal.keepDays" }],
    });
    expect(view.running).toMatchObject({ digest: before?.digest });
  }, 400_000);

  it("killed at any moment of taking one in, the gateway runs the whole old document or the whole new one", async () => {
    const random = new SeededRandom(process.env["OUTPOST_SEED"] ?? randomBytes(4).toString("hex"));
    process.stderr.write(`desired: seed ${random.seed}\n`);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = (await site.view()).running?.text ?? "";
      const text = site.text
        .replace("limit: 3.2", `limit: ${(3.2 - round / 100).toFixed(2)}`)
        .replace("\nactions:", NEW_RULE);
      await site.put(text);
      await delay(random.between(0, KILL_WITHIN_MS));
      site.gateway.kill();
      await site.gateway.revive();
      const whole = [before, text];
      const view = await site.until(`round ${round}: the new one runs`, ({ standing, running }) => {
        if (running?.text !== null && !whole.includes(running?.text ?? ""))
          throw new Error("neither the old nor the new");
        return standing === "running";
      });
      expect(view.running?.text).toBe(text);
    }
  }, 900_000);
});
