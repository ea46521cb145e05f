import { LinkError } from "./errors.ts";
import type { LinkPriority } from "./link.ts";

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Gives one line to one user at a time: the highest priority first, then in the order of asking. */
export class LineMutex {
  readonly #maxWaiting: number;
  readonly #waiting: Readonly<Record<LinkPriority, Waiter[]>> = { alarm: [], command: [], poll: [] };
  #isTaken = false;

  constructor(options: { readonly maxWaiting: number }) {
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return this.#waiting.alarm.length + this.#waiting.command.length + this.#waiting.poll.length;
  }

  /**
   * Waits for the line.
   *
   * An alarm is let in over the maximum by putting out the poll that came last: an actuator write must never be turned
   * away because a slow line has many devices.
   *
   * @returns what gives the line back; to be called once.
   * @throws LinkError `link/busy` at the maximum of waiting users; the signal's reason on abort.
   */
  async acquire(priority: LinkPriority, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#isTaken) await this.#admission(priority, signal);
    this.#isTaken = true;
    return this.#releaser();
  }

  /** @returns what gives the line back where it is free at this moment; otherwise undefined. */
  tryAcquire(): (() => void) | undefined {
    if (this.#isTaken) return undefined;
    this.#isTaken = true;
    return this.#releaser();
  }

  /** Turns everybody away who waits now. */
  refuseWaiting(reason: LinkError): void {
    for (const queue of [this.#waiting.alarm, this.#waiting.command, this.#waiting.poll]) {
      for (const waiter of queue.splice(0)) waiter.refuse(reason);
    }
  }

  async #admission(priority: LinkPriority, signal: AbortSignal): Promise<void> {
    if (this.waiting >= this.#maxWaiting) this.#makeRoom(priority);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { admit: resolve, refuse: reject };
    const queue = this.#waiting[priority];
    const onAbort = (): void => {
      const place = queue.indexOf(waiter);
      // Absent: the line has been handed over already, and the exchange itself sees the abort.
      if (place >= 0) queue.splice(place, 1);
      if (place >= 0) reject(signal.reason);
    };
    queue.push(waiter);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #makeRoom(priority: LinkPriority): void {
    const busy = new LinkError("link/busy", `${this.#maxWaiting} exchanges wait for this line already`);
    const last = priority === "alarm" ? this.#waiting.poll.pop() : undefined;
    if (last === undefined) throw busy;
    last.refuse(busy);
  }

  #releaser(): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = this.#waiting.alarm.shift() ?? this.#waiting.command.shift() ?? this.#waiting.poll.shift();
      // Handed over without being free in between, so that nobody who asks now can overtake.
      if (next === undefined) this.#isTaken = false;
      else next.admit();
    };
  }
}
