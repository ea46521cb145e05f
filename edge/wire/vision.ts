import { z } from "zod";

import { name } from "./identifiers.ts";

const text = z.strictObject({ zh: z.string().min(1).max(64), en: z.string().min(1).max(64) });
const scopeId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "lower-case letters, digits or '-', at most 32");
/** A place in the picture as shares of its width and height, so that another resolution changes nothing. */
const place = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]);

const zone = z.strictObject({ id: scopeId, name: text, corners: z.array(place).min(3).max(64) });
/** Forward is from the left-hand side of the way `from` → `to` to its right-hand side. */
const line = z.strictObject({ id: scopeId, name: text, from: place, to: place });
/** A place in the picture and where that is on the ground, in metres on axes of the site's own choice. */
const mark = z.strictObject({ at: place, metres: z.tuple([z.number(), z.number()]) });

const algorithmUse = z.strictObject({
  /** A package's id, such as water-edge. */
  id: scopeId,
  /** Zones and lines of this camera. */
  at: z.array(scopeId).min(1).max(16),
  /** Instead of the package's own: seconds, shares, counts. */
  parameters: z.record(z.string().max(32), z.number()).default({}),
  framesPerSecond: z.number().min(0.01).max(30).optional(),
});

const visionCamera = z
  .strictObject({
    /** A device of the site whose adapter is camera. */
    device: name,
    zones: z.array(zone).max(32).default([]),
    lines: z.array(line).max(32).default([]),
    /** Four marks on the ground, going round: speed needs them. */
    ground: z.array(mark).length(4).optional(),
    algorithms: z.array(algorithmUse).min(1).max(16),
    /** Streams that ffmpeg decodes are scaled to this width. */
    analysisWidthPx: z.int().min(160).max(1_920).default(640),
    /** Pictures without motion are passed over where every algorithm allows it. */
    isGated: z.boolean().default(true),
  })
  .superRefine(({ zones, lines, algorithms }, context) => {
    const issue = (path: PropertyKey[], message: string): void => {
      context.addIssue({ code: "custom", path, message, input: undefined });
    };
    const scopes = [...zones, ...lines].map((one) => one.id);
    scopes.forEach((id, index) => {
      if (scopes.indexOf(id) === index) return;
      const at = index < zones.length ? ["zones", index] : ["lines", index - zones.length];
      issue([...at, "id"], `"${id}" is taken by another zone or line`);
    });
    algorithms.forEach(({ id, at }, index) => {
      if (algorithms.findIndex((one) => one.id === id) !== index) {
        issue(["algorithms", index, "id"], `"${id}" is there already; give one entry all its zones`);
      }
      at.forEach((scope, order) => {
        if (!scopes.includes(scope)) issue(["algorithms", index, "at", order], `no zone or line has the id "${scope}"`);
      });
    });
  });

const MiB = 1_048_576;

const evidence = z
  .strictObject({
    /** Faces are blurred unless the site's policy says otherwise: where the alarm is about the person in danger. */
    isBlurred: z.boolean().default(true),
    /** The model that finds faces; without one the upper part of every person's box is blurred. */
    faceModel: z.string().max(64).optional(),
    /** A short clip beside the still: so many seconds before and after. 0: none. */
    clipS: z.number().min(0).max(10).default(0),
    maxBytes: z
      .int()
      .min(MiB)
      .max(1_024 * 1_024 * MiB)
      .default(256 * MiB),
    keepDays: z.int().min(1).max(365).default(30),
  })
  .prefault({});

/** What the vision process does: whose pictures it looks at, with which algorithms, and how much of the machine it may take. */
export const visionSettings = z.strictObject({
  /** CPU time, in cores. */
  cpuCores: z.number().min(0.05).max(64).default(1),
  /** Processes that run models, one a core. */
  sessionProcesses: z.int().min(1).max(16).default(1),
  cameras: z.array(visionCamera).min(1).max(64),
  evidence,
});
export type VisionSettings = z.infer<typeof visionSettings>;
export type VisionCameraSettings = VisionSettings["cameras"][number];

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong between vision and the site's devices. */
export function visionFaults(
  vision: VisionSettings | undefined,
  devices: readonly { readonly id: string; readonly adapter: string }[],
): readonly Fault[] {
  const cameras = vision?.cameras ?? [];
  return cameras.flatMap(({ device }, index) => {
    const path = ["vision", "cameras", index, "device"];
    const adapter = devices.find(({ id }) => id === device)?.adapter;
    if (adapter === undefined) return [{ path, message: `no device has the id "${device}"` }];
    if (adapter !== "camera") return [{ path, message: `expected a camera, found "${device}", which is ${adapter}` }];
    if (cameras.findIndex((one) => one.device === device) === index) return [];
    return [{ path, message: `"${device}" is there already` }];
  });
}
