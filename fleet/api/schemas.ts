import { command as wireCommand } from "@outpost/wire/downlink.ts";
import { clockConfidence, hex128, name, text } from "@outpost/wire/identifiers.ts";
import {
  alarmPriority,
  alarmRecord,
  notificationRecord,
  alarmState,
  resultRecord,
  suppression,
} from "@outpost/wire/records.ts";
import { reported, reportedMethod } from "@outpost/wire/uplink.ts";
import { z } from "zod";

/** What the HTTP API says and takes. Instants are Unix milliseconds; the console takes its types from here. */
const instantMs = z.number();
const person = z.string().min(1).max(120);

export const gatewaySummary = z.object({
  id: name,
  /** `offline` from the broker's last will, or after `OFFLINE_AFTER_MS` without a word. */
  state: z.enum(["online", "offline"]),
  firstSeenAtMs: instantMs,
  lastSeenAtMs: instantMs,
  agentVersion: z.string().nullable(),
  /** From the last `reported`; null until the first one. */
  site: reported.shape.site.nullable(),
  clockConfidence: clockConfidence.nullable(),
  deviceCount: z.int(),
  /** Devices that are not online. */
  troubledDeviceCount: z.int(),
  /** Alarms of this gateway that are not normal. */
  openAlarmCount: z.int(),
});
export type GatewaySummary = z.infer<typeof gatewaySummary>;

export const gatewayDetail = gatewaySummary.extend({
  /** What really runs there, as the gateway said it last. */
  reported: reported.nullable(),
  reportedAtMs: instantMs.nullable(),
});
export type GatewayDetail = z.infer<typeof gatewayDetail>;

export const device = z.object({
  gatewayId: name,
  id: name,
  adapter: z.string(),
  name: text,
  profile: z.string().nullable(),
  state: z.enum(["starting", "online", "offline", "fault"]),
  reason: z.string(),
  /** What it can be asked to do beside writing points: an order of kind `call`. */
  methods: z.array(reportedMethod),
});
export type Device = z.infer<typeof device>;

/** The newest reading of a point; a replayed backlog never takes the place of a newer one. */
export const pointLatest = z.object({
  gatewayId: name,
  deviceId: name,
  id: z.string(),
  /** Null until the gateway has described the point. */
  name: text.nullable(),
  unit: z.string(),
  writable: z.object({ min: z.number(), max: z.number(), isHazardous: z.boolean() }).nullable(),
  /** Null where the quality is bad or nothing was read yet. */
  value: z.number().nullable(),
  /** Why there is no value; null where it is good. */
  badReason: z.string().nullable(),
  /** Null until the first reading. */
  occurredAtMs: instantMs.nullable(),
  clockConfidence: clockConfidence.nullable(),
});
export type PointLatest = z.infer<typeof pointLatest>;

export const historyQuery = z.strictObject({
  fromMs: z.coerce.number().min(0),
  toMs: z.coerce.number().min(0),
  maxPoints: z.coerce.number().int().min(1).max(5_000).default(500),
});

/** One step of a chart. A bucket with `average: null` held only bad readings: the line breaks there. */
export const historyBucket = z.object({
  atMs: instantMs,
  min: z.number().nullable(),
  max: z.number().nullable(),
  average: z.number().nullable(),
  /** Good readings in the bucket. */
  goodCount: z.int(),
  badCount: z.int(),
  /** One reason of the bad ones. */
  badReason: z.string().nullable(),
});
export const pointHistory = z.object({
  gatewayId: name,
  deviceId: name,
  pointId: z.string(),
  unit: z.string(),
  fromMs: instantMs,
  toMs: instantMs,
  /** Width of a bucket. Buckets without any reading are left out. */
  bucketMs: z.number(),
  buckets: z.array(historyBucket),
});
export type PointHistory = z.infer<typeof pointHistory>;

/** Where the escalation of an alarm stands. `unanswered`: everybody was asked. */
export const asking = z.object({
  change: z.enum(["asked", "unanswered"]),
  step: z.int(),
  round: z.int(),
  who: z.array(text),
  answerByMs: instantMs.nullable(),
});

/** Whom the site told of an alarm, and what became of it: the gateway's word. */
export const alarmNotification = notificationRecord
  .pick({
    change: true,
    step: true,
    round: true,
    who: true,
    actionId: true,
    reference: true,
    attempts: true,
    note: true,
  })
  .extend({ occurredAtMs: instantMs });
export type AlarmNotification = z.infer<typeof alarmNotification>;

/** How one occurrence of an alarm stands. */
export const alarm = z.object({
  /** The occurrence id. */
  id: hex128,
  gatewayId: name,
  version: z.int(),
  ruleId: z.string(),
  deviceId: name.nullable(),
  pointId: z.string().nullable(),
  priority: alarmPriority,
  state: alarmState,
  suppression,
  change: alarmRecord.shape.change,
  message: text,
  value: z.number().nullable(),
  actor: z.string().nullable(),
  note: z.string().nullable(),
  raisedAtMs: instantMs,
  /** When this version came to be, by the gateway's clock. */
  occurredAtMs: instantMs,
  clockConfidence,
  /** What is true of it beside its life; left out where nothing is. */
  marks: alarmRecord.pick({ group: true, isFirstOut: true, flood: true, isTest: true }).optional(),
  /** Who the site asks to answer it; left out where it asks nobody. */
  asking: asking.optional(),
});
export type Alarm = z.infer<typeof alarm>;

/** One committed step in the life of an alarm. */
export const alarmStep = alarm
  .pick({ version: true, state: true, suppression: true, change: true, value: true, actor: true, note: true })
  .extend({ occurredAtMs: instantMs });
export type AlarmStep = z.infer<typeof alarmStep>;

/**
 * `sent` until the gateway's result comes; `no-answer` once time to live and a little more have passed. The others are
 * the gateway's word (`outcome` of its result).
 */
export const commandState = z.enum(["sent", "no-answer", ...resultRecord.shape.outcome.options]);
export const order = wireCommand.shape.order;

export const command = z.object({
  id: hex128,
  gatewayId: name,
  actor: z.string(),
  order,
  ttlMs: z.int(),
  sentAtMs: instantMs,
  state: commandState,
  /** From the gateway's result. */
  detail: z.string().nullable(),
  selectionId: hex128.nullable(),
  before: z.number().nullable(),
  after: z.number().nullable(),
  answeredAtMs: instantMs.nullable(),
});
export type Command = z.infer<typeof command>;

export const alarmDetail = alarm.extend({
  steps: z.array(alarmStep),
  /** Whom the site told of it, oldest first. */
  notifications: z.array(alarmNotification).optional(),
  /** Orders given from the desk for this occurrence, oldest first. */
  commands: z.array(command),
});
export type AlarmDetail = z.infer<typeof alarmDetail>;

export const alarmQuery = z.strictObject({
  /** `open`: not normal; a single state; or `all`. */
  state: z.enum(["open", "all", ...alarmState.options]).default("open"),
  gateway: name.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
/** Newest raised first. `nextCursor` is null on the last page. */
export const alarmPage = z.object({ alarms: z.array(alarm), nextCursor: z.string().nullable() });
export type AlarmPage = z.infer<typeof alarmPage>;

export const acknowledgeBody = z.strictObject({
  /** The version the person saw. Anything newer makes this `alarm/stale` and changes nothing. */
  expectedVersion: z.int().min(1),
  actor: person,
  note: z.string().max(500).optional(),
});
export const shelveBody = z.strictObject({
  expectedVersion: z.int().min(1),
  actor: person,
  /** Never without end: 1 s to 30 days. */
  forMs: z
    .int()
    .min(1_000)
    .max(30 * 86_400_000),
  reason: z.string().min(1).max(500),
});
export const unshelveBody = z.strictObject({ expectedVersion: z.int().min(1), actor: person });

export const commandBody = z.strictObject({
  /** Chosen by the caller to make asking twice harmless; made here when absent. */
  id: hex128.optional(),
  gatewayId: name,
  actor: person,
  ttlMs: z.int().min(100).max(300_000).default(10_000),
  order,
});

/** RFC 9457. `code` is what a program branches on; all codes stand in problems.ts. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** `line` and `column`, counting from 1, where the fault is in a text. */
  faults: z
    .array(z.object({ path: z.string(), message: z.string(), line: z.int().optional(), column: z.int().optional() }))
    .optional(),
});
export type Problem = z.infer<typeof problem>;

export const health = z.object({
  state: z.enum(["ok", "degraded"]),
  database: z.enum(["ok", "unreachable"]),
  broker: z.enum(["ok", "disconnected"]),
  queuedBytes: z.number(),
});
export type Health = z.infer<typeof health>;

/** What a simulator tells of itself, in its own words. */
const simulatorState = z.record(z.string().max(64), z.unknown());

/** One simulated device of a demo. Its id is the device's. */
export const demoSimulator = z.object({
  id: name,
  /** What it stands for, whichever of several: `pump-station`, `locker`, `button` … */
  kind: name,
  /** Null where the simulator does not answer. */
  state: simulatorState.nullable(),
});
export type DemoSimulator = z.infer<typeof demoSimulator>;

/** The site as it really stands, whatever the fleet can hear of it: only a demo knows. */
export const demoSite = z.object({
  isAvailable: z.literal(true),
  gateway: z.object({
    id: name,
    /** Its own page, at the site. */
    pageUrl: z.url({ protocol: /^http$/ }).max(200),
    /** What it says there; null where it does not answer. */
    figures: z
      .object({
        uplink: z.enum(["offline", "greeting", "live"]),
        /** Alarms that stand, and how many of these nobody has acknowledged. */
        alarmCount: z.int(),
        unacknowledgedCount: z.int(),
        /** Records that wait for the fleet. */
        waitingCount: z.int(),
      })
      .nullable(),
  }),
  uplink: z.object({ isCut: z.boolean() }),
  simulators: z.array(demoSimulator).max(32),
  /** What somebody with a parcel in the locker wall was sent; null where none waits. */
  pickUpCode: z.object({ deviceId: name, door: z.int(), code: z.string().max(64) }).nullable(),
});
export type DemoSite = z.infer<typeof demoSite>;
export const demo = z.discriminatedUnion("isAvailable", [z.object({ isAvailable: z.literal(false) }), demoSite]);
export type Demo = z.infer<typeof demo>;

export const demoLever = z.strictObject({
  /** A simulator of the demo, or `uplink`. */
  simulator: name,
  lever: z.string().regex(/^[a-z][a-zA-Z0-9-]{0,31}$/, "a word of at most 32 letters, digits or '-'"),
});
/** How the simulator stands after its lever was pulled; null for the uplink's. */
export const demoPulled = z.object({ state: simulatorState.nullable() });

/**
 * `GET /api/live`, server-sent events. `event:` is the key, `data:` the JSON. After `resync` (missed events: slow
 * reader, lost database connection) read everything anew; the stream goes on.
 */
export const liveEvents = {
  gateway: gatewaySummary,
  device,
  points: z.array(pointLatest),
  alarm,
  command,
  resync: z.object({ reason: z.enum(["slow-reader", "missed-events"]) }),
} as const;
export type LiveEventName = keyof typeof liveEvents;
export type LiveEvents = { [Name in LiveEventName]: z.infer<(typeof liveEvents)[Name]> };
