import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Log } from "@outpost/kernel/log.ts";

import { CommandExecutor } from "../commands/command-executor.ts";
import { COMMAND_STATE_PREFIX } from "../commands/command-memory.ts";
import type { Journal, JournalStatus } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import type { Provision } from "../provision/provision.ts";
import { DEVICE_PREFIX, MAX_KNOWN_KEYS, memoryKey, memoryRows } from "../recording/device-commits.ts";
import { ALARM_STATE_PREFIX } from "../rules/life/persisted-alarm.ts";
import { SYSTEM } from "../rules/system-alarms.ts";
import { checkInWorker } from "../site/check-in-worker.ts";
import type { SiteCare } from "../site/desired/site-care.ts";
import { SiteKeeper, type SiteKeeperDeps } from "../site/desired/site-keeper.ts";
import { startingSite, type StartingSite } from "../site/desired/starting-site.ts";
import type { SiteState } from "../site/desired/state.ts";
import { formatFault, type SiteFault } from "../site/fault.ts";
import { LogRing } from "../technician/care/log-ring.ts";
import { GatewayMetrics } from "../technician/metrics.ts";
import type { Snapshot } from "../technician/snapshot.ts";
import { openTimekeeper, readBootId, type Timekeeper } from "../timekeeping/timekeeper.ts";
import type { Vision } from "../vision/core/vision.ts";
import { loadCare } from "./alarm-care.ts";
import { coreSnapshot } from "./core-snapshot.ts";
import { createCore, type Core } from "./core.ts";
import { runJournalUse } from "./journal-use.ts";
import { LoopDelayMonitor } from "./loop-delay.ts";
import { identityPort, obeyDecommission, openProvision } from "./own-identity.ts";
import { ownVision } from "./own-vision.ts";
import { Pages } from "./pages.ts";
import { reportedState } from "./reported.ts";
import { RunningSite } from "./running-site.ts";
import { runSelfChecks } from "./self-checks.ts";
import { lockStateDirectory } from "./state-lock.ts";
import { Uplink } from "./uplink.ts";

export interface GatewayOptions {
  readonly siteFile: string;
  readonly stateDirectory: string;
  readonly agentVersion: string;
  /** The clock cannot be earlier than this, Unix milliseconds. */
  readonly buildTimeMs: number;
  /** Where the id of this boot stands, and the mark of the time service, where not in Linux's and systemd's places. */
  readonly bootIdFile?: string | undefined;
  readonly timeSyncFile?: string | undefined;
  /** Where the serial number of the box stands, if not where Linux has it. */
  readonly serialFile?: string | undefined;
  /** A signed order has ended this gateway's work: the process is to end. */
  readonly onDecommissioned?: (() => void) | undefined;
  readonly log: Log;
}

/** A gateway at work. Disposing it stops everything in the order that loses nothing; held points stay as they are. */
export interface Gateway extends AsyncDisposable {
  /** Where its page is, undefined while the address cannot be had. */
  readonly statusPage: string | undefined;
  /** Where the technician's page is, undefined where there is none or its address cannot be had. */
  readonly technicianPage: string | undefined;
  /** Reads the site file again and goes over to it, or says why not; what ran then keeps running. */
  apply(): Promise<readonly SiteFault[]>;
  /** The site document: how it stands, and what people on site can do about it. */
  readonly site: SiteCare;
}

/** What became of opening a gateway. */
export type GatewayOpening =
  | { readonly kind: "open"; readonly gateway: Gateway }
  /** Neither the site file nor a last good copy can be run. */
  | { readonly kind: "refused"; readonly faults: readonly SiteFault[] }
  /** Another process has the state directory. */
  | { readonly kind: "locked" }
  /** A signed order has ended this gateway's work. */
  | { readonly kind: "decommissioned"; readonly orderedBy: string; readonly reason: string };

/** How long the devices wait for the journal, so that what was alarming before a restart is known before they speak. */
const JOURNAL_HEAD_START_MS = 10_000;

/**
 * Opens a gateway: journal, links, devices, rules, uplink and page.
 *
 * @throws the file system's own error where the state directory cannot be used at all.
 */
export async function openGateway(given: GatewayOptions): Promise<GatewayOpening> {
  const lines = new LogRing();
  const options = { ...given, log: lines.tap(given.log), lines };
  const { stateDirectory, siteFile, buildTimeMs, log } = options;
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await using opened = new AsyncDisposableStack();
  const lock = lockStateDirectory(stateDirectory);
  if (lock === undefined) return { kind: "locked" };
  opened.use(lock);
  const statePath = join(stateDirectory, "time-floor.json");
  const bootId = await readBootId(options.bootIdFile);
  const mark = options.timeSyncFile === undefined ? {} : { syncMarkerPath: options.timeSyncFile };
  const clock = opened.use(await openTimekeeper({ statePath, buildTimeMs, bootId, ...mark, log }));
  const starting = await startingSite(siteFile, stateDirectory, clock.now().wallMs);
  if (starting.kind === "none") return { kind: "refused", faults: starting.refused };
  const gatewayId = starting.site.document.gateway.id;
  const provision = await openProvision({ ...options, clock, gatewayId, serialFile: options.serialFile });
  const identity = provision.state();
  if (identity.kind === "decommissioned") return identity;
  const gateway = opened.use(new OpenedGateway({ ...options, provision }, clock, starting));
  await gateway.start();
  const kept = opened.move();
  return {
    kind: "open",
    gateway: {
      get statusPage() {
        return gateway.pages.statusUrl;
      },
      get technicianPage() {
        return gateway.pages.technicianUrl;
      },
      apply: () => gateway.keeper.applyFile(),
      site: gateway.keeper,
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    },
  };
}

class OpenedGateway implements AsyncDisposable {
  readonly #options: GatewayOptions & { readonly provision: Provision };
  readonly #clock: Timekeeper;
  readonly #startedAtMs: number;
  readonly #core: Core;
  readonly #vision: Vision;
  readonly #running: RunningSite;
  readonly #commands: CommandExecutor;
  readonly #metrics = new GatewayMetrics();
  readonly #loopDelay: LoopDelayMonitor;
  readonly pages: Pages;
  readonly keeper: SiteKeeper;
  readonly #reportable = new Set<() => void>();
  /** Ends everything that looks outward; the journal is written until `#flush`. */
  readonly #stop = new AbortController();
  readonly #flush = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #journalUse: Promise<void> = Promise.resolve();
  #journal: Journal | undefined;
  #uplink: Uplink | undefined;

  constructor(
    options: GatewayOptions & { readonly lines: LogRing; readonly provision: Provision },
    clock: Timekeeper,
    { site, state, refused }: Extract<StartingSite, { kind: "site" }>,
  ) {
    const { log } = options;
    this.#options = options;
    this.#clock = clock;
    this.#startedAtMs = clock.now().wallMs;
    this.#loopDelay = new LoopDelayMonitor(() => clock.monotonicMs());
    this.#core = createCore({
      clock,
      log,
      gatewayId: site.document.gateway.id,
      onActed: (latencyMs) => {
        this.#metrics.observeAction(latencyMs);
        this.pages.onActed(latencyMs);
      },
      onHealthChanged: () => this.#tellReportable(),
      saveMemory: async (deviceId, rows) => {
        const named = Object.entries(rows).map(([row, value]) => [memoryKey(deviceId, row), value]);
        await this.#openedJournal().saveState(Object.fromEntries(named));
      },
      saveState: async (rows) => await this.#openedJournal().saveState(rows),
    });
    const { engine, devices, recorder } = this.#core;
    this.#vision = ownVision({ ...options, clock, core: this.#core });
    this.pages = new Pages({
      ...options,
      clock,
      vision: this.#vision,
      metrics: this.#metrics,
      core: this.#core,
      identity: identityPort(options.provision),
      snapshot: () => this.#snapshot(),
      site: () => this.#running.site,
      care: () => this.keeper,
    });
    this.#commands = new CommandExecutor({
      clock,
      log,
      execute: (deviceId, command, signal) => devices.execute(deviceId, command, signal),
      orderAlarm: (order, actor) => engine.order(order, actor),
      saveState: async (rows) => await this.#openedJournal().saveState(rows),
      writeResult: (record, rows) => recorder.writeResult(record, rows),
      currentSession: () => (this.#uplink?.state?.phase === "live" ? this.#uplink.state.session : undefined),
    });
    this.#running = new RunningSite(
      {
        ...this.#core,
        restartUplink: async () => await this.#uplink?.restart(),
        restartStatusPage: () => this.pages.startStatus(),
        restartTechnicianPage: () => this.pages.startTechnician(),
        restartVision: async () => await this.#vision.apply(this.#running.document),
      },
      site,
    );
    this.keeper = this.#createKeeper(state, refused);
  }

  async start(): Promise<void> {
    const { engine, actions, care, recorder } = this.#core;
    this.#running.prepare();
    await this.#openJournal();
    this.#running.start();
    const { signal } = this.#stop;
    this.#keep(engine.run(signal));
    this.#keep(actions.run(signal));
    this.#keep(care.run(signal));
    this.#keep(this.#commands.run(signal));
    this.#keep(this.#options.provision.run(signal));
    this.#keep(
      runSelfChecks(
        {
          clock: this.#clock,
          log: this.#options.log,
          loopDelay: this.#loopDelay,
          recorder,
          journal: () => this.#journal,
          identity: () => this.#options.provision.facts(),
          isFlooded: () => engine.rate().floods.length > 0,
          setFact: (ruleId, isSo) => engine.setFact(ruleId, isSo),
        },
        signal,
      ),
    );
    await this.keeper.start();
    await this.#vision.apply(this.#running.document);
    await this.pages.start();
    this.#loopDelay.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keeper[Symbol.asyncDispose]();
    this.#stop.abort(new Error("the gateway is stopping"));
    await Promise.all([this.pages[Symbol.asyncDispose](), this.#uplink?.[Symbol.asyncDispose](), ...this.#loops]);
    await Promise.all([this.#vision[Symbol.asyncDispose](), this.#core.devices[Symbol.asyncDispose]()]);
    this.#flush.abort(new Error("the gateway is stopping"));
    await this.#journalUse;
    this.#journal = undefined;
    this.#loopDelay[Symbol.dispose]();
  }

  /** Resolves when the alarms of before the restart are known, or when waiting for them has become the worse risk. */
  async #openJournal(): Promise<void> {
    const { stateDirectory, log } = this.#options;
    const { maxBytes, keepDays } = this.#running.document.journal;
    const { engine, care, recorder, commits, memories } = this.#core;
    const clock = this.#clock;
    const directory = join(stateDirectory, "journal");
    const { promise: tried, resolve: onTried } = Promise.withResolvers<void>();
    this.#journalUse = runJournalUse(
      {
        clock,
        log,
        open: () => openJournal({ directory, maxBytes, keepDays, clock, log }),
        restore: async (journal) => {
          const alarms = await journal.loadState(ALARM_STATE_PREFIX);
          const commands = await journal.loadState(COMMAND_STATE_PREFIX);
          const memory = await journal.loadState(DEVICE_PREFIX);
          commits.restore(await journal.loadKeys(DEVICE_PREFIX, MAX_KNOWN_KEYS));
          memories.restore(memoryRows(memory));
          // Before the alarms: what was sent and who was asked is then known, and neither begins anew.
          care.restore(await loadCare(journal));
          engine.restore(alarms);
          care.settle();
          this.#commands.restore(commands);
        },
        onTried,
        onRestored: (journal) => this.#useJournal(journal),
        record: (journal, signal) => recorder.run(journal, signal),
      },
      this.#flush.signal,
    );
    this.#dieWith(this.#journalUse);
    const giveUp = new AbortController();
    await Promise.race([tried, clock.sleep(JOURNAL_HEAD_START_MS, giveUp.signal).catch(() => {})]);
    giveUp.abort();
  }

  async #useJournal(journal: Journal): Promise<void> {
    const { engine, devices, commits } = this.#core;
    this.#journal = journal;
    commits.use(journal);
    this.#uplink = new Uplink({
      gatewayId: this.#running.document.gateway.id,
      agentVersion: this.#options.agentVersion,
      bootId: this.#clock.bootId,
      journal,
      clock: this.#clock,
      log: this.#options.log,
      subscribeAlarms: (listener) => engine.subscribe(listener),
      subscribeReportable: (listener) => {
        this.#reportable.add(listener);
        return () => this.#reportable.delete(listener);
      },
      reportedState: async () =>
        reportedState({
          agentVersion: this.#options.agentVersion,
          startedAtMs: this.#startedAtMs,
          clock: this.#clock,
          site: this.#running.site,
          journal: await journal.status(),
          loopDelay: this.#loopDelay.read(),
          health: (deviceId) => devices.health(deviceId),
          document: this.keeper.status(),
          alarms: engine.alarms(),
        }),
      onDesired: (revision) => this.keeper.offer(revision),
      siteText: async (digest) => await this.keeper.textOf(digest),
      onCommand: (command, arrivedMonotonicMs) => this.#commands.accept(command, arrivedMonotonicMs),
      provision: this.#options.provision,
      siteUrl: () => this.#running.document.uplink?.url,
      onDecommission: (document, session) =>
        this.#keep(obeyDecommission({ document, session }, { ...this.#options, clock: this.#clock, journal })),
      onServerTime: (serverMs) => {
        this.#clock.confirm(serverMs);
      },
    });
    if (!this.#stop.signal.aborted) await this.#uplink.open();
  }

  #createKeeper(state: SiteState, refused: readonly SiteFault[]): SiteKeeper {
    const { log } = this.#options;
    const deps: SiteKeeperDeps = {
      ...this.#options,
      clock: this.#clock,
      site: () => this.#running.site,
      goOver: async (other) => log.info("went over to another site", { steps: await this.#running.apply(other) }),
      check: checkInWorker,
      onChange: () => this.#noteSite(),
    };
    return new SiteKeeper(deps, state, refused);
  }

  /** How the site document stands is an alarm where it is not what somebody wanted, and news to the desk. */
  #noteSite(): void {
    const { engine } = this.#core;
    const { offer, fileFaults } = this.keeper.status();
    const isRefused = offer?.state === "refused" || offer?.state === "failed";
    engine.setFact(SYSTEM.siteRefused, fileFaults.length > 0 || isRefused);
    engine.setFact(SYSTEM.siteHeld, offer?.state === "held" || offer?.state === "conflict");
    this.#tellReportable();
  }

  async #snapshot(): Promise<Snapshot> {
    return {
      ...coreSnapshot(this.#core, this.#running.site, this.#startedAtMs),
      agentVersion: this.#options.agentVersion,
      nodeVersion: process.version,
      startedAtMs: this.#startedAtMs,
      now: this.#clock.now(),
      uplink: this.#uplink?.state,
      siteFaults: this.keeper.fileFaults.map(formatFault),
      journal: await this.#journalStatus(),
      loopDelay: this.#loopDelay.read(),
      memoryRssBytes: process.memoryUsage.rss(),
    };
  }

  #openedJournal(): Journal {
    if (this.#journal === undefined) throw new Error("there is no journal");
    return this.#journal;
  }

  async #journalStatus(): Promise<JournalStatus | undefined> {
    try {
      return await this.#journal?.status();
    } catch {
      // The page says that the journal does not answer; the self checks say why.
      return undefined;
    }
  }

  #tellReportable(): void {
    for (const listener of this.#reportable) listener();
  }

  #keep(loop: Promise<void>): void {
    this.#loops.push(loop);
    this.#dieWith(loop);
  }

  /** What runs for as long as the gateway does ends with an error only by a bug, and the process goes down with it. */
  #dieWith(loop: Promise<void>): void {
    loop.catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  }
}
