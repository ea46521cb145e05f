import { checkSite, type Site } from "@outpost/wire/check-site.ts";
import { describe, expect, it } from "vitest";

import { SAMPLE_SITE } from "../../site/testing/sample-site.ts";
import { proposeRules } from "./proposals.ts";

async function siteOf(text: string): Promise<Site> {
  const check = await checkSite(text);
  if (check.kind === "refused") throw new Error(JSON.stringify(check.faults));
  return check.site;
}

const BUTTON = `
  - id: call
    adapter: button
    name: { zh: 呼叫, en: Call }
    settings: { source: gpio, chip: gpio, line: 4, cutLine: { line: 5 } }
`;
const withButton = SAMPLE_SITE.replace("\nrules:", `${BUTTON}\nrules:`);

describe("the alarms that devices propose", () => {
  it("hold an emergency call until somebody has acknowledged it, and sound the site's siren", async () => {
    const site = await siteOf(withButton);
    const proposals = site.devices.flatMap((device) => proposeRules(device, site.document));
    const call = proposals.find(({ rule }) => rule.id === "call-pressed");
    expect(call).toMatchObject({
      isSafety: true,
      rule: { kind: "equals", value: 1, priority: "critical", isLatched: true, actions: ["siren"] },
    });
    expect(proposals.find(({ rule }) => rule.id === "call-cut-wire")).toMatchObject({ isSafety: true });
  });

  it("leave out what the site watches already, and have ids nobody has", async () => {
    const site = await siteOf(SAMPLE_SITE.replace("id: high-level", "id: station-mains-fail"));
    const [station] = site.devices;
    if (station === undefined) throw new Error("the sample has a station");
    const ids = proposeRules(station, site.document).map(({ rule }) => rule.id);
    expect(ids).not.toContain("station-level");
    expect(ids).toContain("station-mains-fail-2");
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("make a site that passes every check when all of them are taken", async () => {
    const site = await siteOf(withButton);
    const rules = site.devices.flatMap((device) => proposeRules(device, site.document)).map(({ rule }) => rule);
    const whole = { ...site.document, rules: [...site.document.rules, ...rules] };
    expect((await siteOf(JSON.stringify(whole))).document.rules.length).toBeGreaterThan(8);
  });
});
