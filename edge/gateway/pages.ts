import type { Log } from "@outpost/kernel/log.ts";

import type { SiteCare } from "../site/desired/site-care.ts";
import type { Site } from "../site/site.ts";
import type { LogRing } from "../technician/care/log-ring.ts";
import type { GatewayMetrics } from "../technician/metrics.ts";
import type { IdentityPort } from "../technician/server/deps.ts";
import type { Snapshot } from "../technician/snapshot.ts";
import { openStatusPage } from "../technician/status-page.ts";
import type { VisionPort } from "../technician/vision-routes.ts";
import type { Timekeeper } from "../timekeeping/timekeeper.ts";
import type { Core } from "./core.ts";
import { PageKeeper } from "./page-keeper.ts";

export interface PagesDeps {
  readonly clock: Timekeeper;
  readonly log: Log;
  readonly lines: LogRing;
  readonly metrics: GatewayMetrics;
  readonly core: Core;
  readonly stateDirectory: string;
  readonly identity: IdentityPort | undefined;
  readonly vision: VisionPort;
  snapshot(): Promise<Snapshot>;
  site(): Site;
  care(): SiteCare;
}

/** The two pages of the gateway: the plain one with metrics and health, and the technician's. */
export class Pages implements AsyncDisposable {
  readonly #deps: PagesDeps;
  readonly #status: PageKeeper;
  readonly #technician: PageKeeper;
  readonly #acted = new Set<(latencyMs: number) => void>();

  constructor(deps: PagesDeps) {
    this.#deps = deps;
    const { clock, log, metrics, core } = deps;
    this.#status = new PageKeeper({
      clock,
      log,
      name: "status page",
      open: (address) =>
        openStatusPage(address, {
          log,
          metrics,
          vision: deps.vision,
          snapshot: () => deps.snapshot(),
          acknowledge: (occurrenceId, expectedVersion, actor) =>
            core.engine.order({ kind: "acknowledge", occurrenceId, expectedVersion }, actor),
        }),
    });
    this.#technician = new PageKeeper({
      clock,
      log,
      name: "technician page",
      open: async (address) => {
        // Loaded here, so that a gateway without this page carries nothing of it.
        const { openTechnicianPage } = await import("../technician/server/technician-page.ts");
        return await openTechnicianPage(address, this.#technicianDeps());
      },
    });
  }

  get statusUrl(): string | undefined {
    return this.#status.url;
  }

  get technicianUrl(): string | undefined {
    return this.#technician.url;
  }

  async start(): Promise<void> {
    await this.startStatus();
    await this.startTechnician();
  }

  async startStatus(): Promise<void> {
    await this.#status.start(this.#deps.site().document.statusPage);
  }

  async startTechnician(): Promise<void> {
    await this.#technician.start(this.#deps.site().document.technicianPage);
  }

  /** An alarm's write was handed to its device. In the alarm path: returns at once. */
  onActed(latencyMs: number): void {
    for (const listener of this.#acted) listener(latencyMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#status[Symbol.asyncDispose](), this.#technician[Symbol.asyncDispose]()]);
  }

  #technicianDeps() {
    const { clock, log, lines, core, stateDirectory, identity, vision } = this.#deps;
    return {
      vision,
      clock,
      log,
      lines,
      stateDirectory,
      identity,
      snapshot: () => this.#deps.snapshot(),
      site: () => this.#deps.site(),
      care: this.#deps.care(),
      orderAlarm: (...order: Parameters<typeof core.engine.order>) => core.engine.order(...order),
      testChain: (...test: Parameters<typeof core.care.testChain>) => core.care.testChain(...test),
      publish: (event: Parameters<typeof core.publish>[0]) => core.publish(event),
      watch: (...watch: Parameters<typeof core.watched.watch>) => core.watched.watch(...watch),
      subscribeAlarms: (listener: Parameters<typeof core.engine.subscribe>[0]) => core.engine.subscribe(listener),
      subscribeActed: (listener: (latencyMs: number) => void) => {
        this.#acted.add(listener);
        return () => this.#acted.delete(listener);
      },
    };
  }
}
