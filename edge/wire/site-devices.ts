import { catalog, type AdapterKind } from "@outpost/firmware-adapters/catalog.ts";
import type { Family, LinkKind, WatchedPoint } from "@outpost/firmware-adapters/family.ts";
import type { LinkSettings } from "@outpost/firmware-adapters/links/settings.ts";
import { z } from "zod";

import { name } from "./identifiers.ts";

const text = z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) });

type DeviceOf<Kind extends AdapterKind> = {
  readonly id: string;
  readonly adapter: Kind;
  readonly name: z.infer<typeof text>;
  /** Absent where the family takes none. */
  readonly link?: string | undefined;
  readonly settings: z.infer<(typeof catalog)[Kind]["settings"]>;
};

/** One device as the site file writes it; `adapter` says whose settings it has. */
export type DeviceSettings = { [Kind in AdapterKind]: DeviceOf<Kind> }[AdapterKind];

/** Every family of the adapters' catalogue is a member: who adds a family changes nothing here. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a union made of a table has no type of its own; the table's does
export const deviceSettings = z.discriminatedUnion("adapter", everyFamily()) as unknown as z.ZodType<DeviceSettings>;

type Member = z.ZodObject<{ readonly adapter: z.ZodLiteral<string> }>;

function everyFamily(): [Member, ...Member[]] {
  const [first, ...others] = Object.entries(catalog).map(([kind, family]) =>
    z.strictObject({
      id: name,
      adapter: z.literal(kind),
      name: text,
      link: name.optional(),
      settings: family.settings,
    }),
  );
  if (first === undefined) throw new Error("the catalogue is empty");
  return [first, ...others];
}

/** A link that a device uses, and where the site file says so. */
interface LinkUse {
  readonly path: readonly PropertyKey[];
  readonly id: string;
  readonly kinds: readonly LinkKind[];
}

/** The links a device uses: its own, and those its settings name. */
export function linkIdsOf(device: DeviceSettings): readonly string[] {
  const others = familyOf(device).otherLinks?.(device.settings) ?? [];
  return [...(device.link === undefined ? [] : [device.link]), ...others.map((one) => one.id)];
}

/** Points of other devices that a device looks at. */
export function watchedPointsOf(device: DeviceSettings): readonly WatchedPoint[] {
  return familyOf(device).watches?.(device.settings) ?? [];
}

export interface LinkFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong between devices and the links they are on. */
export function linkFaults(document: {
  readonly links: readonly LinkSettings[];
  readonly devices: readonly DeviceSettings[];
}): readonly LinkFault[] {
  const links = new Map(document.links.map((link) => [link.id, link] as const));
  const answering = new Map<string, string>();
  const asked = new Map<string, string>();
  return document.devices.flatMap((device, index) => {
    const family = familyOf(device);
    const at = ["devices", index];
    const uses = usesOf(device, family, at);
    const faults = uses.uses.flatMap((use) => useFaults(use, links));
    const link = device.link === undefined ? undefined : links.get(device.link);
    if (link !== undefined && faults.length === 0) {
      const onLink = family.checkOnLink?.(device.settings, link) ?? [];
      faults.push(...onLink.map(({ path, message }) => ({ path: [...at, "settings", ...path], message })));
    }
    if (link?.kind === "listener") {
      const protocol = family.protocol ?? device.adapter;
      const other = answering.get(link.id) ?? protocol;
      answering.set(link.id, other);
      if (other !== protocol) {
        const message = `expected a listener of its own, found "${link.id}", on which devices speak ${other}`;
        faults.push({ path: [...at, "link"], message });
      }
    }
    const where = link === undefined ? undefined : family.addressOnLink?.(device.settings);
    if (link !== undefined && where !== undefined) {
      const place = `${link.id}/${device.adapter}/${where.address}`;
      const other = asked.get(place);
      asked.set(place, other ?? device.id);
      if (other !== undefined && other !== device.id) {
        const message = `expected another than ${where.address}, which "${other}" has on the link "${link.id}"`;
        faults.push({ path: [...at, "settings", ...where.path], message });
      }
    }
    return [...uses.faults, ...faults];
  });
}

function usesOf(
  device: DeviceSettings,
  family: Family,
  at: readonly PropertyKey[],
): { readonly uses: readonly LinkUse[]; readonly faults: readonly LinkFault[] } {
  const path = [...at, "link"];
  const kinds = family.links(device.settings);
  const others = (family.otherLinks?.(device.settings) ?? []).map((one) => ({
    ...one,
    path: [...at, "settings", ...one.path],
  }));
  if (device.link !== undefined && kinds.length > 0) {
    return { uses: [{ path, id: device.link, kinds }, ...others], faults: [] };
  }
  if (device.link === undefined && kinds.length === 0) return { uses: others, faults: [] };
  const message =
    device.link === undefined
      ? `expected the id of a link (${kinds.join(", ")}), found nothing`
      : `expected no link: with these settings the device is on none`;
  return { uses: others, faults: [{ path: device.link === undefined ? [...at] : path, message }] };
}

function useFaults({ path, id, kinds }: LinkUse, links: ReadonlyMap<string, LinkSettings>): LinkFault[] {
  const kind = links.get(id)?.kind;
  if (kind === undefined) return [{ path, message: `no link has the id "${id}"` }];
  if (kinds.includes(kind)) return [];
  return [{ path, message: `expected a link of kind ${kinds.join(", ")}, found "${id}", which is ${kind}` }];
}

function familyOf(device: DeviceSettings): Family {
  return catalog[device.adapter];
}
