import { describe, expect, it } from "vitest";

import { checkSite } from "./check-site.ts";

const SITE = `version: 1
site: { id: pool-01, name: { zh: 泳池, en: Pool } }
gateway: { id: gateway-01 }
links: []
devices:
  - id: gate
    adapter: camera
    name: { zh: 大门, en: Gate }
    settings: { source: { kind: mjpeg, url: "http://192.168.1.64/mjpeg" } }
vision:
  cameras:
    - device: gate
      zones:
        - { id: yard, name: { zh: 院子, en: Yard }, corners: [[0, 0], [1, 0], [1, 1]] }
      lines:
        - { id: door, name: { zh: 门, en: Door }, from: [0.5, 0.1], to: [0.5, 0.9] }
      algorithms:
        - { id: perimeter, at: [yard], parameters: { enterAfterS: 2 } }
        - { id: people-count, at: [door] }
rules:
  - id: intrusion
    kind: equals
    device: gate
    point: perimeter.yard.present
    value: 1
    priority: high
    message: { zh: 有人闯入, en: Somebody is inside }
`;

async function faultsOf(from: string, to: string): Promise<readonly string[]> {
  expect(SITE).toContain(from);
  const checked = await checkSite(SITE.replace(from, to));
  return checked.kind === "accepted" ? [] : checked.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe("vision in a site document", () => {
  it("gives the camera a point for every output at every zone and line, which rules may watch", async () => {
    const checked = await checkSite(SITE);
    expect(checked).toMatchObject({ kind: "accepted" });
    const points = checked.kind === "accepted" ? checked.site.devices[0]?.device.points.map(({ id }) => id) : [];
    expect(points).toEqual(
      expect.arrayContaining(["frozen", "perimeter.yard.present", "people-count.door.inside", "vision.shortfall"]),
    );
  });

  it.each([
    ["perimeter.yard.present", "perimeter.yard.level", /rules\.0\.point: expected a point of device "gate"/],
    [
      "id: perimeter, at",
      "id: telepathy, at",
      /vision\.cameras\.0\.algorithms\.0\.id: expected an algorithm \(.*perimeter/,
    ],
    ["at: [yard]", "at: [garden]", /algorithms\.0\.at\.0: no zone or line has the id "garden"/],
    ["at: [door]", "at: [yard]", /algorithms\.1\.at\.0: expected a line, found the zone "yard"/],
    ["enterAfterS: 2", "frames: 2", /algorithms\.0\.parameters\.frames: one of enterAfterS/],
    ["enterAfterS: 2", "enterAfterS: -1", /algorithms\.0\.parameters\.enterAfterS: /],
    ["[[0, 0], [1, 0], [1, 1]]", "[[0, 0], [1, 1], [1, 0], [0, 1]]", /zones\.0\.corners: the polygon cannot be used/],
    ["- device: gate", "- device: nobody", /vision\.cameras\.0\.device: no device has the id "nobody"/],
  ])("names what does not fit: %s → %s", async (from, to, expected) => {
    expect((await faultsOf(from, to)).join("\n")).toMatch(expected);
  });
});
