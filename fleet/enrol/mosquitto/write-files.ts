import { chmod, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";

import { listRevoked } from "../certificates/certificate-rows.ts";
import type { Enrolment } from "../enrolment.ts";
import { accessRules, FILES, mosquittoConfiguration } from "./configuration.ts";

const DAY_MS = 86_400_000;
/** Written anew well before: a list that has run out shuts everybody out. */
const LIST_LIFE_MS = 90 * DAY_MS;
const SERVER_LIFE_MS = 397 * DAY_MS;

export interface BrokerFiles {
  readonly folder: string;
  readonly port: number;
  /** Names and addresses that gateways know the broker by. */
  readonly hosts: readonly string[];
}

/** Writes everything that mosquitto needs for gateways with certificates; the key for its owner only. */
export async function writeBrokerFiles(enrolment: Enrolment, { folder, port, hosts }: BrokerFiles): Promise<string[]> {
  const at = resolve(folder);
  const { authority } = enrolment;
  const nowMs = enrolment.nowMs();
  await mkdir(at, { recursive: true, mode: 0o755 });
  const own = await authority.issueFleet(hosts, nowMs, SERVER_LIFE_MS);
  const chain = authority.chain.map((one) => one.toString("pem")).join("\n");
  const contents = [
    [FILES.authority, `${chain}\n`, 0o644],
    [FILES.revoked, await authority.signRevocations(await listRevoked(enrolment.pool), nowMs, LIST_LIFE_MS), 0o644],
    [FILES.certificate, own.chainPem, 0o644],
    [FILES.key, own.keyPem, 0o600],
    [FILES.access, accessRules(), 0o644],
    [FILES.configuration, mosquittoConfiguration(at, port), 0o644],
  ] as const;
  for (const [name, content, mode] of contents) {
    await replaceFile(join(at, name), content);
    await chmod(join(at, name), mode);
  }
  return contents.map(([name]) => join(at, name));
}
