import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { chooseSite } from "./choose-site.ts";
import { lastGoodPath, saveLastGood } from "./last-good.ts";
import { fixedFaults, planReturn, planSite, type SiteStep } from "./plan.ts";
import { readSite } from "./read-site.ts";
import type { Site } from "./site.ts";
import { SAMPLE_SITE } from "./testing/sample-site.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-plan-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function site(change: (text: string) => string = (text) => text): Promise<Site> {
  const file = join(directory, "site.yaml");
  await writeFile(file, change(SAMPLE_SITE));
  const reading = await readSite(file);
  if (reading.kind === "refused") throw new Error(JSON.stringify(reading.faults));
  return reading.site;
}

const SECOND_DEVICE = `
  - id: node
    adapter: modbus
    name: { zh: 节点, en: Node }
    link: panel
    settings: { unitId: 2, profile: two-pump-station }
`;
const addDevice = (text: string): string => text.replace("\nrules:", `${SECOND_DEVICE}\nrules:`);
const replace = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe("planSite", () => {
  const cases: [string, (text: string) => string, (text: string) => string, SiteStep[]][] = [
    ["nothing changes: nothing is touched", (text) => text, (text) => `# a remark\n${text}`, []],
    [
      "a rule changes: only that rule",
      (text) => text,
      replace("limit: 3.2", "limit: 3.4"),
      [{ kind: "set-rules", ruleIds: ["high-level"] }],
    ],
    [
      "a device comes: its rules before its first reading",
      (text) => text,
      addDevice,
      [
        { kind: "set-rules", ruleIds: ["system/device-offline/node"] },
        { kind: "open-device", deviceId: "node" },
      ],
    ],
    [
      "a device goes: its rules before it",
      addDevice,
      (text) => text,
      [
        { kind: "retire-rules", ruleIds: ["system/device-offline/node"] },
        { kind: "close-device", deviceId: "node" },
      ],
    ],
    [
      "a device changes: it alone is opened anew, its link and rules stay",
      (text) => text,
      replace("unitId: 1", "unitId: 7"),
      [
        { kind: "close-device", deviceId: "station" },
        { kind: "open-device", deviceId: "station" },
      ],
    ],
    [
      "a link changes: every device on it is opened anew",
      addDevice,
      (text) => replace("port: 1502", "port: 1503")(addDevice(text)),
      [
        { kind: "close-device", deviceId: "station" },
        { kind: "close-device", deviceId: "node" },
        { kind: "close-link", linkId: "panel" },
        { kind: "open-link", linkId: "panel" },
        { kind: "open-device", deviceId: "station" },
        { kind: "open-device", deviceId: "node" },
      ],
    ],
    [
      "an action goes with the rule that named it: the action lets its point go first",
      (text) => text,
      (text) => text.slice(0, text.indexOf("\nactions:")).replace("    actions: [siren]\n", ""),
      [
        { kind: "retire-actions", actionIds: ["siren"] },
        { kind: "retire-rules", ruleIds: ["system/action-failed/siren", "system/test-failed/high-level"] },
        { kind: "set-rules", ruleIds: ["high-level"] },
      ],
    ],
    [
      "the uplink and the page are started anew where they changed",
      (text) => text,
      (text) =>
        replace(
          "statusPage: { host: 127.0.0.1, port: 0 }",
          "uplink: { url: mqtt://fleet.example }\nstatusPage: { port: 1 }",
        )(text),
      [{ kind: "restart-uplink" }, { kind: "restart-status-page" }],
    ],
  ];
  it.each(cases)("%s", async (_, before, after, steps) => {
    expect(planSite(await site(before), await site(after))).toEqual(steps);
  });

  it("names what only a restart can change", async () => {
    const current = await site();
    const desired = await site((text) =>
      replace("id: gateway-01", "id: gateway-02")(text).replace("\nlinks:", "journal: { keepDays: 3 }\nlinks:"),
    );
    expect(fixedFaults(current, desired)).toEqual([
      { path: ["gateway", "id"], message: "expected gateway-01, which changes only at a restart, found gateway-02" },
      { path: ["journal", "keepDays"], message: "expected 90, which changes only at a restart, found 3" },
    ]);
    expect(fixedFaults(current, await site(addDevice))).toEqual([]);
  });
});

describe("planReturn", () => {
  it.each<[string, SiteStep[], SiteStep[]]>([
    ["nothing was begun", [], []],
    [
      "what came goes, the last first",
      [
        { kind: "set-rules", ruleIds: ["new"] },
        { kind: "open-link", linkId: "other" },
        { kind: "open-device", deviceId: "node" },
      ],
      [
        { kind: "close-device", deviceId: "node" },
        { kind: "close-link", linkId: "other" },
        { kind: "retire-rules", ruleIds: ["new"] },
      ],
    ],
    [
      "what was taken away, or is another, comes back",
      [
        { kind: "retire-actions", actionIds: ["siren"] },
        { kind: "close-device", deviceId: "station" },
        { kind: "close-link", linkId: "panel" },
        { kind: "set-rules", ruleIds: ["high-level", "new"] },
      ],
      [
        { kind: "retire-rules", ruleIds: ["new"] },
        { kind: "set-rules", ruleIds: ["high-level"] },
        { kind: "open-link", linkId: "panel" },
        { kind: "open-device", deviceId: "station" },
        { kind: "set-actions", actionIds: ["siren"] },
      ],
    ],
    ["what was started anew is started anew", [{ kind: "restart-uplink" }], [{ kind: "restart-uplink" }]],
  ])("%s", async (_, taken, back) => {
    expect(planReturn(await site(), taken)).toEqual(back);
  });
});

describe("chooseSite", () => {
  it("takes the site file, else the last good copy with the reasons, else nothing", async () => {
    const state = await mkdtemp(join(directory, "state-"));
    const file = join(state, "site.yaml");
    await writeFile(file, "version: 9");
    expect((await chooseSite(file, state)).kind).toBe("none");
    await saveLastGood(state, SAMPLE_SITE);
    const second = await chooseSite(file, state);
    expect(second).toMatchObject({ kind: "site", site: { text: SAMPLE_SITE } });
    expect(second.refused.length).toBeGreaterThan(0);
    await writeFile(file, SAMPLE_SITE);
    expect(await chooseSite(file, state)).toMatchObject({ kind: "site", refused: [] });
  });

  it("a copy that was being written when the power went is never taken for a whole one", async () => {
    const state = await mkdtemp(join(directory, "state-"));
    await saveLastGood(state, SAMPLE_SITE);
    await writeFile(`${lastGoodPath(state)}.new`, SAMPLE_SITE.slice(0, 100));
    expect((await chooseSite(join(state, "missing.yaml"), state)).kind).toBe("site");
    await saveLastGood(state, SAMPLE_SITE);
    expect(await readdir(state)).toEqual(["site.last-good.yaml"]);
  });
});
