import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../../adapter.ts";
import type { Rig } from "../../../conformance.ts";
import { openLink } from "../../../links/open-link.ts";
import type { LinkSettings } from "../../../links/settings.ts";
import { fakeDeps, type FakeDeps } from "../../../testing/fake-deps.ts";
import { ocpp } from "../../adapter.ts";
import { chargingSite } from "../../site/adapter.ts";
import { STATUS_CODES } from "../../station/points.ts";
import { HOST, TestStation } from "../../testing/ocpp-rig.ts";
import type { OcppVersion } from "../../words.ts";
import { UpstreamCsms, type CsmsOptions } from "./upstream-csms.ts";

const SETTINGS = { identity: "CP-1", securityProfile: 0, connectors: [{ id: 1 }, { id: 2 }] };
const SUPPLY = { limitA: { L1: 40, L2: 40, L3: 40 }, fallbackA: 6, settleMs: 1_000 };

function listenerOn(port: number): Extract<LinkSettings, { kind: "listener" }> {
  return { id: "csms", kind: "listener", transport: "tcp", host: HOST, port, maxPeers: 50, idleMs: 60_000 };
}

/** A status of connector 1 in each version's words. */
export function chargingStatus(version: OcppVersion): object {
  return version === "ocpp1.6"
    ? { connectorId: 1, status: "Charging", errorCode: "NoError" }
    : { timestamp: "2026-11-25T00:00:00Z", connectorStatus: "Reserved", evseId: 1, connectorId: 1 };
}

/** A relayed station for the adapter contract. @param breaks  which of the two ways is the one that breaks. */
export async function relayedRig(version: OcppVersion, breaks: "station" | "upstream"): Promise<Rig> {
  const stack = new AsyncDisposableStack();
  const csms = stack.use(await UpstreamCsms.start());
  const station = stack.use(await TestStation.onFreePort(version));
  const settings = { ...SETTINGS, silentAfterMs: 5_000, relay: { url: csms.url } };
  return {
    link: listenerOn(station.port),
    settings,
    badSettings: { settings: { ...settings, relay: { url: "http://nowhere" } }, path: "relay.url" },
    pointId: "connector1.status",
    isPossible: (value) => value === STATUS_CODES.indexOf(version === "ocpp1.6" ? "charging" : "reserved"),
    async speak() {
      if (!station.isMute) await station.call("StatusNotification", chargingStatus(version));
    },
    async breakLine() {
      if (breaks === "upstream") return csms.cut();
      station.isAllowed = false;
      await station.hangUp();
    },
    async mendLine() {
      if (breaks === "upstream") await csms.mend();
      station.isAllowed = true;
    },
    fallSilent() {
      station.isMute = true;
    },
    async sendGarbage(bytes) {
      station.sendRaw(bytes.toString("latin1"));
      if (csms.connections > 0) csms.client.sendRaw(bytes.toString("latin1"));
      await systemClock.sleep(5);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export interface RelayRigOptions {
  readonly version?: OcppVersion;
  readonly identity?: string;
  readonly csms?: CsmsOptions;
  /** Added to the device's settings, and to their `relay`. */
  readonly settings?: object;
  readonly relay?: object;
  /** With a charging site, whose members are both connectors. */
  readonly hasSite?: boolean;
  /** The life before this one, whose memory this one has. */
  readonly before?: FakeDeps;
}

/** A relayed charge point between its station and its upstream. */
export interface RelayRig extends AsyncDisposable {
  readonly csms: UpstreamCsms;
  readonly station: TestStation;
  readonly device: OpenDevice;
  readonly deps: FakeDeps;
  readonly siteDeps: FakeDeps;
}

export async function relayRig(options: RelayRigOptions = {}): Promise<RelayRig> {
  const { version = "ocpp1.6", identity = "CP-1", hasSite = false, before } = options;
  const stack = new AsyncDisposableStack();
  const csms = stack.use(await UpstreamCsms.start(options.csms));
  const { port } = stack.use(await TestStation.onFreePort(version));
  const link = stack.use(openLink(listenerOn(port), { clock: systemClock, log: silentLog }));
  const open = AbortSignal.timeout(10_000);
  const siteDeps = fakeDeps({ link });
  if (hasSite) {
    const members = [1, 2].map((connector) => ({ station: identity, connector }));
    stack.use(await chargingSite.configure("site", { supply: SUPPLY, members }).open(siteDeps, open));
  }
  const deps = before?.restarted(link) ?? fakeDeps({ link });
  const settings = { ...SETTINGS, identity, ...options.settings, relay: { url: csms.url, ...options.relay } };
  const device = stack.use(await ocpp.configure("pile", settings).open(deps, open));
  const station = stack.use(new TestStation(identity, port, version));
  return { csms, station, device, deps, siteDeps, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
