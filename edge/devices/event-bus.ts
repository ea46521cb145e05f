import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";

type Listener = (event: DeviceEvent) => void;
interface QueuedSubscriber {
  readonly queue: BoundedQueue<DeviceEvent>;
  readonly wants: (event: DeviceEvent) => boolean;
}

/**
 * Carries device events to whoever wants them. The alarm path is called in the same turn, first; everybody else reads a
 * bounded queue of their own with their own rule for when it is full, so that a slow reader costs itself and nobody else.
 */
export class EventBus {
  readonly #alarmPath: Listener[] = [];
  readonly #subscribers: QueuedSubscriber[] = [];

  /** Calls `listener` synchronously with every event, in the order of subscription. */
  subscribeAlarmPath(listener: Listener): void {
    this.#alarmPath.push(listener);
  }

  /** Puts every event that `wants` says yes to into `queue`. */
  subscribe(queue: BoundedQueue<DeviceEvent>, wants: (event: DeviceEvent) => boolean = () => true): void {
    this.#subscribers.push({ queue, wants });
  }

  /**
   * Hands an event on and returns. Never throws into an adapter: a listener that throws is a bug of ours and surfaces as
   * an uncaught exception, after which the process is started anew.
   */
  publish(event: DeviceEvent): void {
    this.publishAlarmPath(event);
    for (const { queue, wants } of this.#subscribers) if (wants(event)) queue.push(event);
  }

  /** The alarm path alone: for an event that somebody else writes down. */
  publishAlarmPath(event: DeviceEvent): void {
    for (const listener of this.#alarmPath) {
      try {
        listener(event);
      } catch (error) {
        setImmediate(() => {
          throw error;
        });
      }
    }
  }
}
