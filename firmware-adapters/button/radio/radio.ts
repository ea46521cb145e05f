import { createHash } from "node:crypto";

import type { DeviceDeps } from "../../adapter.ts";
import { LinkError } from "../../links/errors.ts";
import type { LinkStatus, MqttLink, MqttMessage } from "../../links/link.ts";
import { mqttLink } from "../../links/link.ts";
import type { Shown } from "../commands.ts";
import type { Button } from "../life/button.ts";
import { presenceOf, type RadioFacts } from "./presence.ts";

/** What a radio bridge says of the button beside what the button says. */
type Said = Pick<RadioFacts, "isBridgeOnline" | "isAvailable" | "hasLeft" | "misunderstood">;

const nothingSaid: Said = {
  isBridgeOnline: undefined,
  isAvailable: undefined,
  hasLeft: false,
  misunderstood: undefined,
};

/** Garbage is logged this often at most. */
const COMPLAIN_EVERY_MS = 60_000;

/** A button behind a broker: how it is heard, and how it stands by all that is said of it. */
export class Radio {
  readonly #button: Button;
  readonly #deps: DeviceDeps;
  readonly #link: MqttLink;
  #status: LinkStatus;
  #said = nothingSaid;
  #complainedAtMs = Number.NEGATIVE_INFINITY;

  constructor(button: Button, deps: DeviceDeps) {
    this.#button = button;
    this.#deps = deps;
    this.#link = mqttLink(deps.link);
    this.#status = this.#link.status;
  }

  /** Listens until the signal aborts. */
  async run(listeners: Readonly<Record<string, Listener>>, signal: AbortSignal): Promise<void> {
    using stack = new DisposableStack();
    const ended = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    this.#button.judgedBy(() => this.#presence());
    stack.use(
      this.#link.onStatus((status) => {
        this.#status = status;
        if (!signal.aborted) this.#button.present(this.#presence());
      }),
    );
    for (const [filter, listener] of Object.entries(listeners)) {
      stack.use(
        this.#link.subscribe(filter, async (message) => {
          signal.throwIfAborted();
          await listener(message, signal);
        }),
      );
    }
    await ended.promise;
  }

  /** The bridge said something of the button or of itself. */
  say(news: Partial<Said>): void {
    this.#said = { ...this.#said, ...news };
    this.#button.present(this.#presence());
  }

  /** The button itself said something: whatever was said of its absence is not so. */
  hear(news: Partial<Said> = {}): void {
    this.#said = { ...nothingSaid, ...news };
    this.#button.hear();
  }

  /** Says in the log that a message made no sense, now and then. */
  complain({ topic, payload }: MqttMessage, reason: string): void {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs - this.#complainedAtMs < COMPLAIN_EVERY_MS) return;
    this.#complainedAtMs = nowMs;
    this.#deps.log.warn("message not understood", { topic, bytes: payload.length, reason });
  }

  /** Publishes something for the button. */
  async tell(topic: string, payload: string, signal: AbortSignal): Promise<Shown> {
    try {
      await this.#link.publish(topic, payload, { retain: false }, signal);
      return { kind: "shown" };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // Down before it was sent; the rest may have reached the broker.
      if (error.code === "link/down" && this.#link.status.kind === "down") {
        return { kind: "refused", reason: "device-offline", detail: error.message };
      }
      return { kind: "unconfirmed", detail: error.message };
    }
  }

  #presence() {
    const { hasBeenHeard, isOverdue } = this.#button;
    return presenceOf({ ...this.#said, link: this.#status, hasBeenHeard, isOverdue });
  }
}

/** Deals with a message; it counts as arrived when this has resolved. */
export type Listener = (message: MqttMessage, signal: AbortSignal) => Promise<void> | void;

/** A short digest of a message's content. */
export function markOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
