import { LinkError } from "./errors.ts";
import type { MqttMessage } from "./link.ts";

/** A message as the broker sent it; `messageId` only where it wants to know that it has arrived. */
export interface Arrival {
  readonly message: MqttMessage;
  readonly messageId: number | undefined;
}

export interface ArrivalsDeps {
  deliver(message: MqttMessage): Promise<void>;
  /** Tells the broker that a message has arrived (PUBACK). */
  acknowledge(messageId: number): void;
  /** A message was not taken: the connection is to be given up. Called once. */
  giveUp(reason: unknown): void;
}

/** Messages dealt with at a time. Beyond it no more are read, and the broker has to wait. */
export const MAX_UNDER_WAY = 64;
/** Whoever has not dealt with a message by then never will. */
const DEAL_TIMEOUT_MS = 30_000;

interface UnderWay {
  readonly messageId: number | undefined;
  isDone: boolean;
}

/**
 * What came over one connection and is being dealt with. One device's slow disk holds back the acknowledgements behind
 * it, which have to go in the order of arrival, and never another device's message.
 *
 * @see MQTT 3.1.1, section 4.6 (MQTT-4.6.0-2: PUBACKs in the order of the PUBLISHes)
 */
export class Arrivals {
  readonly #deps: ArrivalsDeps;
  readonly #underWay: UnderWay[] = [];
  #readOn: (() => void) | undefined;
  #isOver = false;

  constructor(deps: ArrivalsDeps) {
    this.#deps = deps;
  }

  /** @param readOn  called as soon as there is room for the next one: mostly before this returns. */
  take({ message, messageId }: Arrival, readOn: () => void): void {
    if (this.#isOver) return;
    const one: UnderWay = { messageId, isDone: false };
    this.#underWay.push(one);
    const late = new LinkError("link/timeout", `a message on ${message.topic} was not dealt with`);
    const timer = setTimeout(() => this.#fail(late), DEAL_TIMEOUT_MS);
    this.#deps.deliver(message).then(
      () => this.#settle(one, timer),
      (error: unknown) => this.#fail(error, timer),
    );
    if (this.#underWay.length < MAX_UNDER_WAY) readOn();
    else this.#readOn = readOn;
  }

  /** The connection has gone: nothing can be acknowledged on it any more. */
  end(): void {
    this.#isOver = true;
  }

  #settle(one: UnderWay, timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    one.isDone = true;
    if (this.#isOver) return;
    for (let first = this.#underWay[0]; first?.isDone === true; first = this.#underWay[0]) {
      this.#underWay.shift();
      if (first.messageId !== undefined) this.#deps.acknowledge(first.messageId);
    }
    const readOn = this.#readOn;
    if (readOn === undefined || this.#underWay.length >= MAX_UNDER_WAY) return;
    this.#readOn = undefined;
    readOn();
  }

  #fail(reason: unknown, timer?: NodeJS.Timeout): void {
    clearTimeout(timer);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deps.giveUp(reason);
  }
}
