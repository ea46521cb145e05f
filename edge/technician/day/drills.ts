import type { Clock } from "@outpost/kernel/clock.ts";

import type { TechnicianDeps } from "../server/deps.ts";
import type { DrillView } from "../server/views.ts";
import { isAllWithFleet } from "../with-fleet.ts";
import { beginDrill, stepDrill, type Drill, type DrillInput, type DrillPlan } from "./drill.ts";

const LOOK_EVERY_MS = 500;
/** Whoever walks away from a drill leaves it behind. */
const MAX_DRILL_MS = 30 * 60_000;

export interface DrillsDeps extends Pick<
  TechnicianDeps,
  "watch" | "subscribeAlarms" | "subscribeActed" | "snapshot" | "site"
> {
  readonly clock: Clock;
  onChange(view: DrillView | null): void;
}

/** One drill at a time: "press the button, hear the siren, see the acknowledgement". It only watches. */
export class Drills implements AsyncDisposable {
  readonly #deps: DrillsDeps;
  #drill: Drill | undefined;
  #watching: DisposableStack | undefined;
  #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: DrillsDeps) {
    this.#deps = deps;
  }

  get view(): DrillView | null {
    return this.#drill?.view ?? null;
  }

  /** Begins to watch a rule, instead of whatever was watched before. @returns false where there is no such rule. */
  async start(ruleId: string, by: string): Promise<boolean> {
    const plan = this.#planOf(ruleId);
    if (plan === undefined) return false;
    await this.stop();
    const { clock, watch, subscribeAlarms, subscribeActed } = this.#deps;
    this.#drill = beginDrill(plan, by, clock.now().wallMs);
    const stack = new DisposableStack();
    this.#watching = stack;
    const points = [...(plan.source === undefined ? [] : [plan.source]), ...plan.feedback];
    stack.use(
      watch(points, ({ deviceId, pointId, reading, occurredAtMs }) => {
        const value = reading.quality === "good" ? reading.value : null;
        this.#take({ kind: "reading", deviceId, pointId, value, atMs: occurredAtMs });
      }),
    );
    stack.defer(subscribeAlarms((record) => this.#take({ kind: "alarm", record })));
    stack.defer(subscribeActed((latencyMs) => this.#take({ kind: "acted", latencyMs, atMs: clock.now().wallMs })));
    this.#stop = new AbortController();
    this.#looking = this.#look(this.#stop.signal);
    this.#deps.onChange(this.view);
    return true;
  }

  /** Ends watching. What was seen stays in sight until the next drill. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("the drill has ended"));
    await this.#looking;
    this.#end();
  }

  #end(): void {
    this.#watching?.dispose();
    this.#watching = undefined;
    if (this.#drill?.view.state === "waiting") {
      this.#drill = { ...this.#drill, view: { ...this.#drill.view, state: "ended" } };
      this.#deps.onChange(this.view);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #planOf(ruleId: string): DrillPlan | undefined {
    const { document } = this.#deps.site();
    const rule = document.rules.find(({ id }) => id === ruleId);
    if (rule === undefined) return undefined;
    const feedback = document.actions.flatMap((action) =>
      action.kind === "hold-point" && rule.actions.includes(action.id)
        ? [{ deviceId: action.device, pointId: action.point, value: action.active }]
        : [],
    );
    const source = { deviceId: rule.device, pointId: rule.point };
    return { ruleId, source, feedback, hasUplink: document.uplink !== undefined };
  }

  /** In the alarm path: a few comparisons, and whoever looks hears of it in a later turn. */
  #take(input: DrillInput): void {
    if (this.#drill === undefined) return;
    const before = this.#drill;
    this.#drill = stepDrill(before, input);
    if (this.#drill.view === before.view) return;
    setImmediate(() => this.#deps.onChange(this.view));
  }

  /** Asks the journal whether the fleet holds the alarm's records: the desk was told. */
  async #look(signal: AbortSignal): Promise<void> {
    const { clock, snapshot } = this.#deps;
    const untilMs = clock.monotonicMs() + MAX_DRILL_MS;
    while (!signal.aborted && clock.monotonicMs() < untilMs) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
      const { view } = this.#drill ?? {};
      if (signal.aborted || view?.steps.raised === undefined || view.steps.told !== undefined) continue;
      const { uplink, journal } = await snapshot();
      // A record needs a moment to reach the disk; before that the journal counts nothing as waiting.
      const isOldEnough = clock.now().wallMs - view.steps.raised.atMs > LOOK_EVERY_MS;
      if (isOldEnough && isAllWithFleet({ uplink, journal }, "alarm")) {
        this.#take({ kind: "told", atMs: clock.now().wallMs });
      }
    }
    // Whoever walked away: nothing watches the alarm path for him for ever.
    if (!signal.aborted) this.#end();
  }
}
