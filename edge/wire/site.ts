import { linkSettings } from "@outpost/firmware-adapters/links/settings.ts";
import { z } from "zod";

import { name } from "./identifiers.ts";
import { alarmPriority } from "./records.ts";
import { actionSettings, alarmFaults, contact, escalation, selfTest } from "./site-alarms.ts";
import { deviceSettings, linkFaults } from "./site-devices.ts";
import { visionFaults, visionSettings } from "./vision.ts";

export type { ActionSettings } from "./site-alarms.ts";

const text = z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) });
const pointRef = { device: name, point: z.string().min(1).max(128) };

/** What every rule has beside its condition. Delays run on the monotonic clock. */
const ruleBase = {
  id: name,
  priority: alarmPriority,
  message: text,
  /** The condition must hold this long before the alarm is raised … */
  onDelayMs: z.int().min(0).max(86_400_000).default(0),
  /** … and be gone this long before it clears. */
  offDelayMs: z.int().min(0).max(86_400_000).default(0),
  /** Latched: clears only after somebody acknowledged. */
  isLatched: z.boolean().default(false),
  /** Actions that hold while the alarm is active. */
  actions: z.array(name).max(16).default([]),
  /** Suppressed by design while another point has this value: the station is switched to local, a basin is emptied. */
  suppressWhile: z.strictObject({ ...pointRef, value: z.number() }).optional(),
  /** Alarms of one cause share a group: people are shown which of them came first. */
  group: name.optional(),
  /** The escalation that asks people, one after the other, until somebody acknowledges. */
  escalation: name.optional(),
  /** Acknowledged when this point comes to this value: a button at the site. */
  acknowledgeBy: z.strictObject({ ...pointRef, value: z.number() }).optional(),
  /** Out of service: recorded, but neither sounded nor shown as active. Ends when the site file no longer says so. */
  outOfService: z.strictObject({ by: z.string().min(1).max(120), reason: z.string().min(1).max(500) }).optional(),
};

const rule = z.discriminatedUnion("kind", [
  /** Above or below a limit; returns only after crossing back by the deadband. */
  z.strictObject({
    ...ruleBase,
    ...pointRef,
    kind: z.literal("threshold"),
    is: z.enum(["above", "below"]),
    limit: z.number(),
    deadband: z.number().min(0).default(0),
  }),
  /** A bit or state of the device itself. */
  z.strictObject({ ...ruleBase, ...pointRef, kind: z.literal("equals"), value: z.number() }),
  /** Rises or falls faster than so much per minute, measured over the window. */
  z.strictObject({
    ...ruleBase,
    ...pointRef,
    kind: z.literal("rate-of-change"),
    is: z.enum(["rising", "falling"]),
    limitPerMinute: z.number().positive(),
    windowMs: z.int().min(1_000).max(3_600_000),
  }),
  /** No good value for this long. */
  z.strictObject({ ...ruleBase, ...pointRef, kind: z.literal("stale"), afterMs: z.int().min(500).max(86_400_000) }),
]);
export type RuleSettings = z.infer<typeof rule>;

const MiB = 1024 * 1024;

/** The desired state of one gateway: the same document at the desk, on the gateway and in the site file. */
export const siteDocument = z
  .strictObject({
    version: z.literal(1),
    site: z.strictObject({ id: name, name: text, timeZone: z.string().min(1).max(64).default("Asia/Shanghai") }),
    gateway: z.strictObject({ id: name }),
    uplink: z.strictObject({ url: z.url({ protocol: /^mqtts?$/ }).max(500) }).optional(),
    statusPage: z
      .strictObject({ host: z.string().max(253).default("127.0.0.1"), port: z.int().min(0).max(65_535).default(8089) })
      .prefault({}),
    /** The technician's page, over HTTPS and behind a PIN; left out: not served. */
    technicianPage: z
      .strictObject({ host: z.string().max(253).default("0.0.0.0"), port: z.int().min(0).max(65_535).default(8443) })
      .optional(),
    journal: z
      .strictObject({
        /** What the journal may use on disk; the ladder starts below it. */
        maxBytes: z
          .int()
          .min(4 * MiB)
          .max(1024 * 1024 * MiB)
          .default(512 * MiB),
        /** Unsent records older than this are given up, except alarms. */
        keepDays: z.int().min(1).max(3_650).default(90),
      })
      .prefault({}),
    links: z.array(linkSettings).max(64),
    devices: z.array(deviceSettings).max(1_000),
    /** Absent: nobody looks at the cameras' pictures. */
    vision: visionSettings.optional(),
    rules: z.array(rule).max(1_000).default([]),
    actions: z.array(actionSettings).max(100).default([]),
    /** Who may be asked to answer an alarm, and in which order. Their numbers stand in this document alone, in no record. */
    contacts: z.array(contact).max(200).default([]),
    escalations: z.array(escalation).max(100).default([]),
    /** Absent: chains are tested by people alone. */
    selfTest: selfTest.optional(),
  })
  .superRefine((document, context) => {
    for (const key of ["links", "devices", "rules", "actions", "contacts", "escalations"] as const) {
      refuseDuplicates(document[key], key, context);
    }
    const devices = new Set(document.devices.map((one) => one.id));
    const actions = new Set(document.actions.map((one) => one.id));
    for (const { path, message } of linkFaults(document)) refuse(context, [...path], message);
    for (const { path, message } of visionFaults(document.vision, document.devices))
      refuse(context, [...path], message);
    document.rules.forEach((one, index) => {
      if (!devices.has(one.device)) refuse(context, ["rules", index, "device"], `no device has the id "${one.device}"`);
      const by = one.suppressWhile?.device;
      if (by !== undefined && !devices.has(by)) {
        refuse(context, ["rules", index, "suppressWhile", "device"], `no device has the id "${by}"`);
      }
      one.actions.forEach((id, place) => {
        if (!actions.has(id)) refuse(context, ["rules", index, "actions", place], `no action has the id "${id}"`);
      });
    });
    for (const { path, message } of alarmFaults(document)) refuse(context, [...path], message);
  });
export type SiteDocument = z.infer<typeof siteDocument>;

type Context = z.core.$RefinementCtx;

function refuseDuplicates(items: readonly { readonly id: string }[], key: string, context: Context): void {
  const firstAt = new Map<string, number>();
  items.forEach((item, index) => {
    const before = firstAt.get(item.id);
    if (before !== undefined) refuse(context, [key, index, "id"], `"${item.id}" is taken by ${key}.${before}`);
    else firstAt.set(item.id, index);
  });
}

function refuse(context: Context, path: PropertyKey[], message: string): void {
  context.addIssue({ code: "custom", path, message, input: undefined });
}
