import type { Adapter, OpenDevice } from "../../adapter.ts";
import type { ListenerLink } from "../../links/link.ts";
import { Caller, openPort, portOf } from "../../links/testing/callers.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";

/** A gateway with one listening port, and devices on it as they are opened. */
export class ListenerBench implements AsyncDisposable {
  readonly link: ListenerLink;
  readonly #adapter: Adapter;
  readonly #settings: object;
  readonly #open = new AsyncDisposableStack();

  /** @param settings  a device's, unless said otherwise when it is opened. */
  constructor(adapter: Adapter, settings: object, listener: Parameters<typeof openPort>[0] = {}) {
    this.#adapter = adapter;
    this.#settings = settings;
    this.link = openPort(listener);
  }

  /** Opens a device with these settings over the ordinary ones. */
  async device(
    settings: object = {},
    deps: FakeDeps = fakeDeps({ link: this.link }),
  ): Promise<OpenDevice & { deps: FakeDeps }> {
    const configured = this.#adapter.configure("device", { ...this.#settings, ...settings });
    const device = this.#open.use(await configured.open(deps, new AbortController().signal));
    return Object.assign(device, { deps });
  }

  /** Somebody who calls over TCP. */
  async caller(): Promise<Caller> {
    return await Caller.call(await portOf(this.link));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
    await this.link[Symbol.asyncDispose]();
  }
}

/** A station under the test's hand: what it is told to say, and every answer it got. */
export class TestStation<Answer> implements AsyncDisposable {
  readonly caller: Caller;
  readonly #parse: (bytes: Buffer) => readonly Answer[];

  /** @param parse  finds the answers in all that the station was ever sent. */
  constructor(caller: Caller, parse: (bytes: Buffer) => readonly Answer[]) {
    this.caller = caller;
    this.#parse = parse;
  }

  get answers(): readonly Answer[] {
    return this.#parse(Buffer.from(this.caller.text, "latin1"));
  }

  write(bytes: Buffer): void {
    this.caller.socket.write(bytes);
  }

  /** The answers, as soon as there are so many. */
  async untilAnswered(count: number): Promise<readonly Answer[]> {
    return await eventually(`${count} answers`, () => this.answers.length >= count && this.answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]();
  }
}
