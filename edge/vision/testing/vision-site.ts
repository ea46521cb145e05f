import { siteDocument, type SiteDocument } from "@outpost/wire/site.ts";

const NAME = { zh: "测试", en: "test" };

/** A site of cameras whose whole picture is one zone, `all`, watched by the algorithms named. */
export function visionSite(
  cameras: readonly { readonly id: string; readonly settings: object }[],
  more: { readonly algorithms?: readonly object[]; readonly vision?: object; readonly camera?: object } = {},
): SiteDocument {
  const { algorithms = [{ id: "perimeter", at: ["all"] }], vision = {}, camera = {} } = more;
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  return siteDocument.parse({
    version: 1,
    site: { id: "test", name: NAME },
    gateway: { id: "gateway-01" },
    links: [],
    devices: cameras.map(({ id, settings }) => ({ id, adapter: "camera", name: NAME, settings })),
    vision: {
      cameras: cameras.map(({ id }) => ({
        device: id,
        zones: [{ id: "all", name: NAME, corners }],
        algorithms,
        isGated: false,
        ...camera,
      })),
      ...vision,
    },
  });
}
