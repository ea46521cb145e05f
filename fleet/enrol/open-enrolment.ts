import { hostname } from "node:os";

import type { Log } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";

import type { Authority } from "./authority/authority.ts";
import { openForeignAuthority, openOwnAuthority, type ForeignAuthority } from "./authority/open-authority.ts";
import { readPassphrase, type PassphraseSource } from "./authority/passphrase.ts";
import { Enrolment } from "./enrolment.ts";
import { ServerIdentity } from "./est/server-identity.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];
const LOOPBACK = /^(localhost|127\..+|::1)$/;

/** Which authority signs, and what opens its key. */
export interface AuthoritySettings {
  readonly passphrase: Omit<PassphraseSource, "stateDir">;
  /** An intermediate of another authority; our own root otherwise. */
  readonly foreign: ForeignAuthority | undefined;
}

/** Everything enrolment is told from outside. */
export interface EnrolSettings extends AuthoritySettings {
  /** Where gateways enrol, over HTTPS. */
  readonly https: { readonly host: string; readonly port: number };
  /** Where gateways with certificates reach the embedded broker; undefined where the broker is another. */
  readonly mqtts: { readonly host: string; readonly port: number } | undefined;
  /** Names and addresses that gateways know this fleet by, the one that they are told first. */
  readonly publicHosts: readonly string[];
  /** Where gateways find the broker, where that is not the embedded one: `mqtts://…`. */
  readonly brokerUrl: string | undefined;
}

/** Opens the authority. @throws EnrolError `enrol/passphrase` or `enrol/authority`. */
export async function openAuthority(
  { passphrase, foreign }: AuthoritySettings,
  stateDir: string,
  pool: Pool,
  log: Log,
): Promise<Authority> {
  const secret = await readPassphrase({ ...passphrase, stateDir }, log);
  return foreign === undefined
    ? await openOwnAuthority(pool, secret, log)
    : await openForeignAuthority(foreign, secret);
}

/** The rules over the database, and the fleet's own certificate. @throws EnrolError. */
export async function openEnrolment(
  settings: EnrolSettings,
  stateDir: string,
  pool: Pool,
  log: Log,
): Promise<{ readonly enrolment: Enrolment; readonly identity: ServerIdentity }> {
  const authority = await openAuthority(settings, stateDir, pool, log);
  const enrolment = new Enrolment({ pool, authority, policy: DEFAULT_POLICY, log, nowMs: Date.now });
  const names = [...new Set([...publicHosts(settings), ...LOOPBACK_NAMES])];
  return { enrolment, identity: await ServerIdentity.make(authority, names) };
}

/** Where gateways are told to go; the first of the names that were given, or what can be guessed. */
export function publicHosts({
  publicHosts: given,
  https,
}: Pick<EnrolSettings, "publicHosts" | "https">): readonly string[] {
  if (given.length > 0) return given;
  if (LOOPBACK.test(https.host)) return [https.host];
  return /^(0\.0\.0\.0|::)$/.test(https.host) ? [hostname()] : [https.host, hostname()];
}

/** An address as a gateway is told it. */
export function publicUrl(scheme: "https" | "mqtts", settings: EnrolSettings, port: number): string {
  const [host = "localhost"] = publicHosts(settings);
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
