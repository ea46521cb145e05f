import type { Clock } from "@outpost/kernel/clock.ts";

import type { MqttMessage } from "./link.ts";
import { matchesFilter } from "./topic-filter.ts";

type OnMessage = (message: MqttMessage) => Promise<void> | void;

/** A device that is configured anew is away for a moment, and at the start all come one after the other. */
const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 50;

export interface SubscriptionsDeps {
  readonly clock: Clock;
  /** A filter has its first subscriber; or has had none for a while. */
  onFirst(filter: string): void;
  onLast(filter: string): void;
}

/** Who wants which topics. What matches nobody waits a little for somebody to come. */
export class Subscriptions implements Disposable {
  readonly #deps: SubscriptionsDeps;
  readonly #byFilter = new Map<string, Set<OnMessage>>();
  readonly #stop = new AbortController();

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
  }

  get filters(): readonly string[] {
    return [...this.#byFilter.keys()];
  }

  add(filter: string, onMessage: OnMessage): Disposable {
    let wanting = this.#byFilter.get(filter);
    if (wanting === undefined) {
      wanting = new Set();
      this.#byFilter.set(filter, wanting);
      this.#deps.onFirst(filter);
    }
    wanting.add(onMessage);
    return {
      [Symbol.dispose]: () => {
        if (wanting.delete(onMessage) && wanting.size === 0) this.#forgetLater(filter, wanting);
      },
    };
  }

  /** Gives a message to everybody who wants it, one after the other. Rejects with what one of them rejected with. */
  async deliver(message: MqttMessage): Promise<void> {
    for (const onMessage of await this.#wanting(message.topic)) await onMessage(message);
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error("the link was closed"));
  }

  async #wanting(topic: string): Promise<readonly OnMessage[]> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + GRACE_MS;
    for (;;) {
      const found = [...this.#byFilter].flatMap(([filter, wanting]) =>
        matchesFilter(filter, topic) ? [...wanting] : [],
      );
      if (found.length > 0 || clock.monotonicMs() >= untilMs) return found;
      await clock.sleep(LOOK_EVERY_MS, this.#stop.signal);
    }
  }

  #forgetLater(filter: string, wanting: ReadonlySet<OnMessage>): void {
    const forget = (): void => {
      if (wanting.size > 0 || this.#byFilter.get(filter) !== wanting) return;
      this.#byFilter.delete(filter);
      this.#deps.onLast(filter);
    };
    // Aborted: the link is closed, and the broker keeps the subscription for when it is opened again.
    this.#deps.clock.sleep(GRACE_MS, this.#stop.signal).then(forget, () => undefined);
  }
}
