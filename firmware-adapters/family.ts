import type { z } from "zod";

import type { LinkSettings } from "./links/settings.ts";

export type LinkKind = LinkSettings["kind"];

/** A link that a device's settings name beside its own one. */
export interface OtherLink {
  /** Where in the settings it is named. */
  readonly path: readonly PropertyKey[];
  readonly id: string;
  readonly kinds: readonly LinkKind[];
}

/** A point of another device that a device's settings name. */
export interface WatchedPoint {
  /** Where in the settings it is named. */
  readonly path: readonly PropertyKey[];
  readonly device: string;
  readonly point: string;
}

/** What the desk and the gateway must know of a device family to check a site. Lives in the family's `settings.ts`. */
export interface Family<Schema extends z.ZodType = z.ZodType> {
  readonly settings: Schema;
  /** What families that share a listener have in common; a family's own name where absent. */
  readonly protocol?: string;
  /** The kinds of link a device with these settings may be on; empty: it is on none. */
  links(settings: z.infer<Schema>): readonly LinkKind[];
  otherLinks?(settings: z.infer<Schema>): readonly OtherLink[];
  /** The points of other devices it looks at. */
  watches?(settings: z.infer<Schema>): readonly WatchedPoint[];
  /** Under which address it is asked on its link, and where its settings say so: no other device answers to the same. */
  addressOnLink?(settings: z.infer<Schema>): { readonly path: readonly PropertyKey[]; readonly address: string };
  /** What does not fit the link it is on. */
  checkOnLink?(
    settings: z.infer<Schema>,
    link: LinkSettings,
  ): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** Keeps a family's own types. */
export function defineFamily<Schema extends z.ZodType>(family: Family<Schema>): Family<Schema> {
  return family;
}
