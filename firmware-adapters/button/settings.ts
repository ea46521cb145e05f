import { z } from "zod";

import { defineFamily } from "../family.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What every button has, however it is heard. */
const common = {
  /** A one-tap taxi call post is the same thing under another name. */
  purpose: z.enum(["emergency", "call-post"]).default("emergency"),
  /** How long `pressed` stays 1 where the button says nothing of being let go. */
  momentaryMs: z.int().min(500).max(600_000).default(5_000),
  /** A test ends by itself after this time. */
  testForMs: z
    .int()
    .min(10_000)
    .max(DAY_MS)
    .default(10 * MINUTE_MS),
  /** A button held longer than this is stuck or short-circuited. */
  stuckAfterMs: z.int().min(1_000).max(HOUR_MS).default(30_000),
} as const;

/** A line of the chip: its offset, or its name as `gpioinfo` shows it. */
const line = z.union([z.int().min(0).max(1_023), z.string().regex(/^[A-Za-z0-9_.:/ -]{1,64}$/)]);
export type LineName = z.infer<typeof line>;

const level = z.enum(["low", "high"]);
/** A further line, and the level at which it says yes. */
const sideLine = z.strictObject({ line, activeLevel: level.default("high") });
export type SideLine = z.infer<typeof sideLine>;

const gpio = z.strictObject({
  source: z.literal("gpio"),
  ...common,
  /** The chip's label as `gpiodetect` shows it in brackets, never its number: that changes with the kernel. */
  chip: z.string().regex(/^[A-Za-z0-9_.:/ -]{1,64}$/),
  line,
  contact: z.enum(["normally-open", "normally-closed"]).default("normally-open"),
  /** What is read while the contact is closed: low where it pulls the line to ground. */
  closedLevel: level.default("low"),
  bias: z.enum(["as-is", "disable", "pull-up", "pull-down"]).default("as-is"),
  /** Of a loop with an end-of-line resistor: says that the loop is open or short-circuited. */
  cutLine: sideLine.optional(),
  tamperLine: sideLine.optional(),
  ledLine: sideLine.optional(),
  buzzerLine: sideLine.optional(),
  /** `auto`: onoff where sysfs has the chip, gpiomon elsewhere. */
  driver: z.enum(["auto", "gpiomon", "onoff"]).default("auto"),
  /** Another gpiomon than that of the system; gpiodetect, gpioinfo, gpioget and gpioset are taken from beside it. */
  gpiomonPath: z
    .string()
    .regex(/^\/\S{1,254}$/, "an absolute path without blanks")
    .optional(),
  /** How often to see whether the chip is there still. */
  checkEveryMs: z.int().min(200).max(HOUR_MS).default(MINUTE_MS),
});
export type GpioSettings = z.infer<typeof gpio>;

/** A part of an MQTT topic: no wildcards. */
const topicPart = z.string().regex(/^[^+#\0]{1,200}$/, "a topic without '+' and '#'");
const payload = z.string().max(500).optional();
const action = z.string().min(1).max(64);

const zigbee2mqtt = z.strictObject({
  source: z.literal("zigbee2mqtt"),
  ...common,
  baseTopic: topicPart.default("zigbee2mqtt"),
  friendlyName: topicPart,
  pressActions: z.array(action).min(1).max(16).default(["emergency"]),
  releaseActions: z.array(action).max(16).default([]),
  /**
   * What `sos: true` means: `level`, held until `sos: false`; `event`, pressed at every message that says it, for
   * buttons that never say false (only where Zigbee2MQTT does not repeat it from its cache); or nothing.
   */
  sos: z.enum(["level", "event", "ignored"]).default("level"),
  /** Nothing heard for so long and the button counts as lost. Passive devices report their battery once a day. */
  supervisionMs: z
    .int()
    .min(1_000)
    .max(30 * DAY_MS)
    .default(25 * HOUR_MS),
  /** At or below this charge the battery is low, where the button does not say so itself. */
  batteryLowPercent: z.int().min(1).max(90).default(20),
  /** What to publish on `<base>/<name>/set` so that the button shows how its call stands. */
  indicator: z.strictObject({ off: payload, raised: payload, delivered: payload, acknowledged: payload }).optional(),
});
export type ZigbeeSettings = z.infer<typeof zigbee2mqtt>;

/** A place in the decoded object ("alarm.state"), or in the raw bytes. */
const field = z.string().regex(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}$/, "names with dots between");
const inObject = { field } as const;
const inBytes = {
  byte: z.int().min(0).max(241),
  mask: z.int().min(1).max(255).default(255),
  /** Only uplinks on this port have it. */
  fPort: z.int().min(1).max(223).optional(),
} as const;
/** Absent: anything but false, 0, "" and null. For bytes, what is left after the mask. */
const equals = z.union([z.string().max(64), z.number(), z.boolean()]).optional();
const flag = z.union([z.strictObject({ ...inObject, equals }), z.strictObject({ ...inBytes, equals })]);
export type FlagPlace = z.infer<typeof flag>;
const linear = {
  scale: z.number().min(-1_000).max(1_000).default(1),
  offset: z.number().min(-10_000).max(10_000).default(0),
};
const quantity = z.union([z.strictObject({ ...inObject, ...linear }), z.strictObject({ ...inBytes, ...linear })]);
export type QuantityPlace = z.infer<typeof quantity>;

const hex = z
  .string()
  .regex(/^([0-9a-fA-F]{2}){1,51}$/, "1 to 51 bytes in hexadecimal")
  .optional();

const chirpstack = z.strictObject({
  source: z.literal("chirpstack"),
  ...common,
  applicationId: z.string().regex(/^[A-Za-z0-9-]{1,36}$/),
  devEui: z
    .string()
    .regex(/^[0-9a-fA-F]{16}$/, "16 hexadecimal digits")
    .toLowerCase(),
  mapping: z.strictObject({
    pressed: flag,
    tamper: flag.optional(),
    batteryPercent: quantity.optional(),
    batteryLow: flag.optional(),
  }),
  /** `event`: every uplink that says pressed is a press. `level`: held until one says that it is not. */
  pressAs: z.enum(["event", "level"]).default("event"),
  heartbeatMs: z
    .int()
    .min(1_000)
    .max(7 * DAY_MS)
    .default(4 * HOUR_MS),
  /** So many heartbeats missed and the button counts as lost. */
  missedHeartbeats: z.int().min(1).max(10).default(3),
  batteryLowPercent: z.int().min(1).max(90).default(20),
  /** Downlinks so that the button shows how its call stands; a class A device hears them after its next uplink. */
  indicator: z
    .strictObject({
      fPort: z.int().min(1).max(223),
      isConfirmed: z.boolean().default(true),
      off: hex,
      raised: hex,
      delivered: hex,
      acknowledged: hex,
    })
    .optional(),
});
export type ChirpstackSettings = z.infer<typeof chirpstack>;

/** One emergency button or call post, as the site file writes it. */
export const buttonSettings = z.discriminatedUnion("source", [gpio, zigbee2mqtt, chirpstack]);
export type ButtonSettings = z.infer<typeof buttonSettings>;

export const buttonFamily = defineFamily({
  settings: buttonSettings,
  links: ({ source }) => (source === "gpio" ? [] : ["mqtt"]),
});
