import { access } from "node:fs/promises";
import { join } from "node:path";

import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { MANIFEST_FILE } from "@outpost/models/running/package-files.ts";

import { openIn, SessionProcess, type SessionAsk, type SessionOutcome } from "./session-process.ts";

export interface SessionPoolDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Something changed: a process is free, a model is ready or no longer so. */
  onChanged(): void;
}

/** How a model stands. */
export type ModelState =
  | { readonly kind: "ready"; readonly version: string; readonly grade: string; readonly classes: readonly string[] }
  | { readonly kind: "unhealthy"; readonly reason: string; readonly untilMs: number }
  | { readonly kind: "missing"; readonly reason: string };

interface Member {
  readonly process: SessionProcess;
  readonly models: Map<string, ModelState>;
}

/** Opening reads and checks weights, and asks for golden answers: on a busy small machine that takes its time. */
const OPEN_TIMEOUT_MS = 120_000;
/** A look that takes longer never comes back. */
const LOOK_TIMEOUT_MS = 20_000;
const DRAIN_MS = 10_000;
const LOOK_AFTER_MS = 1_000;
/** One being looked at, one waiting at the door: the process never idles between two. */
const MAX_DEPTH = 2;
/** So many failures in a row and a model is left alone for a while. */
const MAX_FAILURES = 3;
const FAILED_PAUSE_MS = 60_000;
const HANGS_PAUSE_MS = 600_000;

/** The folder of a model's package: the last of `folders` that has it. */
export async function packageFolder(folders: readonly string[], model: string): Promise<string | undefined> {
  for (const folder of folders.toReversed()) {
    const path = join(folder, model);
    if (
      await access(join(path, MANIFEST_FILE)).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/**
 * The processes that run models, all with the same ones. One that dies is started again; a model that keeps failing is
 * left out for a while, and the others go on. A new version of a model comes in new processes.
 */
export class SessionPool implements AsyncDisposable {
  readonly #deps: SessionPoolDeps;
  readonly #size: number;
  /** The package's folder by model; undefined where there is none. */
  #folders: ReadonlyMap<string, string | undefined>;
  #members: Member[] = [];
  readonly #states = new Map<string, ModelState>();
  readonly #failures = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(deps: SessionPoolDeps, size: number, folders: ReadonlyMap<string, string | undefined>) {
    this.#deps = deps;
    this.#size = size;
    this.#folders = folders;
    for (const [model, folder] of folders) {
      if (folder === undefined) this.#states.set(model, { kind: "missing", reason: "there is no such package here" });
    }
  }

  get models(): ReadonlyMap<string, ModelState> {
    return this.#states;
  }

  get processIds(): readonly number[] {
    return this.#members.map((one) => one.process.pid);
  }

  /** Keeps the processes running until disposed. */
  begin(): void {
    for (let index = 0; index < this.#size; index += 1) this.#loops.push(this.#keep());
  }

  /** A process that takes another look now; undefined while all are busy or the model is not to be used. */
  free(model: string): SessionProcess | undefined {
    if (this.#states.get(model)?.kind !== "ready") return undefined;
    return this.#members
      .filter((one) => !one.process.isGone && one.process.depth < MAX_DEPTH && one.models.get(model)?.kind === "ready")
      .toSorted((a, b) => a.process.depth - b.process.depth)[0]?.process;
  }

  /** Any process at all, for drawing. */
  any(): SessionProcess | undefined {
    return this.#members.filter((one) => !one.process.isGone).toSorted((a, b) => a.process.depth - b.process.depth)[0]
      ?.process;
  }

  /** Lets a model look. What fails is counted against the model, unless it is the picture's fault. Never throws. */
  async look(
    process: SessionProcess,
    ask: Extract<SessionAsk, { kind: "look" }>,
    jpeg: Buffer,
  ): Promise<SessionOutcome> {
    try {
      const outcome = await process.ask(ask, jpeg, LOOK_TIMEOUT_MS);
      if (outcome.kind === "answered") this.#failures.delete(ask.model);
      else if (outcome.code !== "models/bad-picture" && outcome.code !== "models/bad-image")
        this.#count(ask.model, outcome);
      return outcome;
    } catch (error) {
      const code = errorCode(error) ?? "vision/ended";
      const { message } = asError(error);
      if (code === "vision/hangs") this.#rest(ask.model, `${code}: ${message}`, HANGS_PAUSE_MS);
      return { kind: "failed", code, message };
    } finally {
      this.#deps.onChanged();
    }
  }

  /**
   * Puts another package in a model's place: it is opened and asked for its golden answers in new processes, which then
   * take over; the old ones end what they have and go.
   *
   * @returns undefined, or why everything stays as it was.
   */
  async swap(model: string, folder: string): Promise<string | undefined> {
    const folders = new Map(this.#folders).set(model, folder);
    const fresh: Member[] = [];
    for (let index = 0; index < Math.max(1, this.#members.length); index += 1) {
      const member = await this.#open(folders, model);
      fresh.push(member);
      const state = member.models.get(model);
      if (state?.kind !== "ready") {
        for (const one of fresh) await one.process[Symbol.asyncDispose]();
        return state?.reason ?? "it did not open";
      }
    }
    const old = this.#members;
    this.#members = fresh;
    this.#folders = folders;
    this.#failures.delete(model);
    this.#note(fresh[0]);
    for (const one of fresh) this.#loops.push(this.#keep(one));
    this.#deps.onChanged();
    await Promise.all(old.map((one) => this.#retire(one.process)));
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the pool is closed"));
    await Promise.all(this.#members.map(async (one) => await one.process[Symbol.asyncDispose]()));
    await Promise.all(this.#loops);
  }

  /** Keeps one place filled, until the pool ends or another process takes the place. */
  async #keep(first?: Member): Promise<void> {
    const backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
    let member = first;
    while (!this.#stop.signal.aborted) {
      if (member === undefined) {
        member = await this.#open(this.#folders);
        if (this.#stop.signal.aborted) return await member.process[Symbol.asyncDispose]();
        this.#members.push(member);
        this.#note(member);
      }
      this.#deps.onChanged();
      const startedMs = this.#deps.clock.monotonicMs();
      await this.#untilEndedOrReplaced(member);
      const wasMember = this.#members.includes(member);
      this.#members = this.#members.filter((one) => one !== member);
      await member.process[Symbol.asyncDispose]();
      if (!wasMember) return;
      member = undefined;
      if (this.#deps.clock.monotonicMs() - startedMs > 60_000) backoff.reset();
      this.#deps.onChanged();
      await this.#deps.clock.sleep(backoff.nextMs(), this.#stop.signal).catch(() => undefined);
    }
    if (member !== undefined) await member.process[Symbol.asyncDispose]();
  }

  /** Meanwhile a model that has had its rest is tried again, in the process as it runs. */
  async #untilEndedOrReplaced(member: Member): Promise<void> {
    const { process } = member;
    while (!process.isGone && this.#members.includes(member) && !this.#stop.signal.aborted) {
      const over = new AbortController();
      const signal = AbortSignal.any([over.signal, this.#stop.signal]);
      await Promise.race([process.ended, this.#deps.clock.sleep(LOOK_AFTER_MS, signal).catch(() => undefined)]);
      over.abort();
      for (const [model, state] of this.#states) {
        const folder = this.#folders.get(model);
        const isRested = state.kind === "unhealthy" && state.untilMs <= this.#deps.clock.monotonicMs();
        if (!isRested || folder === undefined || process.isGone) continue;
        member.models.set(model, await this.#openOne(process, model, folder));
        this.#note(member);
        this.#deps.onChanged();
      }
    }
  }

  /** @param anew  a model that is opened although its old package is resting. */
  async #open(folders: ReadonlyMap<string, string | undefined>, anew?: string): Promise<Member> {
    const process = new SessionProcess(this.#deps);
    const models = new Map<string, ModelState>();
    for (const [model, folder] of folders) {
      if (folder === undefined) continue;
      const resting = model === anew ? undefined : this.#states.get(model);
      if (resting?.kind === "unhealthy" && resting.untilMs > this.#deps.clock.monotonicMs()) continue;
      models.set(model, await this.#openOne(process, model, folder));
    }
    return { process, models };
  }

  async #openOne(process: SessionProcess, model: string, folder: string): Promise<ModelState> {
    try {
      const opened = await openIn(process, model, folder, OPEN_TIMEOUT_MS);
      if (opened.kind === "opened") {
        const { version, grade, classes } = opened;
        return { kind: "ready", version, grade, classes };
      }
      return this.#unhealthy(`${opened.code}: ${opened.message}`, HANGS_PAUSE_MS);
    } catch (error) {
      return this.#unhealthy(`${errorCode(error) ?? "vision/ended"}: ${asError(error).message}`, FAILED_PAUSE_MS);
    }
  }

  #note(member: Member | undefined): void {
    for (const [model, state] of member?.models ?? []) {
      this.#states.set(model, state);
      if (state.kind !== "ready") this.#deps.log.error("a model cannot be used", { model, reason: state.reason });
    }
  }

  #count(model: string, { code, message }: Extract<SessionOutcome, { kind: "failed" }>): void {
    const failures = (this.#failures.get(model) ?? 0) + 1;
    this.#failures.set(model, failures);
    if (failures >= MAX_FAILURES) this.#rest(model, `${code}: ${message}`, FAILED_PAUSE_MS);
  }

  #rest(model: string, reason: string, pauseMs: number): void {
    this.#failures.delete(model);
    this.#states.set(model, this.#unhealthy(reason, pauseMs));
    this.#deps.log.error("a model is left alone for a while", { model, reason, pauseMs });
  }

  #unhealthy(reason: string, pauseMs: number): ModelState {
    return { kind: "unhealthy", reason: reason.slice(0, 500), untilMs: this.#deps.clock.monotonicMs() + pauseMs };
  }

  async #retire(process: SessionProcess): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + DRAIN_MS;
    while (process.depth > 0 && clock.monotonicMs() < untilMs && !this.#stop.signal.aborted) {
      await clock.sleep(20, this.#stop.signal).catch(() => undefined);
    }
    await process[Symbol.asyncDispose]();
  }
}
