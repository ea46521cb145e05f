import { silentLog } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";

import { openPool } from "../../store/database.ts";
import type { Authority } from "../authority/authority.ts";
import { openOwnAuthority } from "../authority/open-authority.ts";
import { makeClaim, type NewClaim } from "../claims/claim-rows.ts";
import { Enrolment } from "../enrolment.ts";
import { openGatewayServer } from "../est/gateway-server.ts";
import { ServerIdentity } from "../est/server-identity.ts";
import { DEFAULT_POLICY, type EnrolPolicy } from "../policy.ts";
import { Box } from "./box.ts";

export const PASSPHRASE = "a passphrase for tests";

/** An authority over a real database, its listener, and a clock that a test may set. */
export interface EnrolRig extends AsyncDisposable {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly enrolment: Enrolment;
  readonly identity: ServerIdentity;
  readonly box: Box;
  readonly port: number;
  /** The root, PEM. */
  readonly ca: string;
  /** Added to the real time. */
  aheadMs: number;
  claim(claim?: Partial<NewClaim>): Promise<{ id: string; code: string }>;
}

export interface EnrolRigOptions {
  readonly databaseUrl: string;
  readonly policy?: Partial<EnrolPolicy>;
  readonly requestWithinMs?: number;
  readonly authority?: (pool: Pool) => Promise<Authority>;
}

export async function openEnrolRig(options: EnrolRigOptions): Promise<EnrolRig> {
  const log = silentLog;
  const url = options.databaseUrl;
  const pool = openPool({ url, name: "enrol", maxConnections: 8, statementTimeoutMs: 20_000 }, log);
  const authority = await (options.authority ?? ((db) => openOwnAuthority(db, PASSPHRASE, log)))(pool);
  const clock = { aheadMs: 0 };
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const enrolment = new Enrolment({ pool, authority, policy, log, nowMs: () => Date.now() + clock.aheadMs });
  const identity = await ServerIdentity.make(authority, ["127.0.0.1", "localhost"]);
  const { requestWithinMs } = options;
  const server = await openGatewayServer({
    host: "127.0.0.1",
    port: 0,
    enrolment,
    identity,
    log,
    mqttUrl: () => "mqtts://127.0.0.1:8883",
    ...(requestWithinMs === undefined ? {} : { requestWithinMs }),
  });
  const ca = authority.root.toString("pem");
  return {
    pool,
    authority,
    enrolment,
    identity,
    box: new Box(server.port, ca),
    port: server.port,
    ca,
    get aheadMs() {
      return clock.aheadMs;
    },
    set aheadMs(value) {
      clock.aheadMs = value;
    },
    claim: async (claim = {}) =>
      await makeClaim(
        pool,
        { label: "test", madeBy: "wang", expiresAtMs: Date.now() + 3_600_000, lines: [{}], ...claim },
        Buffer.from(authority.root.rawData),
      ),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}
