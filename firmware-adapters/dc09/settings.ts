import { z } from "zod";

import { defineFamily } from "../family.ts";

const text = z.strictObject({ zh: z.string().min(1).max(120), en: z.string().min(1).max(120) });

/** Somewhere in the account's home: a pendant, a room, a detector. */
const zone = z.strictObject({
  /** As the panel numbers it. */
  zone: z.int().min(0).max(99_999),
  /** Its point is called `zone.ID`. */
  id: z.string().regex(/^[a-z0-9][a-zA-Z0-9]{0,62}$/, "letters and digits, beginning with a small letter or a digit"),
  name: text.optional(),
});

/** An AES key of 128, 192 or 256 bits. */
const key = z.union([
  z.strictObject({
    hex: z.string().regex(/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$/, "32, 48 or 64 hex digits"),
  }),
  z.strictObject({
    text: z.string().regex(/^(?:[\x20-\x7e]{16}|[\x20-\x7e]{24}|[\x20-\x7e]{32})$/, "16, 24 or 32 ASCII characters"),
  }),
]);

/** One account of a DC-09 receiver, as the site file writes it. The receiver is the listener link it is on. */
export const dc09Settings = z
  .strictObject({
    /** As the panel sends it behind "#"; either case. */
    account: z.string().regex(/^[0-9A-Za-z]{1,16}$/, "1 to 16 hex digits; some makers use letters"),
    /** With a key, messages that are not encrypted are refused. */
    key: key.optional(),
    /** Takes messages of an account with a key that are not encrypted: while panels are being changed over. */
    acceptsPlain: z.boolean().default(false),
    /** Refuses messages whose time is more than 20 s ahead of ours or 40 s behind. */
    isTimeChecked: z.boolean().default(true),
    /** Takes a CRC of two bytes instead of four hex digits. */
    acceptsBinaryCrc: z.boolean().default(false),
    /** The panel says something at least this often. */
    supervisionMs: z.int().min(1_000).max(86_400_000).default(60_000),
    /** How much later than that it may come. */
    marginMs: z.int().min(0).max(3_600_000).default(30_000),
    /** How long a call without an end, as the press of a pendant, shows as 1. */
    momentaryMs: z.int().min(100).max(3_600_000).default(10_000),
    /** The longest pause between two tries of a panel to send the same message, with its way round by other receivers. */
    retransmitWithinMs: z.int().min(1_000).max(3_600_000).default(120_000),
    /** What a listener answers accounts that it does not have: `duh` where one of its accounts says so. */
    unknownAccounts: z.enum(["silence", "duh"]).default("silence"),
    zones: z.array(zone).max(1_000).default([]),
  })
  .superRefine(({ zones }, check) => {
    for (const field of ["zone", "id"] as const) {
      const seen = new Set<unknown>();
      for (const [index, one] of zones.entries()) {
        if (seen.has(one[field])) {
          check.addIssue({ code: "custom", path: ["zones", index, field], message: `${one[field]} is there twice` });
        }
        seen.add(one[field]);
      }
    }
  });
export type Dc09Settings = z.infer<typeof dc09Settings>;

export const dc09Family = defineFamily({ settings: dc09Settings, links: () => ["listener"] });
