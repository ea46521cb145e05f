import type {
  DeviceDraftView,
  DocumentView,
  LinkView,
  RuleView,
  VisionCameraView,
  ZoneView,
} from "../../../server/document-view.ts";

/** The site as somebody is writing it. */
export type Draft = DocumentView;
export type DraftDevice = DeviceDraftView;
export type DraftLink = LinkView;
export type DraftRule = RuleView;

/** Adds a device, with its link where that is new. */
export function withDevice(draft: Draft, device: DraftDevice, link: DraftLink | undefined): Draft {
  const links = link === undefined ? draft.links : [...draft.links.filter(({ id }) => id !== link.id), link];
  return { ...draft, links, devices: [...draft.devices.filter(({ id }) => id !== device.id), device] };
}

/** Takes a device away, with its rules and actions, and its link where nobody else is on it. */
export function withoutDevice(draft: Draft, deviceId: string): Draft {
  const gone = draft.devices.find(({ id }) => id === deviceId);
  const devices = draft.devices.filter(({ id }) => id !== deviceId);
  const actions = draft.actions.filter(({ device }) => device !== deviceId);
  const kept = new Set(actions.map(({ id }) => id));
  const rules = draft.rules
    .filter((rule) => rule.device !== deviceId)
    .map((rule) => ({ ...rule, actions: rule.actions.filter((id) => kept.has(id)) }));
  const rest = withCamera(draft, deviceId, undefined);
  const isLinkFree = gone?.link !== undefined && !devices.some(({ link }) => link === gone.link);
  const links = isLinkFree ? draft.links.filter(({ id }) => id !== gone.link) : draft.links;
  return { ...rest, links, devices, rules, actions };
}

/** Adds a zone to a camera, and lets an algorithm look at it; what the camera has beside stays. */
export function withZone(draft: Draft, device: string, zone: ZoneView, algorithm: string): Draft {
  const cameras = draft.vision?.cameras ?? [];
  const before = cameras.find((one) => one.device === device) ?? { device, zones: [], algorithms: [] };
  const zones = [...before.zones.filter(({ id }) => id !== zone.id), zone];
  const uses = before.algorithms.map((use) => ({ ...use, at: use.at.filter((id) => id !== zone.id) }));
  const use = uses.find(({ id }) => id === algorithm) ?? { id: algorithm, at: [] };
  const others = uses.filter(({ id, at }) => id !== algorithm && at.length > 0);
  const after = { ...before, zones, algorithms: [...others, { ...use, at: [...use.at, zone.id] }] };
  return withCamera(draft, device, after);
}

/** Takes a zone away; a camera that nobody looks at any more is left out, and vision with its last one. */
export function withoutZone(draft: Draft, device: string, zoneId: string): Draft {
  const before = draft.vision?.cameras.find((one) => one.device === device);
  if (before === undefined) return draft;
  const algorithms = before.algorithms
    .map((use) => ({ ...use, at: use.at.filter((id) => id !== zoneId) }))
    .filter(({ at }) => at.length > 0);
  const zones = before.zones.filter(({ id }) => id !== zoneId);
  return withCamera(draft, device, algorithms.length === 0 ? undefined : { ...before, zones, algorithms });
}

function withCamera(draft: Draft, device: string, camera: VisionCameraView | undefined): Draft {
  const others = (draft.vision?.cameras ?? []).filter((one) => one.device !== device);
  const cameras = camera === undefined ? others : [...others, camera];
  const { vision, ...rest } = draft;
  return cameras.length === 0 ? rest : { ...rest, vision: { ...vision, cameras } };
}

/** An id nobody has yet. */
export function freeId(wanted: string, taken: readonly { readonly id: string }[]): string {
  const plain =
    wanted
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, "-")
      .replaceAll(/^[^a-z0-9]+|-+$/g, "")
      .slice(0, 56) || "device";
  const ids = new Set(taken.map(({ id }) => id));
  let id = plain;
  for (let number = 2; ids.has(id); number += 1) id = `${plain}-${number}`;
  return id;
}
