import type { Log } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";
import type { Registry } from "prom-client";

import type { FleetBus } from "../broker/bus.ts";
import type { Enrolment } from "../enrol/enrolment.ts";
import type { LiveHub } from "./live/live-hub.ts";

/** What the API works with. */
export interface ApiDeps {
  readonly pool: Pool;
  readonly bus: FleetBus;
  readonly live: LiveHub;
  readonly registry: Registry;
  readonly log: Log;
  /** Bytes the ingest holds. */
  readonly queuedBytes: () => number;
  /** The built console; without it the API works alone. */
  readonly consoleDir: string;
  /** The hub of a demo's levers; undefined everywhere else. */
  readonly demoControlUrl: string | undefined;
  /** The authority of gateways and where they enrol; undefined where this fleet has none. */
  readonly enrol: { readonly enrolment: Enrolment; readonly fleetUrl: string } | undefined;
}
