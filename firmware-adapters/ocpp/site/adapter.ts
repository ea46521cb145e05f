import { createHash } from "node:crypto";

import { prettifyError } from "zod";

import type { Adapter, DeviceDeps, OpenDevice, PointDescription } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand, Measurement } from "../../event.ts";
import { listenerLink } from "../../links/link.ts";
import { PointBoard } from "../../point-board.ts";
import { runDevice } from "../../run-device.ts";
import { tagKey } from "../authorisation/authorisation.ts";
import { OcppError } from "../errors.ts";
import { chargingSiteSettings, type ChargingSiteSettings } from "../settings.ts";
import { PHASES, type PerPhase, type Phase } from "../words.ts";
import { OcppSite, type SiteRules } from "./ocpp-site.ts";
import { SupplyRunner, type SupplyView } from "./supply-runner.ts";

const LOOK_EVERY_MS = 1_000;

const POINTS: readonly PointDescription[] = [
  {
    id: "stop",
    unit: "",
    name: { zh: "停止全部充电", en: "Stop all charging" },
    // Not hazardous: it takes power away, and a fire alarm must not have to ask twice.
    writable: { min: 0, max: 1, isHazardous: false },
  },
  { id: "charging", unit: "", name: { zh: "充电枪数", en: "Connectors charging" } },
  ...PHASES.flatMap((phase) => {
    const id = phase.toLowerCase();
    return [
      { id: `limit.${id}`, unit: "A", name: { zh: `${phase} 上限`, en: `${phase} limit` } },
      { id: `available.${id}`, unit: "A", name: { zh: `${phase} 可用`, en: `${phase} available` } },
      { id: `exposed.${id}`, unit: "A", name: { zh: `${phase} 已授权`, en: `${phase} granted` } },
      { id: `metered.${id}`, unit: "A", name: { zh: `${phase} 实测`, en: `${phase} metered` } },
    ];
  }),
];

/** One supply and who may charge on it. It is a device of its own, so that its limits and its stop are points. */
export const chargingSite: Adapter = {
  kind: "charging-site",
  configure(deviceId, raw) {
    const parsed = chargingSiteSettings.safeParse(raw);
    if (!parsed.success) throw new OcppError("ocpp/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    return {
      profile: `${settings.members.length} connectors`,
      points: POINTS,
      methods: [],
      open: async (deps, signal) => {
        signal.throwIfAborted();
        return new Site(deviceId, settings, deps).open();
      },
    };
  },
};

class Site {
  readonly #settings: ChargingSiteSettings;
  readonly #deps: DeviceDeps;
  readonly #site: OcppSite;
  readonly #board: PointBoard;
  readonly #runner: SupplyRunner;
  readonly #meter = new Map<Phase, number>();

  constructor(deviceId: string, settings: ChargingSiteSettings, deps: DeviceDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#site = listenerLink(deps.link).shared(OcppSite);
    const points = POINTS.map(({ id, unit }) => ({ id, unit, deadband: unit === "A" ? 0.5 : 0 }));
    this.#board = new PointBoard(deviceId, points, { clock: deps.clock, publish: (event) => deps.publish(event) });
    this.#runner = new SupplyRunner(settings, {
      clock: deps.clock,
      log: deps.log,
      memory: deps.memory,
      site: this.#site,
      onView: (view) => this.#show(view),
    });
  }

  open(): OpenDevice {
    const stack = new DisposableStack();
    stack.use(this.#site.setRules(rulesOf(this.#settings)));
    const { meter } = this.#settings.supply;
    if (meter !== undefined) {
      const points = PHASES.map((phase) => ({ deviceId: meter[phase].device, pointId: meter[phase].point }));
      stack.use(this.#deps.watch(points, (reading) => this.#onMeter(reading)));
    }
    for (const phase of PHASES) this.#board.good(`limit.${phase.toLowerCase()}`, this.#settings.supply.limitA[phase]);
    this.#board.good("stop", 0);
    const device = runDevice(
      async (command) => this.#execute(command),
      (signal) => [this.#runner.run(signal), this.#watch(signal)],
    );
    return {
      ended: device.ended,
      execute: (command, signal) => device.execute(command, signal),
      async [Symbol.asyncDispose]() {
        await device[Symbol.asyncDispose]();
        stack.dispose();
      },
    };
  }

  #execute(command: DeviceCommand): CommandOutcome {
    if (command.kind === "call")
      return { kind: "refused", reason: "unknown-method", detail: "a charging site has no methods" };
    if (command.kind !== "write")
      return { kind: "refused", reason: "no-such-selection", detail: "nothing takes selecting here" };
    const { pointId, value } = command;
    if (!POINTS.some(({ id }) => id === pointId)) return { kind: "refused", reason: "unknown-point", detail: pointId };
    if (pointId !== "stop") return { kind: "refused", reason: "not-writable", detail: `${pointId} can only be read` };
    if (value !== 0 && value !== 1) return { kind: "refused", reason: "out-of-limits", detail: "stop takes 0 or 1" };
    const before = this.#runner.isStopped ? 1 : 0;
    this.#runner.stop(value === 1);
    this.#board.good("stop", value);
    return { kind: "done", before, after: value };
  }

  #onMeter({ deviceId, pointId, reading }: Measurement): void {
    const { meter } = this.#settings.supply;
    const phase = PHASES.find((one) => meter?.[one].device === deviceId && meter[one].point === pointId);
    if (phase === undefined) return;
    if (reading.quality === "bad") this.#meter.delete(phase);
    else this.#meter.set(phase, Math.abs(reading.value));
    const [L1, L2, L3] = PHASES.map((one) => this.#meter.get(one));
    if (L1 !== undefined && L2 !== undefined && L3 !== undefined) this.#runner.meter({ L1, L2, L3 });
  }

  #show({ exposedA, availableA }: SupplyView): void {
    const metered = this.#metered();
    for (const phase of PHASES) {
      const id = phase.toLowerCase();
      this.#board.good(`exposed.${id}`, tenths(exposedA[phase]));
      this.#board.good(`available.${id}`, tenths(availableA[phase]));
      this.#board.good(`metered.${id}`, tenths(metered[phase]));
    }
  }

  #metered(): PerPhase {
    const sum = { L1: 0, L2: 0, L3: 0 };
    for (const { station, connector, phases } of this.#settings.members) {
      const metered = this.#site.stations.get(station)?.connector(connector)?.meteredA;
      if (metered === undefined) continue;
      phases.forEach((phase, index) => (sum[phase] += metered[PHASES[index] ?? "L1"]));
    }
    return sum;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      const states = this.#settings.members.map(({ station, connector }) => {
        const one = this.#site.stations.get(station);
        return { isConnected: one?.isConnected ?? false, status: one?.connector(connector)?.status };
      });
      const connected = states.filter(({ isConnected }) => isConnected).length;
      this.#board.good("charging", states.filter(({ status }) => status === "charging").length);
      this.#board.online(`${connected} of ${states.length} connectors can be told what to draw`);
      await this.#deps.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}

function rulesOf({ idTags, unknownTags, allowsConcurrent, authority }: ChargingSiteSettings): SiteRules {
  const list = new Map(
    idTags.map(({ idTag, isBlocked, expiresAt, parentIdTag }) => [
      tagKey(idTag),
      { idTag, isBlocked, parentIdTag, ...(expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) }) },
    ]),
  );
  return { list, listVersion: versionOf(idTags), policy: { unknownTags, allowsConcurrent, cacheForMs: 0 }, authority };
}

/** The same list has the same number on every gateway and after every restart: stations keep theirs. */
function versionOf(idTags: ChargingSiteSettings["idTags"]): number {
  const digest = createHash("sha256").update(JSON.stringify(idTags)).digest();
  return (digest.readUInt32BE(0) % (2 ** 31 - 2)) + 1;
}

function tenths(amperes: number): number {
  return Math.round(amperes * 10) / 10;
}
