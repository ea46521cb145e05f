import { z } from "zod";

import { name } from "./identifiers.ts";

const text = z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) });
const pointRef = { device: name, point: z.string().min(1).max(128) };

/** What a held point is seen by elsewhere: the current of a siren. */
const feedback = z.strictObject({ ...pointRef, is: z.enum(["above", "below"]), limit: z.number() });

/** Holds a coil or register at `active` while any alarm calls for it, and at `idle` otherwise: a siren, a relay. */
const holdPoint = z.strictObject({
  id: name,
  kind: z.literal("hold-point"),
  ...pointRef,
  active: z.number(),
  idle: z.number(),
  /** A self-test believes this rather than the point's own read-back. */
  feedback: feedback.optional(),
});

/** As `hold-point`, but on and off in turn while an alarm calls. Begins with on. */
const sirenPattern = z.strictObject({
  id: name,
  kind: z.literal("siren-pattern"),
  ...pointRef,
  active: z.number(),
  idle: z.number(),
  onMs: z.int().min(200).max(600_000),
  offMs: z.int().min(200).max(600_000),
  feedback: feedback.optional(),
});

/**
 * Shows at one point how far its alarms are, to whoever called: the light of an emergency button. With several alarms the
 * one that has come least far is shown.
 */
const showProgress = z.strictObject({
  id: name,
  kind: z.literal("show-progress"),
  ...pointRef,
  idle: z.number(),
  /** The alarm is raised here and now; in the turn in which it was. */
  raised: z.number(),
  /** It is on this gateway's disk and will reach the desk, whatever happens. */
  delivered: z.number(),
  /** Somebody has acknowledged it; shown at least this long, also where the alarm ends by it. */
  acknowledged: z.number(),
  acknowledgedForMs: z.int().min(0).max(3_600_000).default(60_000),
});

/** Writes a line to the gateway's log when the alarm is raised and when it clears. */
const log = z.strictObject({ id: name, kind: z.literal("log") });

/** Writes a point once when an alarm begins to call: opens a locker. A hazardous one is selected and operated. */
const writePoint = z.strictObject({ id: name, kind: z.literal("write-point"), ...pointRef, value: z.number() });

/** Shows a text on a sign while the alarm stands, at most so long. */
const showText = z.strictObject({
  id: name,
  kind: z.literal("show-text"),
  device: name,
  text,
  forMs: z
    .int()
    .min(10_000)
    .max(30 * 86_400_000)
    .default(86_400_000),
});

/** Plays a WAV file with Debian's aplay, so often with a pause between. */
const playVoice = z.strictObject({
  id: name,
  kind: z.literal("play-voice"),
  file: z.string().min(1).max(500),
  /** An ALSA device as aplay -D takes it. */
  output: z
    .string()
    .regex(/^[A-Za-z0-9_:=,.-]{1,64}$/, "an ALSA device such as plughw:1,0")
    .optional(),
  times: z.int().min(1).max(20).default(3),
  pauseMs: z.int().min(0).max(60_000).default(2_000),
  /** One playing is broken off after this. */
  maxMs: z.int().min(1_000).max(120_000).default(30_000),
});

/** Sends the alarm as JSON by HTTP POST to something on the site's own network. */
const http = z.strictObject({
  id: name,
  kind: z.literal("http"),
  url: z.url({ protocol: /^https?$/ }).max(500),
  timeoutMs: z.int().min(100).max(30_000).default(5_000),
  /** Sent again when the alarm no longer calls. */
  alsoAtEnd: z.boolean().default(false),
});

/** Publishes the alarm as JSON at a broker of the site: a link of kind mqtt. */
const mqtt = z.strictObject({
  id: name,
  kind: z.literal("mqtt"),
  link: name,
  topic: z.string().regex(/^[^+#\0]{1,256}$/, "a topic without + and #"),
  timeoutMs: z.int().min(100).max(30_000).default(5_000),
  alsoAtEnd: z.boolean().default(false),
});

/** Sends a short message to each of these people through a modem on a serial line of its own. */
const sms = z.strictObject({
  id: name,
  kind: z.literal("sms"),
  link: name,
  to: z.array(name).min(1).max(16),
  /** `pdu` takes Chinese and long texts. `text` is for modems that know nothing else: English, 160 characters. */
  mode: z.enum(["pdu", "text"]).default("pdu"),
  language: z.enum(["zh", "en"]).default("zh"),
  /** Of the modem's SIM card, where it asks for one. */
  pin: z
    .string()
    .regex(/^\d{4,8}$/, "4 to 8 digits")
    .optional(),
});

export const actionSettings = z.discriminatedUnion("kind", [
  holdPoint,
  sirenPattern,
  showProgress,
  log,
  writePoint,
  showText,
  playVoice,
  http,
  mqtt,
  sms,
]);
export type ActionSettings = z.infer<typeof actionSettings>;
/** Actions that hold a point at a level. */
export type HoldingAction = Extract<ActionSettings, { kind: "hold-point" | "siren-pattern" | "show-progress" }>;
/** Actions that do something once for each alarm. */
export type SendingAction = Exclude<ActionSettings, HoldingAction | { kind: "log" }>;

export function isHolding(action: ActionSettings): action is HoldingAction {
  return action.kind === "hold-point" || action.kind === "siren-pattern" || action.kind === "show-progress";
}

export function isSending(action: ActionSettings): action is SendingAction {
  return action.kind !== "log" && !isHolding(action);
}

/** Somebody who may be asked to answer an alarm. */
export const contact = z.strictObject({
  id: name,
  name: text,
  phone: z.string().regex(/^\+\d{6,15}$/, "+, country code and number, as +8613800138000"),
});
export type Contact = z.infer<typeof contact>;

/** Who must answer, one after the other, until somebody acknowledges. */
export const escalation = z.strictObject({
  id: name,
  steps: z
    .array(
      z.strictObject({
        /** Who must answer in this step; what tells them are the actions. */
        who: z.array(name).min(1).max(16),
        actions: z.array(name).max(16).default([]),
        answerWithinMs: z.int().min(1_000).max(86_400_000),
      }),
    )
    .min(1)
    .max(16),
  /** How often the whole chain is gone through again when nobody has answered. */
  repeats: z.int().min(0).max(20).default(1),
  /** Whether an alarm that clears by itself asks nobody any more. A press of a button clears at once: leave it false. */
  endsWhenCleared: z.boolean().default(false),
});
export type EscalationSettings = z.infer<typeof escalation>;

/** When each alarm chain is exercised by itself. */
export const selfTest = z.strictObject({
  /** The time of day, in the site's time zone. */
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 10:30"),
  everyDays: z.int().min(1).max(31).default(7),
  /** How long a siren sounds for a test. */
  pulseMs: z.int().min(500).max(10_000).default(1_000),
  /** Empty: every rule that has actions. */
  rules: z.array(name).max(1_000).default([]),
});
export type SelfTestSettings = z.infer<typeof selfTest>;

/** What the parts of a site file about alarms refer to. */
interface AlarmParts {
  readonly links: readonly { readonly id: string; readonly kind: string }[];
  readonly devices: readonly { readonly id: string; readonly link?: string | undefined }[];
  readonly rules: readonly {
    readonly id: string;
    readonly escalation?: string | undefined;
    readonly acknowledgeBy?: { readonly device: string } | undefined;
  }[];
  readonly actions: readonly ActionSettings[];
  readonly contacts: readonly Contact[];
  readonly escalations: readonly EscalationSettings[];
  readonly selfTest?: SelfTestSettings | undefined;
}

/** One thing that does not fit: where, and what was expected. */
export interface AlarmFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong between actions, contacts, escalations and what they name. */
export function alarmFaults(parts: AlarmParts): readonly AlarmFault[] {
  const known = (what: string, ids: readonly { readonly id: string }[]) => {
    const all = new Set(ids.map(({ id }) => id));
    return (id: string | undefined, path: readonly PropertyKey[]): AlarmFault[] =>
      id === undefined || all.has(id) ? [] : [{ path, message: `no ${what} has the id "${id}"` }];
  };
  const [device, action, contactOf] = [
    known("device", parts.devices),
    known("action", parts.actions),
    known("contact", parts.contacts),
  ];
  const [chain, rule] = [known("escalation", parts.escalations), known("rule", parts.rules)];
  return [
    ...parts.rules.flatMap((one, at) => [
      ...chain(one.escalation, ["rules", at, "escalation"]),
      ...device(one.acknowledgeBy?.device, ["rules", at, "acknowledgeBy", "device"]),
    ]),
    ...parts.actions.flatMap((one, at) => [
      ...("device" in one ? device(one.device, ["actions", at, "device"]) : []),
      ...("feedback" in one ? device(one.feedback?.device, ["actions", at, "feedback", "device"]) : []),
      ...(one.kind === "sms" ? one.to.flatMap((id, nth) => contactOf(id, ["actions", at, "to", nth])) : []),
      ...("link" in one ? linkFault(one, parts, ["actions", at, "link"]) : []),
    ]),
    ...parts.escalations.flatMap(({ steps }, at) =>
      steps.flatMap((step, nth) => [
        ...step.who.flatMap((id, k) => contactOf(id, ["escalations", at, "steps", nth, "who", k])),
        ...step.actions.flatMap((id, k) => action(id, ["escalations", at, "steps", nth, "actions", k])),
      ]),
    ),
    ...(parts.selfTest?.rules ?? []).flatMap((id, nth) => rule(id, ["selfTest", "rules", nth])),
  ];
}

function linkFault(
  action: Extract<ActionSettings, { kind: "mqtt" | "sms" }>,
  { links, devices }: AlarmParts,
  path: readonly PropertyKey[],
): AlarmFault[] {
  const kind = links.find(({ id }) => id === action.link)?.kind;
  if (kind === undefined) return [{ path, message: `no link has the id "${action.link}"` }];
  const kinds = action.kind === "mqtt" ? ["mqtt"] : ["serial", "serial-server"];
  if (!kinds.includes(kind)) {
    return [{ path, message: `expected a link of kind ${kinds.join(", ")}, found "${action.link}", which is ${kind}` }];
  }
  const other = action.kind === "sms" ? devices.find(({ link }) => link === action.link) : undefined;
  if (other === undefined) return [];
  return [{ path, message: `expected a line of the modem's own, found "${action.link}", on which "${other.id}" is` }];
}
