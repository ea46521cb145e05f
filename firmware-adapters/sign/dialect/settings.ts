import { z } from "zod";

/** How deep a body may be: more than any sign we know of wants. */
const MAX_DEPTH = 4;

type Leaf = string | number | boolean | null;
/** A JSON value whose strings may hold placeholders like `{id}`. */
export type Template = Leaf | readonly Template[] | { readonly [key: string]: Template };

const leaf = z.union([z.string().max(500), z.number(), z.boolean(), z.null()]);

function templateOf(depth: number): z.ZodType<Template> {
  if (depth === 0) return leaf;
  const inner = templateOf(depth - 1);
  return z.union([leaf, z.array(inner).max(50), z.record(z.string().min(1).max(64), inner)]);
}

const object = z.record(z.string().min(1).max(64), templateOf(MAX_DEPTH - 1));
const path = z.string().regex(/^\/[\x21-\x7e]{0,199}$/, "begins with /, no spaces, at most 200 characters");
const topic = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^+#\0]+$/, "a topic without wildcards");
/** Where in the sign's state a value stands: names of members, joined by dots. */
const place = z.string().regex(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,5}$/, "names joined by dots, at most 6");
/** A number of the state, multiplied by `scale`. Absent: this maker's signs do not report it. */
const figure = z.strictObject({ at: place, scale: z.number().positive().max(1_000_000).default(1) });

/**
 * How one maker's signs are spoken to. The defaults are Outpost's own small protocol; there is no standard for these
 * signs.
 *
 * Placeholders: `{id}` `{zh}` `{en}` `{text}` (`{zh, en}` without what is empty) `{lines}` (list) `{joined}` (the lines
 * in one text) `{priority}` `{expiresAt}` (ISO 8601, UTC) `{expiresAtMs}`. A string that is one placeholder becomes its
 * value, whatever its type; a member whose placeholder has no value is left out.
 */
export const signDialect = z.strictObject({
  content: object.default({
    id: "{id}",
    text: "{text}",
    lines: "{lines}",
    priority: "{priority}",
    expiresAt: "{expiresAt}",
  }),
  /** What `{priority}` becomes. */
  priorities: z
    .strictObject({
      normal: z.union([z.string().max(64), z.number()]),
      emergency: z.union([z.string().max(64), z.number()]),
    })
    .default({ normal: "normal", emergency: "emergency" }),
  state: z
    .strictObject({
      /** The id of the content that the panel really shows. */
      showing: place,
      brightness: figure.optional(),
      temperature: figure.optional(),
      uptime: figure.optional(),
      /** false, 0, null, "", "ok" or an empty list: no fault. */
      fault: place.optional(),
    })
    .prefault({
      showing: "showing",
      brightness: { at: "brightness" },
      temperature: { at: "temperature" },
      uptime: { at: "uptime" },
      fault: "fault",
    }),
  http: z
    .strictObject({
      contentMethod: z.enum(["PUT", "POST"]).default("PUT"),
      /** `{id}` stands for the content's id here too. */
      contentPath: path.default("/content"),
      statePath: path.default("/health"),
      /** Sent with every request where there is a token. */
      tokenHeader: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/)
        .default("authorization"),
      tokenPrefix: z
        .string()
        .regex(/^[\x20-\x7e]{0,32}$/)
        .default("Bearer "),
    })
    .prefault({}),
  /** `{base}` stands for the sign's topic. */
  mqtt: z
    .strictObject({
      content: topic.default("{base}/content"),
      state: topic.default("{base}/state"),
      availability: z
        .strictObject({ topic, online: z.string().min(1).max(64), offline: z.string().min(1).max(64) })
        .nullable()
        .default({ topic: "{base}/availability", online: "online", offline: "offline" }),
      /** Asks for a state now. null: this maker's signs tell it by themselves only. */
      ask: topic.nullable().default("{base}/get"),
    })
    .prefault({}),
});
export type SignDialect = z.infer<typeof signDialect>;
