import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps } from "../../adapter.ts";
import type { ChargingSiteSettings } from "../settings.ts";
import {
  availableA,
  exposedA,
  highestGrantA,
  noteAnswers,
  noteKnown,
  startSupply,
  stepSupply,
  type GrantAnswered,
  type Known,
  type SendGrant,
  type SupplyInput,
  type SupplySettings,
  type SupplyState,
} from "../supply/supply-control.ts";
import type { PerPhase } from "../words.ts";
import type { LimitAnswer, OcppSite } from "./ocpp-site.ts";

/** How long a message to a station may take in all: `Connection` gives up after this. */
const CALL_TIMEOUT_MS = 30_000;
const TICK_MS = 1_000;
/** What stations say is looked at together, this often at most: a full car park says something every few milliseconds. */
const NEWS_EVERY_MS = 100;
const MIN_RISE_A = 1;
const TOLERANCE_A = 1;
/** The device's memory keeps each connector's highest grant under this and its key. */
const GRANT_ROW = "grant/";

type Member = ChargingSiteSettings["members"][number];

/** What the supply's points show. */
export interface SupplyView {
  readonly exposedA: PerPhase;
  readonly availableA: PerPhase;
}

export interface SupplyRunnerDeps extends Pick<DeviceDeps, "clock" | "log" | "memory"> {
  readonly site: OcppSite;
  onView(view: SupplyView): void;
}

/** The supply's settings as its arithmetic takes them. */
export function supplySettings({ supply, members }: ChargingSiteSettings): SupplySettings {
  return {
    limitA: supply.limitA,
    otherLoadsA: supply.otherLoadsA,
    members: members.map(({ station, connector, phases, maxA, priority }) => ({
      key: `${station}/${connector}`,
      phases,
      maxA,
      priority,
      fallbackA: supply.fallbackA,
    })),
    meterMaxAgeMs: supply.meterMaxAgeMs,
    leaseMs: supply.leaseMs,
    settleMs: supply.settleMs,
    callTimeoutMs: CALL_TIMEOUT_MS,
    toleranceA: TOLERANCE_A,
    minRiseA: MIN_RISE_A,
  };
}

/** Carries out what the supply's arithmetic says: tells stations their limits, and tells it what became of that. */
export class SupplyRunner {
  readonly #deps: SupplyRunnerDeps;
  readonly #settings: SupplySettings;
  readonly #fallbackA: number;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #byStation: ReadonlyMap<string, readonly Member[]>;
  readonly #sending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #state: SupplyState;
  /** Stations that have changed since the last step. Every step begins with them, so that it knows all there is. */
  readonly #changed = new Set<string>();
  /** What became of grants since then; taken in with the same step. */
  readonly #answers: GrantAnswered[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(settings: ChargingSiteSettings, deps: SupplyRunnerDeps) {
    this.#deps = deps;
    this.#settings = supplySettings(settings);
    this.#fallbackA = settings.supply.fallbackA;
    this.#members = new Map(settings.members.map((member) => [keyOf(member), member]));
    this.#byStation = Map.groupBy(settings.members, ({ station }) => station);
    const former = formerGrants(deps.memory, this.#settings);
    this.#state = startSupply(this.#settings, former, deps.clock.monotonicMs());
  }

  /** Lets time pass until `signal` aborts, then waits for the messages under way. */
  async run(signal: AbortSignal): Promise<void> {
    const listening = this.#deps.site.onChange((identity) => this.#onChange(identity));
    for (const station of this.#byStation.keys()) this.#onChange(station);
    try {
      await Promise.all([this.#tick(signal), this.#followNews(signal)]);
    } finally {
      listening[Symbol.dispose]();
      this.#stop.abort(new Error("the charging site was closed"));
      await Promise.all(this.#sending);
    }
  }

  /** The site's meter said something. */
  meter(totalA: PerPhase): void {
    this.#feed({ kind: "meter", totalA });
  }

  /** Stops everybody at once, or lets them go on. Grants leave in this turn. */
  stop(isStopped: boolean): void {
    this.#feed({ kind: "stopped", isStopped });
  }

  get isStopped(): boolean {
    return this.#state.isStopped;
  }

  /** What a connector has been granted last, in amperes; 0 without a grant. */
  grantedA(key: string): number {
    return this.#state.members.get(key)?.exposure.limits.at(-1)?.limitA ?? 0;
  }

  async #tick(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(TICK_MS, signal);
      this.#feed({ kind: "tick" });
    }
  }

  async #followNews(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#wake.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    for (;;) {
      await this.#wake.promise;
      signal.throwIfAborted();
      this.#wake = Promise.withResolvers();
      if (this.#changed.size > 0 || this.#answers.length > 0) this.#feed({ kind: "tick" });
      await this.#deps.clock.sleep(NEWS_EVERY_MS, signal);
    }
  }

  #onChange(identity: string): void {
    const members = this.#byStation.get(identity);
    if (members === undefined) return;
    const station = this.#deps.site.stations.get(identity);
    for (const { connector, phases, maxA } of members) {
      station?.setFallback(connector, this.#fallbackA, maxA);
      station?.showWiring(connector, phases);
    }
    this.#changed.add(identity);
    this.#wake.resolve();
  }

  #known({ station: identity, connector: connectorId, phases }: Member): Known {
    const station = this.#deps.site.stations.get(identity);
    const connector = station?.connector(connectorId);
    const measured = connector?.meteredA;
    return {
      status: connector?.status ?? "unavailable",
      isConnected: station?.isConnected ?? false,
      hasTransaction: connector?.transactionId !== undefined,
      hasFallback: station?.hasFallback(connectorId, this.#fallbackA) ?? false,
      meteredA: measured === undefined ? undefined : onSupply(measured, phases),
      meteredAtMs: connector?.meteredAtMs ?? Number.NEGATIVE_INFINITY,
    };
  }

  #feed(input: SupplyInput): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const changed = [...this.#changed].flatMap((identity) => this.#byStation.get(identity) ?? []);
    this.#changed.clear();
    const news = new Map(changed.map((member) => [keyOf(member), this.#known(member)]));
    const known = noteKnown(this.#state, news, nowMs, this.#settings);
    const heard = noteAnswers(known, this.#answers.splice(0), nowMs);
    const [next, grants] = stepSupply(this.#settings, heard, input, nowMs);
    this.#state = next;
    for (const grant of grants) this.#begin(grant);
    this.#deps.onView({ exposedA: exposedA(next), availableA: availableA(this.#settings, next, nowMs) });
  }

  #begin(grant: SendGrant): void {
    const sent = this.#send(grant).finally(() => this.#sending.delete(sent));
    this.#sending.add(sent);
  }

  async #send(grant: SendGrant): Promise<void> {
    let answer: LimitAnswer = "lost";
    try {
      answer = (await this.#isWrittenDown(grant)) ? await this.#tell(grant) : "refused";
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#deps.log.warn("a limit was not set", { connector: grant.key, reason: asError(error).message });
    }
    this.#answers.push({ kind: "answered", key: grant.key, id: grant.id, answer });
    this.#wake.resolve();
  }

  /**
   * Before anybody may draw more than before, the disk knows it: a gateway that dies now must not take the supply for
   * emptier than it is. Lowering waits for nothing.
   */
  async #isWrittenDown(grant: SendGrant): Promise<boolean> {
    const highestA = highestGrantA(this.#state, grant.key);
    const { memory } = this.#deps;
    const row = GRANT_ROW + grant.key;
    const beforeA = Number(memory.rows.get(row) ?? 0);
    if (memory.rows.get(row) === String(highestA)) return true;
    const saved = memory.save({ [row]: String(highestA) }).then(
      () => true,
      () => false,
    );
    return highestA > beforeA ? await saved : true;
  }

  async #tell({ key, limitA, leaseMs }: SendGrant): Promise<LimitAnswer> {
    const member = this.#members.get(key);
    const station = member && this.#deps.site.stations.get(member.station);
    if (member === undefined || station === undefined) return "lost";
    return await station.setLimit(member.connector, limitA, leaseMs, this.#stop.signal);
  }
}

function keyOf({ station, connector }: { readonly station: string; readonly connector: number }): string {
  return `${station}/${connector}`;
}

/** What was granted before a restart. Where the memory is whole, a connector without a row was never granted anything. */
function formerGrants(memory: DeviceDeps["memory"], { members }: SupplySettings): ReadonlyMap<string, number> {
  const known = members.flatMap(({ key }): [string, number][] => {
    const row = memory.rows.get(GRANT_ROW + key);
    if (row !== undefined) return [[key, Number(row)]];
    return memory.isRestored ? [[key, 0]] : [];
  });
  return new Map(known);
}

/** A connector's own L1, L2, L3 on the supply's phases, as it is wired. */
function onSupply(measured: PerPhase, phases: readonly (keyof PerPhase)[]): PerPhase {
  const own = [measured.L1, measured.L2, measured.L3];
  const on = (phase: keyof PerPhase): number => {
    const index = phases.indexOf(phase);
    return index === -1 ? 0 : (own[index] ?? 0);
  };
  return { L1: on("L1"), L2: on("L2"), L3: on("L3") };
}
