import type { DeviceDraftView, DocumentView, LinkView, RuleView } from "../../../server/document-view.ts";

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
  const isLinkFree = gone?.link !== undefined && !devices.some(({ link }) => link === gone.link);
  const links = isLinkFree ? draft.links.filter(({ id }) => id !== gone.link) : draft.links;
  return { ...draft, links, devices, rules, actions };
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
