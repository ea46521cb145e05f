import { z } from "zod";

import { defineFamily, type LinkKind } from "../family.ts";

const linkId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "the id of a link");
const hexBytes = (maxBytes: number) =>
  z
    .string()
    .regex(/^([0-9a-fA-F]{2})+$/, "bytes in hexadecimal, two digits each")
    .max(maxBytes * 2);

/** The code scanner on the device's own link. */
const scanner = z.strictObject({
  /** What the scanner puts before and behind each code, line ends apart: "02" and "03", or "5d5131" for "]Q1". */
  prefixHex: hexBytes(8).optional(),
  suffixHex: hexBytes(8).optional(),
  /** Longer lines are thrown away whole. */
  maxCodeLength: z.int().min(4).max(512).default(256),
  /** A code without a line end is whole when the line has been silent for so long; 0: codes always have a line end. */
  idleFlushMs: z.int().min(0).max(2_000).default(200),
  /** A question that the scanner answers, by which its silence is noticed. Absent: only a lost link is noticed. */
  heartbeat: z
    .strictObject({
      requestHex: hexBytes(16).default("3f"),
      replyHex: hexBytes(16).default("21"),
      everyMs: z.int().min(200).max(600_000).default(10_000),
      timeoutMs: z.int().min(50).max(5_000).default(500),
    })
    .optional(),
});

const thermometer = z.strictObject({
  link: linkId,
  /** `ascii`: lines like "T=36.5" or "36.52C"; `gy-mcu90614`: that module's binary frames. */
  form: z.enum(["ascii", "gy-mcu90614"]),
  /** Sent when a temperature is wanted, for thermometers that do not measure by themselves. */
  requestHex: hexBytes(16).optional(),
  /** A measurement is the present one for so long. */
  freshMs: z.int().min(200).max(60_000).default(3_000),
});

const openMs = z.int().min(100).max(30_000).default(3_000);

const gate = z.discriminatedUnion("kind", [
  /** Command bytes on the scanner's own line, for terminals that drive the gate themselves. They give no feedback. */
  z.strictObject({
    kind: z.literal("scanner-line"),
    openHex: hexBytes(32),
    /** Sent after `openMs`; absent where the terminal lets go by itself. */
    closeHex: hexBytes(32).optional(),
    openMs,
  }),
  /** An LCUS-type relay board on a link of its own. */
  z.strictObject({
    kind: z.literal("lcus-relay"),
    link: linkId,
    channel: z.int().min(1).max(8).default(1),
    openMs,
    /** Whether the board says how its relays stand when it is asked with FF. */
    hasFeedback: z.boolean().default(false),
  }),
]);

const verifier = z.discriminatedUnion("kind", [
  /** Codes signed by somebody whose public key stands here. Works without any network. */
  z.strictObject({
    kind: z.literal("signed"),
    /** Ed25519 public keys, 32 bytes in base64url. Several while keys are changed. */
    publicKeys: z
      .array(z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url"))
      .min(1)
      .max(8),
    /** Codes made for another door are refused. Absent: a code may be for any door. */
    door: z.string().min(1).max(64).optional(),
    /** Each code is good once at this door. */
    isSingleUse: z.boolean().default(false),
    /** What to do while the gateway does not know the time, so that no expiry can be judged. */
    onDoubtfulClock: z.enum(["deny", "allow"]).default("deny"),
  }),
  /** Codes whose SHA-256, of salt and code, stands here in hexadecimal. */
  z.strictObject({
    kind: z.literal("list"),
    salt: z.string().min(8).max(64),
    hashes: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits"))
      .min(1)
      .max(2_000),
  }),
  /** A verifier on the network is asked, once. */
  z.strictObject({
    kind: z.literal("http"),
    url: z.url({ protocol: /^https?$/ }).max(500),
    /** Sent as a bearer token. */
    token: z.string().min(1).max(512).optional(),
    timeoutMs: z.int().min(100).max(10_000).default(2_000),
    /** What happens to people when it cannot be asked: a decision of the site's, so it must be written out. */
    onFailure: z.enum(["deny", "allow"]),
  }),
]);

/** One doorway terminal, as the site file writes it. */
export const sentinelSettings = z
  .strictObject({
    scanner: scanner.prefault({}),
    thermometer: thermometer.optional(),
    gate: gate.optional(),
    /** Asked in this order; the first that knows a code decides. */
    verifiers: z.array(verifier).min(1).max(4),
    /** From this temperature on it is a fever. */
    feverAtC: z.number().min(35).max(42).default(37.3),
    /** Below this nobody was measured. */
    bodyFromC: z.number().min(20).max(37).default(34),
    /** Whether a person is measured before being let in. */
    wantsTemperature: z.boolean().default(false),
    /** How long a person has for being measured after the code. */
    measureWithinMs: z.int().min(500).max(60_000).default(8_000),
    /** The same code again within this time is the same scan. */
    repeatMs: z.int().min(0).max(60_000).default(3_000),
    /** More codes than this in a minute are refused unread, so that nobody can try codes out. */
    maxCodesPerMinute: z.int().min(1).max(240).default(30),
  })
  .superRefine(({ wantsTemperature, thermometer: hot, gate: door }, context) => {
    if (wantsTemperature && hot === undefined) {
      context.addIssue({ code: "custom", path: ["wantsTemperature"], message: "needs a thermometer" });
    }
    if (hot !== undefined && door?.kind === "lcus-relay" && door.link === hot.link) {
      context.addIssue({ code: "custom", path: ["gate", "link"], message: "the thermometer has this link for itself" });
    }
  });
export type SentinelSettings = z.infer<typeof sentinelSettings>;
export type ScannerSettings = SentinelSettings["scanner"];
export type ThermometerSettings = NonNullable<SentinelSettings["thermometer"]>;
export type GateSettings = NonNullable<SentinelSettings["gate"]>;
export type VerifierSettings = SentinelSettings["verifiers"][number];

const LINES: readonly LinkKind[] = ["serial", "serial-server"];

export const sentinelFamily = defineFamily({
  settings: sentinelSettings,
  links: () => LINES,
  otherLinks: ({ thermometer: hot, gate: door }) => [
    ...(hot === undefined ? [] : [{ path: ["thermometer", "link"], id: hot.link, kinds: LINES }]),
    ...(door?.kind === "lcus-relay" ? [{ path: ["gate", "link"], id: door.link, kinds: LINES }] : []),
  ],
});
