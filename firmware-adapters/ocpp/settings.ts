import { z } from "zod";

import { defineFamily } from "../family.ts";
import { relayObjection, relaySettings } from "./relay/settings.ts";

const phase = z.enum(["L1", "L2", "L3"]);
const perPhaseA = z.strictObject({
  L1: z.number().min(0).max(5_000),
  L2: z.number().min(0).max(5_000),
  L3: z.number().min(0).max(5_000),
});
const identity = z
  .string()
  .regex(/^[A-Za-z0-9*\-_=+|@.]{1,48}$/, "an OCPP identity: letters, digits and *-_=+|@. , at most 48");
const connectorId = z.int().min(1).max(32);

/** One charge point, as the site file writes it. It calls the listener under its identity. */
export const ocppSettings = z
  .strictObject({
    identity,
    /** What it may speak, the preferred first. */
    versions: z
      .array(z.enum(["ocpp2.0.1", "ocpp1.6"]))
      .min(1)
      .max(2)
      .default(["ocpp2.0.1", "ocpp1.6"]),
    /** 0: none, for trials on a closed network; 1: password; 2: password over TLS; 3: client certificate. Never lowered. */
    securityProfile: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
    /** For profiles 1 and 2: up to 20 bytes as hex digits, or a text of 16 to 40 characters. */
    authorizationKey: z.string().min(16).max(40).optional(),
    /** For profile 3: the common name of its certificate, where that is not its identity. */
    commonName: z.string().min(1).max(64).optional(),
    connectors: z
      .array(z.strictObject({ id: connectorId }))
      .min(1)
      .max(16),
    heartbeatEveryMs: z.int().min(10_000).max(86_400_000).default(300_000),
    meterEveryMs: z.int().min(5_000).max(3_600_000).default(10_000),
    /** Without a word for so long while it is connected, it counts as away. */
    silentAfterMs: z.int().min(5_000).max(86_400_000).default(900_000),
    /** Another central system decides: what the station and it say to each other passes as it is. See relay/README.md. */
    relay: relaySettings.optional(),
  })
  .superRefine((settings, context) => {
    const needsKey = settings.securityProfile === 1 || settings.securityProfile === 2;
    if (needsKey && settings.authorizationKey === undefined) {
      const message = `expected a key: security profile ${settings.securityProfile} has a password`;
      context.addIssue({ code: "custom", path: ["authorizationKey"], message, input: undefined });
    }
    refuseTwins(
      settings.connectors.map(({ id }) => String(id)),
      "connectors",
      context,
    );
    const objection = settings.relay && relayObjection(settings.relay, settings.securityProfile);
    if (objection === undefined) return;
    context.addIssue({
      code: "custom",
      path: ["relay", objection.field],
      message: objection.message,
      input: undefined,
    });
  });
export type OcppSettings = z.infer<typeof ocppSettings>;

export const ocppFamily = defineFamily({
  settings: ocppSettings,
  protocol: "ocpp",
  links: () => ["listener"],
  checkOnLink: ({ securityProfile }, link) => {
    if (link.kind !== "listener") return [];
    const path = ["securityProfile"];
    const hasTls = link.tls !== undefined;
    if (securityProfile >= 2 !== hasTls) {
      const message = hasTls
        ? "a listener with TLS is for profiles 2 and 3"
        : "profiles 2 and 3 need a listener with TLS";
      return [{ path, message }];
    }
    if ((securityProfile === 3) !== (link.tls?.clientCaFile !== undefined)) {
      return [{ path, message: "profile 3, and it alone, needs a listener with a clientCaFile" }];
    }
    return [];
  },
});

const member = z.strictObject({
  station: identity,
  connector: connectorId,
  /** The supply's phase behind each of the connector's own, in their order: one or three. Rotate them from pile to pile. */
  phases: z
    .array(phase)
    .min(1)
    .max(3)
    .refine((phases) => phases.length !== 2, "one phase or three")
    .default(["L1", "L2", "L3"]),
  /** The most it may ever draw on each of its phases. */
  maxA: z.number().min(6).max(500).default(32),
  /** Higher goes first when there is not enough for everybody. */
  priority: z.int().min(0).max(9).default(0),
});

const pointRef = z.strictObject({ device: z.string().min(1).max(63), point: z.string().min(1).max(128) });

/** One electricity supply and the charge points on it: who may charge, and how much. */
export const chargingSiteSettings = z
  .strictObject({
    supply: z.strictObject({
      /** What the fuse or the contract allows on each phase, for everything behind it. */
      limitA: perPhaseA,
      /** What the rest of the site may draw where no meter says how much it does. */
      otherLoadsA: perPhaseA.default({ L1: 0, L2: 0, L3: 0 }),
      /** The meter of the whole supply, our connectors included: one point a phase, in amperes. */
      meter: z.strictObject({ L1: pointRef, L2: pointRef, L3: pointRef }).optional(),
      meterMaxAgeMs: z.int().min(1_000).max(600_000).default(15_000),
      /** What each connector may draw when nobody tells it anything: 0, or 6 and more. */
      fallbackA: z
        .number()
        .min(0)
        .max(500)
        .refine((amperes) => amperes === 0 || amperes >= 6, "0, or at least 6")
        .default(0),
      /** How long a grant is good for; it is renewed at half of it. */
      leaseMs: z.int().min(20_000).max(3_600_000).default(120_000),
      /** How long the slowest car takes to follow its pilot signal; IEC 61851-1 gives it 5 s. */
      settleMs: z.int().min(1_000).max(60_000).default(8_000),
    }),
    members: z.array(member).min(1).max(400),
    /** The local list: who may charge, uplink or not. */
    idTags: z
      .array(
        z.strictObject({
          idTag: z.string().min(1).max(20),
          isBlocked: z.boolean().default(false),
          expiresAt: z.iso.datetime({ offset: true }).optional(),
          parentIdTag: z.string().min(1).max(20).optional(),
        }),
      )
      .max(5_000)
      .default([]),
    /** Who is on no list: refused, or let in (charging for everybody). */
    unknownTags: z.enum(["refuse", "accept"]).default("refuse"),
    allowsConcurrent: z.boolean().default(false),
    /** Signs the certificates of its charge points (profile 3) where they ask; without it they are refused. PEM files. */
    authority: z
      .strictObject({
        certFile: z.string().min(1).max(4_096),
        keyFile: z.string().min(1).max(4_096),
        validDays: z.int().min(1).max(3_650).default(365),
      })
      .optional(),
  })
  .superRefine(({ supply, members, idTags }, context) => {
    refuseTwins(
      members.map((one) => `${one.station}/${one.connector}`),
      "members",
      context,
    );
    refuseTwins(
      idTags.map(({ idTag }) => idTag.toLowerCase()),
      "idTags",
      context,
    );
    for (const name of phase.options) {
      const fallbackA = members.filter(({ phases }) => phases.includes(name)).length * supply.fallbackA;
      const leftA = supply.limitA[name] - supply.otherLoadsA[name];
      if (fallbackA <= leftA) continue;
      // A dead gateway must not trip the supply: all connectors may fall back at once.
      const message = `expected fallbacks that fit into the ${leftA} A left on ${name}, found ${fallbackA} A; 0 always fits`;
      context.addIssue({ code: "custom", path: ["supply", "fallbackA"], message, input: undefined });
    }
  });
export type ChargingSiteSettings = z.infer<typeof chargingSiteSettings>;

export const chargingSiteFamily = defineFamily({
  settings: chargingSiteSettings,
  protocol: "ocpp",
  links: () => ["listener"],
  watches: ({ supply }) =>
    supply.meter === undefined
      ? []
      : phase.options.map((name) => ({ path: ["supply", "meter", name], ...supply.meter?.[name] })).flatMap(named),
});

function named(one: { readonly path: readonly PropertyKey[]; readonly device?: string; readonly point?: string }) {
  const { path, device, point } = one;
  return device === undefined || point === undefined ? [] : [{ path, device, point }];
}

function refuseTwins(keys: readonly string[], list: string, context: z.core.$RefinementCtx): void {
  const firstAt = new Map<string, number>();
  keys.forEach((key, index) => {
    const before = firstAt.get(key);
    if (before === undefined) firstAt.set(key, index);
    else
      context.addIssue({
        code: "custom",
        path: [list, index],
        message: `"${key}" is taken by ${list}.${before}`,
        input: undefined,
      });
  });
}
