import type { Duplex } from "node:stream";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { Command } from "@outpost/wire/downlink.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { Desired } from "@outpost/wire/site-exchange.ts";
import type { Reported } from "@outpost/wire/uplink.ts";

import type { Journal } from "../journal/journal.ts";

/** How the uplink stands, for the status page and the metrics. */
export type UplinkState =
  | { readonly phase: "offline"; readonly reason: string }
  | { readonly phase: "greeting" }
  | { readonly phase: "live"; readonly session: string };

/** What sync takes from the rest of the gateway. Subscriptions return a function that ends them. */
export interface SyncDeps {
  readonly gatewayId: string;
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  /** Opens the line for `mqtts://`, with this gateway's certificate, to a fleet that has proved itself. */
  openSocket(url: string, signal: AbortSignal): Promise<Duplex>;
  /** An order to end this gateway's work, as it came, and the session that it came in. Must return at once. */
  onDecommission(document: Uint8Array, session: string): void;
  readonly agentVersion: string;
  readonly bootId: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Called in the same turn in which an alarm takes a step, before it is committed. */
  subscribeAlarms(listener: (alarm: AlarmRecord) => void): () => void;
  /** Called when what runs has changed, so that the fleet hears of it before the next minute. */
  subscribeReportable(listener: () => void): () => void;
  reportedState(): Promise<Reported>;
  /** Must return at once. `arrivedMonotonicMs` is where the command's time to live begins. */
  onCommand(command: Command, arrivedMonotonicMs: number): void;
  /** The desk's revision of the site document. Must return at once. */
  onDesired(revision: Desired): void;
  /** The text of a document that was reported; undefined where it is not kept any more. Never rejects. */
  siteText(digest: string): Promise<string | undefined>;
  /** The fleet's clock, as one more witness for ours. */
  onServerTime(serverMs: number): void;
  onState(state: UplinkState): void;
}
