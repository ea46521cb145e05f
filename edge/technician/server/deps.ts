import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";

import type { SelfTestResult } from "../../actions/self-test/self-tests.ts";
import type { AlarmOrder } from "../../rules/alarm-order.ts";
import type { AlarmAnswer } from "../../rules/life/alarm-life.ts";
import type { SiteCare } from "../../site/desired/site-care.ts";
import type { Site } from "../../site/site.ts";
import type { Timekeeper } from "../../timekeeping/timekeeper.ts";
import type { LogRing } from "../care/log-ring.ts";
import type { Snapshot } from "../snapshot.ts";
import type { VisionPort } from "../vision-routes.ts";
import type { IdentityView } from "./views.ts";

/** What the page takes from the gateway. Nothing here makes the alarm path wait. */
export interface TechnicianDeps {
  readonly clock: Timekeeper;
  readonly log: Log;
  readonly lines: LogRing;
  readonly stateDirectory: string;
  snapshot(): Promise<Snapshot>;
  /** The site that runs now. */
  site(): Site;
  /** What people on site may do about the site document. */
  readonly care: SiteCare;
  orderAlarm(order: AlarmOrder, actor: string): AlarmAnswer;
  /** Exercises the chain of one rule, marked as a test; its siren sounds. */
  testChain(ruleId: string, actor: string, signal: AbortSignal): Promise<SelfTestResult>;
  /** Puts an occurrence among the events, and so into the journal; returns at once. */
  publish(event: DeviceEvent): void;
  /** Called in the alarm path: must return at once. */
  watch(
    points: readonly { readonly deviceId: string; readonly pointId: string }[],
    onReading: (reading: Measurement) => void,
  ): Disposable;
  subscribeAlarms(listener: (record: AlarmRecord) => void): () => void;
  /** Called when an alarm's write was handed to its device, so long after its reading came. */
  subscribeActed(listener: (latencyMs: number) => void): () => void;
  /** Where this machine gets its pictures from. */
  readonly vision: VisionPort;
  /** How this box gets its identity; undefined where it has no such part. */
  readonly identity: IdentityPort | undefined;
}

/** What the page needs of the gateway's identity. */
export interface IdentityPort {
  state(): Promise<IdentityView>;
  /** Claims the box. @throws Error whose message says why not. */
  claim(asked: { readonly code: string; readonly fleetUrl?: string | undefined }, signal: AbortSignal): Promise<void>;
  /** Signs with the gateway's own key: ECDSA P-256 with SHA-256, DER. Undefined before there is one. */
  sign(content: Uint8Array): Promise<{ readonly signature: Uint8Array; readonly publicKeyPem: string } | undefined>;
}
