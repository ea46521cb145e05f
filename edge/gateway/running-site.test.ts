import { checkSite, type Site } from "@outpost/wire/check-site.ts";
import { describe, expect, it } from "vitest";

import { planSite } from "../site/plan.ts";
import { rulesOf } from "../site/rules-of.ts";
import { SAMPLE_SITE } from "../site/testing/sample-site.ts";
import { RunningSite, type RunningSiteDeps } from "./running-site.ts";

async function site(change: (text: string) => string = (text) => text): Promise<Site> {
  const check = await checkSite(change(SAMPLE_SITE));
  if (check.kind === "refused") throw new Error(JSON.stringify(check.faults));
  return check.site;
}

/** Everything about a site differs in this one. */
const otherSite = (text: string): string =>
  text
    .replace("port: 1502", "port: 1503")
    .replace("limit: 3.2", "limit: 3.1")
    .replace("idle: 0", "idle: 0.5")
    .replace(
      "statusPage: { host: 127.0.0.1, port: 0 }",
      "statusPage: { port: 1 }\nuplink: { url: mqtt://fleet.example }",
    )
    .replace(
      "\nrules:",
      `
  - id: node
    adapter: modbus
    name: { zh: 节点, en: Node }
    link: second
    settings: { unitId: 2, profile: two-pump-station }

rules:`,
    )
    .replace("\ndevices:", "  - { id: second, kind: tcp, host: 127.0.0.1, port: 1600 }\n\ndevices:");

/** What the parts of a gateway hold, as their settings; the `failsAt`th call fails. */
class Parts {
  readonly held = new Map<string, unknown>();
  calls = 0;
  failsAt = 0;

  get deps(): RunningSiteDeps {
    const call = (work: () => void) => {
      this.calls += 1;
      if (this.calls === this.failsAt) throw new Error(`call ${this.calls} fails`);
      work();
    };
    const put = (kind: string) => (items: readonly { readonly id: string }[]) =>
      call(() => items.forEach((item) => this.held.set(`${kind} ${item.id}`, item)));
    const take = (kind: string) => (ids: readonly string[]) =>
      call(() => ids.forEach((id) => this.held.delete(`${kind} ${id}`)));
    return {
      engine: { setRules: put("rule"), retireRules: take("rule") },
      actions: { setActions: put("action"), retireActions: take("action") },
      care: { setSite: (document) => this.held.set("care", document) },
      devices: {
        openLink: (link) => put("link")([link]),
        closeLink: async (id) => take("link")([id]),
        openDevice: ({ settings }) => put("device")([settings]),
        closeDevice: async (id) => take("device")([id]),
      },
      restartUplink: async () => call(() => {}),
      restartStatusPage: async () => call(() => {}),
      restartTechnicianPage: async () => call(() => {}),
      restartVision: async () => call(() => {}),
    };
  }
}

function started(current: Site): { parts: Parts; running: RunningSite } {
  const parts = new Parts();
  const running = new RunningSite(parts.deps, current);
  running.prepare();
  running.start();
  parts.calls = 0;
  return { parts, running };
}

describe("going over from one site to another", () => {
  it("ends with exactly what the other one has", async () => {
    const [current, desired] = [await site(), await site(otherSite)];
    const { parts, running } = started(current);
    await running.apply(desired);
    const { parts: afresh } = started(desired);
    expect(parts.held).toEqual(afresh.held);
    expect(rulesOf(desired.document).length).toBeGreaterThan(rulesOf(current.document).length);
  });

  it("where any step fails, ends with exactly what ran, and the step's reason", async () => {
    for (const [from, to] of [
      [await site(), await site(otherSite)] as const,
      [await site(otherSite), await site()] as const,
    ]) {
      const steps = planSite(from, to).length;
      expect(steps).toBeGreaterThan(8);
      for (let failsAt = 1; failsAt <= steps; failsAt += 1) {
        const { parts, running } = started(from);
        const before = new Map(parts.held);
        parts.failsAt = failsAt;
        await expect(running.apply(to)).rejects.toThrow(`call ${failsAt} fails`);
        expect(parts.held).toEqual(before);
        expect(running.site).toBe(from);
        parts.failsAt = 0;
        await running.apply(to);
        expect(running.site).toBe(to);
      }
    }
  });
});
