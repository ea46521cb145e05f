import { z } from "zod";

const text = z.string().min(1).max(500);

/** The licence of the weights, and of what they came from where that must be named. */
export const licence = z.strictObject({
  /** An SPDX expression such as Apache-2.0, or LicenseRef-… for terms of one's own. */
  spdx: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+() -]{0,99}$/, "an SPDX licence expression"),
  holder: z.string().min(1).max(200),
  /** Names that a licence wants to see wherever the model is used. */
  attributions: z.array(text).max(50).default([]),
});

/** Where the weights come from and what they have seen. */
export const provenance = z.strictObject({
  origin: z.enum(["trained-here", "imported", "taught-on-site"]),
  /** The command, the seed and the commit, or the address a file was taken from. */
  how: text,
  trainedOn: z
    .array(z.strictObject({ set: text, licence: text, images: z.int().min(0).max(100_000_000) }))
    .max(50)
    .default([]),
  /** Models whose answers taught this one. No weight of theirs is in it, but their knowledge is. */
  distilledFrom: z.array(text).max(20).default([]),
});

/**
 * What the claims about a model rest on: held-out real photographs, a detector with geometry and time on scripted
 * scenes, rendered scenes only, or nothing measured here, as with a file someone brought.
 */
export const gradeOfEvidence = z.enum(["real", "rule", "rendered", "unmeasured"]);
