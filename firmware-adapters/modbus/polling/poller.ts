import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

import type { PumpStationProfile } from "../profile.ts";
import type { Session } from "../session/session.ts";
import { STARTING, isProbed, judgeRound } from "./health.ts";
import type { Health, RoundResult } from "./health.ts";
import type { Planner } from "./planner.ts";
import type { PointReports } from "./point-reports.ts";
import { readRound } from "./round.ts";
import { startSchedule, takeDue, untilDueMs } from "./schedule.ts";

/** A silent unit is probed at growing distances: each probe keeps the line from the others for a timeout or two. */
const PROBE = { firstMs: 1_000, maxMs: 30_000 };
/** A link that is down fails at once and costs nothing, so the device is asked often and is back as soon as the link. */
const LINK_DOWN_RETRY_MS = 500;

export interface PollerDeps {
  readonly clock: Clock;
  readonly session: Session;
  readonly reports: PointReports;
  readonly planner: Planner;
  /** The device is in another phase. */
  onHealth(health: Health): void;
  /** Runs after every round that brought values, before the next. */
  afterRound(signal: AbortSignal): Promise<void>;
}

/** Reads one device's points, each group at its own pace. */
export class Poller {
  readonly #groups: PumpStationProfile["pollGroups"];
  readonly #deps: PollerDeps;
  readonly #probe = new Backoff(PROBE);
  #health = STARTING;

  constructor(profile: PumpStationProfile, deps: PollerDeps) {
    this.#groups = profile.pollGroups;
    this.#deps = deps;
  }

  get health(): Health {
    return this.#health;
  }

  /** Polls until the signal aborts, then rejects with its reason. */
  async run(signal: AbortSignal): Promise<never> {
    const { clock } = this.#deps;
    let schedule = startSchedule(this.#groups, clock.monotonicMs());
    for (;;) {
      if (isProbed(this.#health)) {
        await clock.sleep(this.#probeWaitMs(), signal);
        await this.#probeOnce(signal);
        // Back among the living: everything is read now, not when its group happens to be due.
        schedule = startSchedule(this.#groups, clock.monotonicMs());
      } else {
        await clock.sleep(untilDueMs(schedule, clock.monotonicMs()), signal);
        const [next, due] = takeDue(schedule, clock.monotonicMs());
        schedule = next;
        await this.pollNow(signal, due);
      }
    }
  }

  /** Reads the points of these groups once, whether due or not; of all groups by default. */
  async pollNow(signal: AbortSignal, groups: readonly string[] = Object.keys(this.#groups)): Promise<void> {
    const plan = this.#deps.planner.plan(groups, this.#deps.clock.monotonicMs());
    const result = await readRound(plan, false, this.#deps, signal);
    this.#judge(result);
    if (result?.kind === "answered") await this.#deps.afterRound(signal);
  }

  async #probeOnce(signal: AbortSignal): Promise<void> {
    const plan = this.#deps.planner.plan(Object.keys(this.#groups), this.#deps.clock.monotonicMs());
    const result = await readRound(plan.slice(0, 1), true, this.#deps, signal);
    this.#judge(result);
  }

  #probeWaitMs(): number {
    return this.#health.isLinkDown ? LINK_DOWN_RETRY_MS : this.#probe.nextMs();
  }

  #judge(result: RoundResult | undefined): void {
    if (result === undefined) return;
    const before = this.#health;
    this.#health = judgeRound(before, result);
    if (!isProbed(this.#health)) this.#probe.reset();
    if (result.kind === "gone") this.#deps.reports.bad(this.#deps.reports.points, result.reason, result.detail);
    if (before.phase !== this.#health.phase) this.#deps.onHealth(this.#health);
  }
}
