import type { ScanFinding } from "../../../server/views.ts";
import type { Draft } from "../draft/draft.ts";

const REMEMBERED = "outpost.offer";
type Offer = NonNullable<ScanFinding["offer"]>;

/** What was found is carried to the form that makes a device of it, also over a reload. */
export function rememberOffer(finding: ScanFinding): void {
  sessionStorage.setItem(REMEMBERED, JSON.stringify(finding.offer));
}

/** Takes it once. */
export function takeOffer(): Offer | undefined {
  const text = sessionStorage.getItem(REMEMBERED);
  sessionStorage.removeItem(REMEMBERED);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by rememberOffer in this very browser tab
  return text === null ? undefined : (JSON.parse(text) as Offer);
}

/** Whether a device of the draft is on that line with that unit id. */
export function isInSite(draft: Draft, { offer }: ScanFinding): boolean {
  if (offer === undefined) return false;
  const wanted = offer.settings["unitId"];
  return draft.devices.some((device) => {
    const link = draft.links.find(({ id }) => id === device.link);
    const isSameLine =
      link !== undefined && ["host", "port", "path"].every((key) => Reflect.get(link, key) === offer.link[key]);
    const { settings } = device;
    const unitId = typeof settings === "object" && settings !== null ? Reflect.get(settings, "unitId") : undefined;
    return isSameLine && device.adapter === offer.adapter && unitId === wanted;
  });
}
