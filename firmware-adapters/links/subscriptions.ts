import type { Clock } from "@outpost/kernel/clock.ts";

import type { MqttMessage } from "./link.ts";
import { matchesFilter } from "./topic-filter.ts";

type OnMessage = (message: MqttMessage) => Promise<void> | void;

/** A device that is configured anew is away for a moment, and at the start all come one after the other. */
const GRACE_MS = 5_000;

export interface SubscriptionsDeps {
  readonly clock: Clock;
  /** Somebody wants a filter: the broker is to send what it keeps for it, again if need be. */
  onWanted(filter: string): void;
  /** A filter has had no subscriber for a while. */
  onUnwanted(filter: string): void;
}

interface Subscriber {
  readonly onMessage: OnMessage;
  /** The message it deals with now, and those that wait for it to be done. */
  turn: Promise<void>;
  /** The connection of a message it did not take: the later ones come again too, and not before that one. */
  refusedOn: AbortSignal | undefined;
  isGone: boolean;
}

/** A filter's subscribers, and since when it has none. */
interface Wanting {
  readonly subscribers: Set<Subscriber>;
  emptySinceMs: number;
}

/** A message that nobody wants yet. */
interface Unclaimed {
  readonly message: MqttMessage;
  readonly claim: (subscriber: Subscriber) => void;
}

/**
 * Who wants which topics. Each subscriber gets its messages one at a time, in the order of arrival, and waits for no
 * other. What matches nobody waits a little where somebody may be about to come.
 */
export class Subscriptions implements Disposable {
  readonly #deps: SubscriptionsDeps;
  readonly #byFilter = new Map<string, Wanting>();
  readonly #unclaimed = new Set<Unclaimed>();
  readonly #stop = new AbortController();
  readonly #startedAtMs: number;

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.clock.monotonicMs();
  }

  get filters(): readonly string[] {
    return [...this.#byFilter.keys()];
  }

  add(filter: string, onMessage: OnMessage): Disposable {
    const subscriber: Subscriber = { onMessage, turn: Promise.resolve(), refusedOn: undefined, isGone: false };
    const wanting = this.#byFilter.get(filter) ?? { subscribers: new Set(), emptySinceMs: 0 };
    this.#byFilter.set(filter, wanting);
    wanting.subscribers.add(subscriber);
    this.#deps.onWanted(filter);
    for (const { message, claim } of this.#unclaimed) if (matchesFilter(filter, message.topic)) claim(subscriber);
    return {
      [Symbol.dispose]: () => {
        subscriber.isGone = true;
        if (wanting.subscribers.delete(subscriber) && wanting.subscribers.size === 0)
          this.#forgetLater(filter, wanting);
      },
    };
  }

  /**
   * Gives a message to everybody who wants it. Resolves when all have dealt with it, or nobody came for it; rejects with
   * what one of them rejected with.
   *
   * @param over  aborts when the message can no longer be acknowledged: it comes again, so nobody need begin with it.
   */
  async deliver(message: MqttMessage, over: AbortSignal): Promise<void> {
    const found = [...this.#byFilter].flatMap(([filter, { subscribers }]) =>
      matchesFilter(filter, message.topic) ? [...subscribers] : [],
    );
    if (found.length > 0) await Promise.all(found.map((subscriber) => this.#give(subscriber, message, over)));
    else await this.#untilClaimed(message, over);
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error("the link was closed"));
  }

  async #give(subscriber: Subscriber, message: MqttMessage, over: AbortSignal): Promise<void> {
    const dealt = this.#inTurn(subscriber, message, over);
    subscriber.turn = dealt.catch(() => {
      subscriber.refusedOn = over;
    });
    await dealt;
  }

  async #inTurn(subscriber: Subscriber, message: MqttMessage, over: AbortSignal): Promise<void> {
    await subscriber.turn;
    over.throwIfAborted();
    if (subscriber.refusedOn === over) throw new Error("an earlier message was not taken");
    // Gone while the message waited for its turn: its successor is to have it.
    if (subscriber.isGone) await this.deliver(message, over);
    else await subscriber.onMessage(message);
  }

  async #untilClaimed(message: MqttMessage, over: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const waitMs = this.#somebodyMayComeUntilMs(message.topic) - clock.monotonicMs();
    if (waitMs <= 0) return;
    const claimed = new AbortController();
    let given: Promise<void> | undefined;
    const one: Unclaimed = {
      message,
      claim: (subscriber) => {
        this.#unclaimed.delete(one);
        given = this.#give(subscriber, message, over);
        claimed.abort();
      },
    };
    this.#unclaimed.add(one);
    try {
      await clock.sleep(waitMs, AbortSignal.any([claimed.signal, over, this.#stop.signal]));
    } catch (error) {
      if (given === undefined) throw error;
    } finally {
      this.#unclaimed.delete(one);
    }
    await given;
  }

  #somebodyMayComeUntilMs(topic: string): number {
    const sinceMs = [...this.#byFilter]
      .filter(([filter, { subscribers }]) => subscribers.size === 0 && matchesFilter(filter, topic))
      .map(([, { emptySinceMs }]) => emptySinceMs);
    return Math.max(this.#startedAtMs, ...sinceMs) + GRACE_MS;
  }

  #forgetLater(filter: string, wanting: Wanting): void {
    const emptySinceMs = this.#deps.clock.monotonicMs();
    wanting.emptySinceMs = emptySinceMs;
    const forget = (): void => {
      // Somebody came, and may have gone again since.
      if (wanting.subscribers.size > 0 || wanting.emptySinceMs !== emptySinceMs) return;
      if (this.#byFilter.get(filter) !== wanting) return;
      this.#byFilter.delete(filter);
      this.#deps.onUnwanted(filter);
    };
    // Aborted: the link is closed, and the broker keeps the subscription for when it is opened again.
    this.#deps.clock.sleep(GRACE_MS, this.#stop.signal).then(forget, () => undefined);
  }
}
