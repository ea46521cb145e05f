import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "../../links/errors.ts";
import type { LinkStatus, MqttLink, MqttMessage } from "../../links/link.ts";
import type { Content } from "../content/content.ts";
import { parseState, type SignState } from "../dialect/state.ts";
import { contentBody, filledPlace } from "../dialect/template.ts";
import { SignError } from "../errors.ts";
import type { SignSettings } from "../settings.ts";
import type { Display, DisplayListener } from "./display.ts";

type MqttVia = Extract<SignSettings["via"], { readonly kind: "mqtt" }>;

const MAX_AVAILABILITY_BYTES = 256;

interface Looker {
  readonly resolve: (state: SignState) => void;
  readonly reject: (error: SignError) => void;
}

/**
 * A sign behind a broker. Its content is retained there, with its end inside, so that the sign finds it by itself after
 * an absence. A retained *state* is what was so once and counts for nothing: the sign is asked.
 */
export class MqttDisplay implements Display {
  readonly isAskable: boolean;
  readonly #link: MqttLink;
  readonly #via: MqttVia;
  readonly #settings: Pick<SignSettings, "dialect" | "timeoutMs">;
  readonly #listener: DisplayListener;
  readonly #stack = new DisposableStack();
  #looker: Looker | undefined;
  #isHere = true;

  constructor(
    link: MqttLink,
    via: MqttVia,
    settings: Pick<SignSettings, "dialect" | "timeoutMs">,
    listener: DisplayListener,
  ) {
    const { state, availability, ask } = settings.dialect.mqtt;
    this.#link = link;
    this.#via = via;
    this.#settings = settings;
    this.#listener = listener;
    this.isAskable = ask !== null;
    this.#stack.use(link.subscribe(this.#topic(state), (message) => this.#onState(message)));
    if (availability !== null) {
      this.#stack.use(
        link.subscribe(this.#topic(availability.topic), (message) => this.#onAvailability(message, availability)),
      );
    }
    // How the link stands at first is seen by the first look, which gives one that is just being opened its time.
    let isFirst = true;
    this.#stack.use(link.onStatus((status) => (isFirst ? undefined : this.#onLink(status))));
    isFirst = false;
  }

  async look(signal: AbortSignal): Promise<SignState> {
    const { ask } = this.#settings.dialect.mqtt;
    this.#refuseAway();
    const { promise, resolve, reject } = Promise.withResolvers<SignState>();
    const onAbort = (): void => reject(signal.reason);
    const late = `no state within ${this.#settings.timeoutMs} ms`;
    const timer = setTimeout(() => reject(new SignError("sign/timeout", late)), this.#settings.timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#looker = { resolve, reject };
    try {
      const [state] = await Promise.all([promise, ask === null ? undefined : this.#publish(ask, "", false, signal)]);
      return state;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#looker = undefined;
    }
  }

  async send(content: Content, signal: AbortSignal): Promise<void> {
    const { dialect } = this.#settings;
    await this.#publish(dialect.mqtt.content, contentBody(content, dialect), true, signal);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }

  async #publish(topic: string, payload: string, retain: boolean, signal: AbortSignal): Promise<void> {
    try {
      await this.#link.publish(this.#topic(topic), payload, { retain }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LinkError)) throw error;
      const code = error.code === "link/timeout" ? "sign/timeout" : "sign/unreachable";
      throw new SignError(code, error.message, { cause: error });
    }
  }

  #topic(template: string): string {
    return filledPlace(template, "base", this.#via.topic);
  }

  #refuseAway(): void {
    const { status } = this.#link;
    if (status.kind === "down") throw new SignError("sign/unreachable", status.reason);
    if (!this.#isHere) throw away();
  }

  #onState({ payload, isRetained }: MqttMessage): void {
    if (isRetained) return;
    try {
      const state = parseState(payload, this.#settings.dialect);
      // It speaks, whatever the broker thinks of its session.
      this.#isHere = true;
      if (this.#looker === undefined) this.#listener.onState(state);
      else this.#looker.resolve(state);
    } catch (error) {
      this.#fail(error instanceof SignError ? error : new SignError("sign/bad-frame", asError(error).message));
    }
  }

  #onAvailability({ payload }: MqttMessage, words: { readonly online: string; readonly offline: string }): void {
    if (payload.length > MAX_AVAILABILITY_BYTES) return;
    const word = payload.toString("utf8");
    if (word === words.offline) {
      this.#isHere = false;
      this.#fail(away());
    } else if (word === words.online) {
      this.#isHere = true;
      this.#listener.onHere();
    }
  }

  #onLink(status: LinkStatus): void {
    if (status.kind === "down") this.#fail(new SignError("sign/unreachable", status.reason));
    else this.#listener.onHere();
  }

  #fail(error: SignError): void {
    if (this.#looker === undefined) this.#listener.onFailure(error);
    else this.#looker.reject(error);
  }
}

function away(): SignError {
  return new SignError("sign/unreachable", "its availability says that it is offline");
}
