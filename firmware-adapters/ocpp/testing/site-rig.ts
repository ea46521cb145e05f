import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../adapter.ts";
import type { Rig } from "../../conformance.ts";
import { openLink } from "../../links/open-link.ts";
import type { LinkSettings } from "../../links/settings.ts";
import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { chargingSite } from "../site/adapter.ts";
import { STATUS_CODES } from "../station/points.ts";
import type { OcppVersion } from "../words.ts";
import { HOST, TestStation } from "./ocpp-rig.ts";

const SETTINGS = { identity: "CP-1", securityProfile: 0, connectors: [{ id: 1 }, { id: 2 }], silentAfterMs: 5_000 };

function listenerOn(port: number): Extract<LinkSettings, { kind: "listener" }> {
  return { id: "csms", kind: "listener", transport: "tcp", host: HOST, port, maxPeers: 50, idleMs: 60_000 };
}

/** A station for the adapter contract. @param charging  the StatusNotification of a first connector that is in use. */
export async function stationRig(
  version: OcppVersion,
  charging: object,
  meant: (typeof STATUS_CODES)[number] = "charging",
): Promise<Rig> {
  const station = await TestStation.onFreePort(version);
  return {
    link: listenerOn(station.port),
    settings: SETTINGS,
    badSettings: { settings: { ...SETTINGS, securityProfile: 1 }, path: "authorizationKey" },
    pointId: "connector1.status",
    isPossible: (value) => value === STATUS_CODES.indexOf(meant),
    async speak() {
      if (station.isMute) return;
      await station.call("StatusNotification", charging);
    },
    async breakLine() {
      station.isAllowed = false;
      await station.hangUp();
    },
    async mendLine() {
      station.isAllowed = true;
    },
    fallSilent() {
      station.isMute = true;
    },
    async sendGarbage(bytes) {
      station.sendRaw(bytes.toString("latin1"));
      await systemClock.sleep(5);
    },
    [Symbol.asyncDispose]: () => station[Symbol.asyncDispose](),
  };
}

/** A charge point and its charging site on one listener, and the station that calls. */
export interface SiteRig extends AsyncDisposable {
  readonly station: TestStation;
  readonly deps: FakeDeps;
  readonly siteDeps: FakeDeps;
  readonly device: OpenDevice;
  readonly supplyDevice: OpenDevice;
}

/** @param before  the deps of a former life, whose rows and keys the charge point finds again. */
export async function siteRig(version: OcppVersion, siteSettings: object = {}, before?: FakeDeps): Promise<SiteRig> {
  const stack = new AsyncDisposableStack();
  const station = stack.use(await TestStation.onFreePort(version));
  const link = stack.use(openLink(listenerOn(station.port), { clock: systemClock, log: silentLog }));
  const deps = before?.restarted(link) ?? fakeDeps({ link });
  const siteDeps = fakeDeps({ link });
  const supply = { limitA: { L1: 40, L2: 40, L3: 40 }, fallbackA: 6, settleMs: 1_000 };
  const settings = {
    supply,
    members: [
      { station: "CP-1", connector: 1 },
      { station: "CP-1", connector: 2 },
    ],
    idTags: [{ idTag: "04A1B2" }, { idTag: "BLOCKED", isBlocked: true }],
    ...siteSettings,
  };
  const open = AbortSignal.timeout(10_000);
  const supplyDevice = stack.use(await chargingSite.configure("site", settings).open(siteDeps, open));
  const device = stack.use(await ocpp.configure("pile", { ...SETTINGS, silentAfterMs: 60_000 }).open(deps, open));
  return { station, deps, siteDeps, device, supplyDevice, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
