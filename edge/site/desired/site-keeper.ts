import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { SiteCheck } from "@outpost/wire/check-site.ts";
import { MAX_REPORTED_FAULTS, type Desired, type ReportedFault } from "@outpost/wire/site-exchange.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";
import { digestOf, packText } from "@outpost/wire/site-packing.ts";
import { weakens } from "@outpost/wire/site-weakens.ts";

import { formatFault, type SiteFault } from "../fault.ts";
import { saveLastGood } from "../last-good.ts";
import { readText } from "../read-site.ts";
import type { Site } from "../site.ts";
import { judgeOffer, restartFaults } from "./judge-offer.ts";
import {
  arrived,
  confirmed,
  failed,
  isNews,
  localChange,
  offered,
  rejected,
  resolved,
  resumed,
  type Step,
} from "./machine.ts";
import type { ConflictChoice, LocalChange, SiteCare, SiteOutcome } from "./site-care.ts";
import { takeFile } from "./site-file.ts";
import { reportOf, type Author, type SiteState } from "./state.ts";
import type { SiteStatus } from "./status.ts";
import { SiteStore } from "./store.ts";

export interface SiteKeeperDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly siteFile: string;
  readonly stateDirectory: string;
  /** What runs. */
  site(): Site;
  /** Goes over to a site. Rejects where a step failed, and what ran before runs. */
  goOver(site: Site): Promise<void>;
  check(text: string): Promise<SiteCheck>;
  /** How things stand is news to the desk, the alarms and whoever looks. */
  onChange(): void;
}

const STOPPING: SiteOutcome = { kind: "failed", reason: "the gateway is stopping" };
/** Revisions that wait their turn; the newest is what counts, and the desk says it again. */
const MAX_WAITING = 8;

/**
 * Holds one gateway's site document: takes what the desk offers and what people on site change, one after the other, and
 * writes down what it is about to do before it does it.
 */
export class SiteKeeper implements SiteCare, AsyncDisposable {
  readonly #deps: SiteKeeperDeps;
  readonly #store: SiteStore;
  #state: SiteState;
  #fileFaults: readonly SiteFault[];
  #runningText: string;
  #offeredText: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isStopping = false;

  constructor(deps: SiteKeeperDeps, state: SiteState, fileFaults: readonly SiteFault[]) {
    this.#deps = deps;
    this.#store = new SiteStore(deps.stateDirectory);
    this.#state = state;
    this.#fileFaults = fileFaults;
    this.#runningText = deps.site().text;
  }

  /** Writes down what the gateway started with, and takes up again what a restart has interrupted. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      this.#noteFileFaults(this.#fileFaults);
      await this.#keepRunning(this.#state);
      this.#offeredText = this.#state.offer && (await this.#store.text(this.#state.offer.digest));
      await this.#take(resumed(this.#state, this.#nowMs()));
    }, undefined);
  }

  status(): SiteStatus {
    return reportOf(this.#state, this.#fileFaults.slice(0, MAX_REPORTED_FAULTS).map(asReported));
  }

  /** Why the site file is not what runs; empty where it was taken in. */
  get fileFaults(): readonly SiteFault[] {
    return this.#fileFaults;
  }

  text(which: "running" | "offered"): string | undefined {
    return which === "running" ? this.#runningText : this.#offeredText;
  }

  /** The text of a document that was reported. */
  async textOf(digest: string): Promise<string | undefined> {
    return await this.#store.text(digest);
  }

  /** The desk's revision has come. Returns at once; never rejects. */
  offer(revision: Desired): void {
    if (this.#waiting >= MAX_WAITING || !isNews(this.#state, revision)) return;
    this.#waiting += 1;
    this.#inTurn(async () => {
      this.#waiting -= 1;
      // The one before may have been this one.
      if (isNews(this.#state, revision)) await this.#takeOffer(revision);
    }, undefined).catch((error: unknown) => {
      this.#deps.log.error("the desk's revision cannot be taken in; it will be offered again", {
        revision: revision.revision,
        reason: asError(error).message,
      });
    });
  }

  /**
   * Looks at the site file again and takes its change in.
   *
   * @param isOfRunning  whoever wrote the file began with what runs now, whatever the file says of itself.
   * @returns why not; empty where it runs.
   */
  async applyFile(isOfRunning = false): Promise<readonly SiteFault[]> {
    return await this.#inTurn(async () => {
      const faults = await this.#takeFile(isOfRunning);
      this.#noteFileFaults(faults);
      if (faults.length === 0) this.#deps.log.info("site file applied");
      this.#deps.onChange();
      return faults;
    }, this.#fileFaults);
  }

  async applyLocal({ text, who, why, acceptsWeakening }: LocalChange): Promise<SiteOutcome> {
    return await this.#inTurn(async () => {
      const author: Author = { who: who.slice(0, 120), why: why.slice(0, 500), atMs: this.#nowMs() };
      const digest = digestOf(text);
      if (digest === this.#state.running.digest) return { kind: "applied" };
      return await this.#goLocal(text, localChange(this.#state, digest, author), acceptsWeakening);
    }, STOPPING);
  }

  async confirmHeld(revision: number, who: string): Promise<SiteOutcome> {
    return await this.#inTurn(async () => {
      const step = confirmed(this.#state, revision, { who: who.slice(0, 120), why: "", atMs: this.#nowMs() });
      return step === undefined ? { kind: "nothing-to-decide" } : await this.#take(step);
    }, STOPPING);
  }

  async rejectHeld(revision: number, who: string): Promise<SiteOutcome> {
    return await this.#inTurn(async () => {
      const step = rejected(this.#state, revision, { who: who.slice(0, 120), why: "", atMs: this.#nowMs() });
      return step === undefined ? { kind: "nothing-to-decide" } : await this.#take(step);
    }, STOPPING);
  }

  async resolveConflict(revision: number, choice: ConflictChoice, who: string): Promise<SiteOutcome> {
    return await this.#inTurn(async () => {
      const text =
        choice.kind === "merged" ? choice.text : this.text(choice.kind === "keep-local" ? "running" : "offered");
      const author = { who: who.slice(0, 120), why: `conflict with revision ${revision}: ${choice.kind}` };
      const next =
        text === undefined
          ? undefined
          : resolved(this.#state, revision, digestOf(text), { ...author, atMs: this.#nowMs() });
      if (text === undefined || next === undefined) return { kind: "nothing-to-decide" };
      // Whoever decides on site has both documents and what they weaken before his eyes.
      return await this.#goLocal(text, next, true);
    }, STOPPING);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#turn;
  }

  async #takeOffer(revision: Desired): Promise<void> {
    const { log } = this.#deps;
    const { judgement, text } = await judgeOffer(revision, {
      check: async (source) => await this.#deps.check(source),
      site: this.#deps.site(),
    });
    if (text !== undefined) await this.#store.saveText(revision.digest, text);
    const { packed: _, v: __, ...offer } = revision;
    // Before it is told: whoever hears of the offer wants to read it.
    const before = this.#offeredText;
    this.#offeredText = text;
    const outcome = await this.#take(offered(this.#state, offer, judgement, this.#nowMs()));
    if (this.#state.offer?.digest !== revision.digest) this.#offeredText = before;
    const { state, reason } = this.#state.offer ?? {};
    log.info("the desk's revision was taken in", { revision: revision.revision, outcome: outcome.kind, state, reason });
  }

  /** Writes the step's state down, then does what it asks for, then writes down how that ended. */
  async #take({ state, goOver }: Step): Promise<SiteOutcome> {
    try {
      if (state !== this.#state) await this.#save(state);
    } catch (error) {
      // Nothing is gone over to that a restart would not know of; the desk offers it again.
      return { kind: "failed", reason: `the disk does not take it: ${asError(error).message}` };
    }
    if (goOver === undefined) {
      await this.#keepRunning(this.#state);
      return { kind: "applied" };
    }
    const text = await this.#store.text(goOver);
    const check = text === undefined ? undefined : await this.#deps.check(text);
    if (check?.kind !== "accepted") return await this.#fail("its text cannot be read any more");
    try {
      await this.#deps.goOver(check.site);
    } catch (error) {
      return await this.#fail(asError(error).message);
    }
    await this.#keepRunning(arrived(this.#state, this.#nowMs()));
    return { kind: "applied" };
  }

  async #fail(reason: string): Promise<SiteOutcome> {
    this.#deps.log.error("going over to the desk's revision failed; the site runs as before", { reason });
    await this.#keepRunning(failed(this.#state, reason, this.#nowMs()));
    return { kind: "failed", reason };
  }

  /** `next` is the state once the change on site runs. A disk that takes nothing keeps no technician from his work. */
  async #goLocal(text: string, next: SiteState, acceptsWeakening: boolean): Promise<SiteOutcome> {
    if (packText(text) === undefined)
      return refusedWith("expected a document that fits into one message, found a larger");
    const check = await this.#deps.check(text);
    if (check.kind === "refused") return { kind: "refused", faults: check.faults };
    const fixed = restartFaults(this.#deps.site(), check.site);
    if (fixed.length > 0) return { kind: "refused", faults: fixed };
    const weakenings = weakens(this.#deps.site().document, check.site.document);
    if (weakenings.length > 0 && !acceptsWeakening) return { kind: "weakens", weakenings };
    try {
      await this.#deps.goOver(check.site);
    } catch (error) {
      return { kind: "failed", reason: asError(error).message };
    }
    await this.#keepRunning(next);
    return { kind: "applied" };
  }

  async #takeFile(isOfRunning: boolean): Promise<readonly SiteFault[]> {
    const { siteFile: file } = this.#deps;
    const read = await readText(file);
    if (read.kind === "refused") return [{ file, position: undefined, path: "", message: read.message }];
    const taken = takeFile(this.#state, read.text, { atMs: this.#nowMs(), isOfRunning });
    if (taken.kind === "stale") return [{ file, position: undefined, path: "", message: taken.message }];
    if (taken.kind === "known") {
      if (taken.state !== this.#state) await this.#keepRunning(taken.state);
      return [];
    }
    // Whoever can write the site file and signal the process is on site.
    const outcome = await this.#goLocal(read.text, taken.state, true);
    if (outcome.kind === "refused") return outcome.faults.map((fault) => ({ ...fault, file }));
    if (outcome.kind === "failed") return [{ file, position: undefined, path: "", message: outcome.reason }];
    return [];
  }

  /** Keeps what runs, in every place from which a restart may begin. */
  async #keepRunning(state: SiteState): Promise<void> {
    const { log, stateDirectory } = this.#deps;
    const { text } = this.#deps.site();
    this.#runningText = text;
    try {
      await this.#store.saveText(state.running.digest, text);
      await this.#save(state);
    } catch (error) {
      // The site runs all the same; a restart begins from the site file or the last good copy.
      this.#state = state;
      log.error("how the site document stands was not kept", { reason: asError(error).message });
    }
    try {
      await saveLastGood(stateDirectory, text);
    } catch (error) {
      log.error("last good site not kept", { reason: asError(error).message });
    }
    this.#deps.onChange();
  }

  /** @throws the file system's error; nothing has changed then. */
  async #save(state: SiteState): Promise<void> {
    await this.#store.save(state);
    this.#state = state;
    this.#deps.onChange();
  }

  #noteFileFaults(faults: readonly SiteFault[]): void {
    this.#fileFaults = faults;
    for (const fault of faults) this.#deps.log.error("site file refused", { fault: formatFault(fault) });
  }

  #nowMs(): number {
    return Math.max(0, this.#deps.clock.now().wallMs);
  }

  /** One after the other: two changes must not mix their steps. */
  async #inTurn<T>(work: () => Promise<T>, whenStopping: T): Promise<T> {
    const before = this.#turn;
    const done = (async () => {
      await before;
      return this.#isStopping ? whenStopping : await work();
    })();
    this.#turn = done.catch(() => {});
    return await done;
  }
}

function refusedWith(message: string): SiteOutcome {
  return { kind: "refused", faults: [{ position: undefined, path: "", message }] };
}

function asReported({ position, path, message }: SiteTextFault): ReportedFault {
  return { ...position, path: path.slice(0, 300), message: message.slice(0, 500) };
}
