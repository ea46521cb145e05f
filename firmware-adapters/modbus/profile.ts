import { z } from "zod";

const pointId = z.string().regex(/^[a-z][a-zA-Z0-9]*(\.[a-z0-9][a-zA-Z0-9]*)*$/, "words like level or pump1.running");
const text = z.strictObject({ zh: z.string().min(1).max(120), en: z.string().min(1).max(120) });

/** The four tables of the data model. */
export const registerTable = z.enum(["coil", "discrete-input", "holding-register", "input-register"]);

/** How words of a table become a number. `bit` reads one bit of a register; coils and discrete inputs are `bool`. */
const pointType = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bool") }),
  z.strictObject({ kind: z.literal("bit"), bit: z.int().min(0).max(15) }),
  z.strictObject({ kind: z.enum(["uint16", "int16", "bcd16"]) }),
  z.strictObject({
    kind: z.enum(["uint32", "int32", "float32", "bcd32"]),
    /** Byte order as A (most significant) to D; CDAB is the common word swap. */
    order: z.enum(["ABCD", "CDAB", "BADC", "DCBA"]),
  }),
]);

/** Must hold for the write to be allowed; judged on readings not older than `maxAgeMs`. */
const interlock = z.strictObject({
  pointId,
  is: z.enum(["equal", "at-least", "at-most"]),
  value: z.number(),
  maxAgeMs: z.int().min(100).max(600_000).default(10_000),
  why: text,
});

const writable = z.strictObject({
  min: z.number(),
  max: z.number(),
  /** Hazardous writes need select-before-operate and a confident clock. */
  isHazardous: z.boolean(),
  interlocks: z.array(interlock).max(8).default([]),
  /** Writes 1, verifies, writes 0: a start command is never left latched. */
  pulseMs: z.int().min(50).max(10_000).optional(),
  /** The point that must show `value` within `withinMs` after the write; without it the written register is read back. */
  feedback: z.strictObject({ pointId, value: z.number(), withinMs: z.int().min(100).max(120_000) }).optional(),
  /** Counts starts of one machine for the two limits below. */
  startLimits: z
    .strictObject({ maxStartsPerHour: z.int().min(1).max(60), minOffMs: z.int().min(0).max(3_600_000) })
    .optional(),
});

const point = z.strictObject({
  id: pointId,
  name: text,
  table: registerTable,
  /** Zero-based protocol address; holding register 40001 of a printed list is address 0. */
  address: z.int().min(0).max(65_535),
  type: pointType,
  scale: z.number().default(1),
  offset: z.number().default(0),
  unit: z.string().max(16).default(""),
  /** Raw values by which the device says "not available". */
  notAvailable: z.array(z.number()).max(8).default([]),
  /** What the device can plausibly say, after scaling; outside it the reading is bad. */
  range: z.strictObject({ min: z.number(), max: z.number() }).optional(),
  /** A change up to this is not reported. */
  deadband: z.number().min(0).default(0),
  pollGroup: z.string().min(1).max(32),
  writable: writable.optional(),
});

/**
 * A pump station, level node or other Modbus device as data: no code knows any maker's map.
 * `isVerified` is false while nobody has held the map against a real device.
 */
export const pumpStationProfile = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,63}$/),
    name: text,
    isVerified: z.boolean(),
    source: z.string().min(1).max(500),
    pollGroups: z.record(
      z.string().min(1).max(32),
      z.strictObject({
        everyMs: z.int().min(50).max(3_600_000),
        /** A point of this group is reported at least this often, changed or not. */
        keepAliveMs: z.int().min(1_000).max(86_400_000).default(60_000),
      }),
    ),
    /** A register the gateway counts up, so that the station falls back to its own level control when the gateway dies. */
    heartbeat: z
      .strictObject({ address: z.int().min(0).max(65_535), everyMs: z.int().min(500).max(60_000) })
      .optional(),
    points: z.array(point).min(1).max(1_000),
  })
  .superRefine((profile, context) => {
    const ids = new Set<string>();
    profile.points.forEach((one, index) => {
      if (ids.has(one.id)) refuse(context, ["points", index, "id"], `"${one.id}" is the id of an earlier point`);
      ids.add(one.id);
    });
    profile.points.forEach((one, index) => {
      if (profile.pollGroups[one.pollGroup] === undefined) {
        refuse(context, ["points", index, "pollGroup"], `no poll group is called "${one.pollGroup}"`);
      }
      checkType(one, ["points", index], context);
      checkWritable(one, ids, ["points", index, "writable"], context);
    });
  });
/** A profile as the adapter uses it: checked, and with every default filled in. */
export type PumpStationProfile = z.infer<typeof pumpStationProfile>;
export type Point = PumpStationProfile["points"][number];
export type Writable = NonNullable<Point["writable"]>;
/** A profile as a person writes it. */
export type ProfileInput = z.input<typeof pumpStationProfile>;
export type PointInput = ProfileInput["points"][number];
export type Interlock = z.input<typeof interlock>;

/** Registers or bits of its table that one point takes. */
export function pointSpan(type: Point["type"]): 1 | 2 {
  switch (type.kind) {
    case "bool":
    case "bit":
    case "uint16":
    case "int16":
    case "bcd16":
      return 1;
    case "uint32":
    case "int32":
    case "float32":
    case "bcd32":
      return 2;
  }
}

type Context = z.core.$RefinementCtx;

function checkType(one: Point, path: PropertyKey[], context: Context): void {
  const isBitTable = one.table === "coil" || one.table === "discrete-input";
  if (isBitTable !== (one.type.kind === "bool")) {
    refuse(context, [...path, "type"], `a ${one.table} ${isBitTable ? "is always" : "is never"} of type bool`);
  }
  if (one.address === 65_535 && pointSpan(one.type) === 2) {
    refuse(context, [...path, "address"], `the second register of a ${one.type.kind} at 65535 does not exist`);
  }
  if (one.scale === 0) refuse(context, [...path, "scale"], "a scale of 0 loses the value");
}

function checkWritable(one: Point, ids: ReadonlySet<string>, path: PropertyKey[], context: Context): void {
  const rule = one.writable;
  if (rule === undefined) return;
  if (one.table !== "coil" && one.table !== "holding-register") {
    refuse(context, path, `a ${one.table} cannot be written`);
  }
  if (one.type.kind === "bit") refuse(context, path, "one bit of a register cannot be written without its neighbours");
  if (rule.min > rule.max) refuse(context, [...path, "max"], "lies below min");
  if (rule.pulseMs !== undefined && (one.table !== "coil" || rule.min !== 1 || rule.max !== 1)) {
    refuse(context, [...path, "pulseMs"], "a pulse is for coils, with min and max both 1");
  }
  if (rule.startLimits !== undefined && rule.feedback === undefined) {
    refuse(context, [...path, "startLimits"], "starts are counted on the feedback point, and there is none");
  }
  const named = [...rule.interlocks.map((lock) => lock.pointId), rule.feedback?.pointId];
  for (const id of named) {
    if (id !== undefined && !ids.has(id)) refuse(context, path, `no point of this profile is called "${id}"`);
  }
}

function refuse(context: Context, path: PropertyKey[], message: string): void {
  context.addIssue({ code: "custom", path, message, input: undefined });
}
