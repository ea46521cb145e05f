import { z } from "zod";

import { defineFamily } from "../family.ts";
import { signDialect } from "./dialect/settings.ts";

/** What a passenger can read: no control characters but the end of a line. */
export const printable = z.string().regex(/^(?:\n|[^\p{Cc}\p{Zl}\p{Zp}])*$/u, "no control characters");

/** A text in one or both languages. */
export const signText = z
  .strictObject({ zh: printable.max(500).default(""), en: printable.max(500).default("") })
  .refine(({ zh, en }) => zh.trim() !== "" || en.trim() !== "", "says nothing");
export type SignText = z.infer<typeof signText>;

const http = z.strictObject({
  kind: z.literal("http"),
  /** Where the sign's own web server is; the dialect's paths come after it. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((url) => !/[?#@]/.test(url), "no user, query or fragment"),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, "printable, without spaces")
    .optional(),
});

const mqtt = z.strictObject({
  kind: z.literal("mqtt"),
  /** What `{base}` stands for in the dialect's topics. */
  topic: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^+#\0]+$/, "a topic without wildcards"),
  /** A sign that cannot be asked counts as silent after this long without a state. */
  staleMs: z.int().min(1_000).max(3_600_000).default(90_000),
});

/** One bus-stop sign, as the site file writes it. */
export const signSettings = z.strictObject({
  via: z.discriminatedUnion("kind", [http, mqtt]),
  /** What stands while nothing else does. */
  normal: signText.prefault({ zh: "公交电子站牌", en: "Bus stop" }),
  /** Canned texts: writing n to the point `message` shows the n-th, before everything else. */
  messages: z
    .array(z.strictObject({ text: signText }))
    .max(50)
    .default([]),
  /** The panel in half-width characters; a Chinese one takes two. */
  columns: z.int().min(4).max(400).default(32),
  rows: z.int().min(1).max(50).default(4),
  /** How often the sign is asked what it shows. */
  pollMs: z.int().min(200).max(600_000).default(10_000),
  timeoutMs: z.int().min(200).max(30_000).default(3_000),
  /** How long a sign may take from a content to its picture. */
  settleMs: z.int().min(200).max(120_000).default(5_000),
  dialect: signDialect.prefault({}),
});
export type SignSettings = z.infer<typeof signSettings>;

export const signFamily = defineFamily({
  settings: signSettings,
  links: ({ via }) => (via.kind === "mqtt" ? ["mqtt"] : []),
});
