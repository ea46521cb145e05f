import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "./errors.ts";
import { LineMutex } from "./line-mutex.ts";
import type { LinkOf, LinkPriority, LinkStatus } from "./link.ts";
import type { LinkSettings } from "./settings.ts";
import { SharedThings } from "./shared-things.ts";

/** More users than this never wait for one line: 247 units, each with a poll, and a few commands beside. */
const MAX_WAITING = 320;
/** A connection must be there within this time, or the try counts as failed. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that held this long was a good one, whether or not anybody answered on it. */
const STABLE_MS = 10_000;
const REOPEN = { firstMs: 250, maxMs: 30_000 };

/** An open connection. `lost` aborts once, with a LinkError `link/down`, when it has ended for whatever reason. */
export interface Connection<Port> {
  readonly port: Port;
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

/** Opens a connection, or rejects with what stood in the way. `signal` bounds the opening only. */
export type Connect<Port> = (signal: AbortSignal) => Promise<Connection<Port>>;

export interface LineDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Owns one line: opens it, opens it anew when it is lost, and lets one exchange at a time on it. */
export class Line<Kind extends LinkSettings["kind"], Port> implements LinkOf<Kind, Port> {
  readonly kind: Kind;
  readonly settings: Extract<LinkSettings, { readonly kind: Kind }>;
  readonly #connect: Connect<Port>;
  readonly #deps: LineDeps;
  readonly #mutex = new LineMutex({ maxWaiting: MAX_WAITING });
  readonly #backoff = new Backoff(REOPEN);
  readonly #stop = new AbortController();
  readonly #shared = new SharedThings();
  readonly #firstTry = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  readonly #listenedTo = new WeakSet<AbortSignal>();
  #underWay: { readonly signal: AbortSignal; readonly letGo: (reason: unknown) => void } | undefined;
  #connection: Connection<Port> | undefined;
  #isOpening = true;
  #downReason = "not opened yet";

  constructor(
    settings: Extract<LinkSettings, { readonly kind: Kind }>,
    kind: Kind,
    connect: Connect<Port>,
    deps: LineDeps,
  ) {
    this.kind = kind;
    this.settings = settings;
    this.#connect = connect;
    this.#deps = deps;
    this.#ended = this.#keepOpen();
  }

  get id(): string {
    return this.settings.id;
  }

  get status(): LinkStatus {
    return this.#connection === undefined ? { kind: "down", reason: this.#downReason } : { kind: "up" };
  }

  async exclusive<T>(priority: LinkPriority, signal: AbortSignal, work: (port: Port) => Promise<T>): Promise<T> {
    // At start-up nobody knows yet whether the line is down: the first devices wait for the first try, which is bounded.
    if (this.#isOpening) await untilAborted(this.#firstTry.promise, signal);
    this.#openConnection();
    const release = this.#mutex.tryAcquire() ?? (await this.#mutex.acquire(priority, signal));
    let exchange: Promise<T>;
    try {
      signal.throwIfAborted();
      exchange = work(this.#openConnection().port);
    } catch (error) {
      release();
      throw error;
    }
    const caller = Promise.withResolvers<T>();
    this.#letGoOnAbort(signal, caller.reject);
    this.#releasedAfter(exchange, release).then(caller.resolve, caller.reject);
    return await caller.promise;
  }

  shared<T extends object>(kind: new () => T): T {
    return this.#shared.get(kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new LinkError("link/closed", `link ${this.id} was closed`));
    await this.#ended;
  }

  async #releasedAfter<T>(exchange: Promise<T>, release: () => void): Promise<T> {
    try {
      const result = await exchange;
      // Only a finished exchange proves the line: a peer that accepts and hangs up at once must not reset the delays.
      this.#backoff.reset();
      return result;
    } finally {
      this.#underWay = undefined;
      release();
    }
  }

  /**
   * Lets the caller of the exchange under way go as soon as its signal aborts.
   *
   * A device polls with one signal all its life, and adding and removing a listener is among the dearest things an
   * exchange would do: so each signal gets one, which looks whose exchange is under way.
   */
  #letGoOnAbort(signal: AbortSignal, letGo: (reason: unknown) => void): void {
    this.#underWay = { signal, letGo };
    if (this.#listenedTo.has(signal)) return;
    this.#listenedTo.add(signal);
    const onAbort = (): void => {
      if (this.#underWay?.signal === signal) this.#underWay.letGo(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  }

  #openConnection(): Connection<Port> {
    if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
    if (this.#connection === undefined) throw new LinkError("link/down", `link ${this.id}: ${this.#downReason}`);
    return this.#connection;
  }

  async #keepOpen(): Promise<void> {
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      try {
        const connection = await this.#connect(AbortSignal.any([stop, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]));
        await this.#useUntilLost(connection);
      } catch (error) {
        this.#noteDown(asError(error).message);
      }
      this.#endFirstTry();
      // Ends early on dispose; there is nothing to do about it but to leave.
      await this.#deps.clock.sleep(this.#backoff.nextMs(), stop).catch(() => undefined);
    }
    this.#endFirstTry();
    this.#mutex.refuseWaiting(new LinkError("link/closed", `link ${this.id} was closed`));
  }

  #endFirstTry(): void {
    this.#isOpening = false;
    this.#firstTry.resolve();
  }

  async #useUntilLost(connection: Connection<Port>): Promise<void> {
    const openedAtMs = this.#deps.clock.monotonicMs();
    this.#connection = connection;
    this.#downReason = "";
    this.#deps.log.info("link up", { link: this.id });
    this.#endFirstTry();
    const reason = await aborted(AbortSignal.any([this.#stop.signal, connection.lost]));
    this.#connection = undefined;
    if (this.#deps.clock.monotonicMs() - openedAtMs >= STABLE_MS) this.#backoff.reset();
    this.#noteDown(asError(reason).message);
    this.#mutex.refuseWaiting(new LinkError("link/down", `link ${this.id}: ${this.#downReason}`, { cause: reason }));
    await connection.close();
  }

  #noteDown(reason: string): void {
    // Said once, not at every try: a line may be down for months.
    if (reason !== this.#downReason && !this.#stop.signal.aborted) {
      this.#deps.log.warn("link down", { link: this.id, reason });
    }
    this.#downReason = reason;
  }
}

/** Resolves with the signal's reason when it aborts. */
async function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return signal.reason;
  return await new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

/** The promise's own end, or the signal's reason as soon as it aborts; what comes after that is nobody's. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, gone]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
