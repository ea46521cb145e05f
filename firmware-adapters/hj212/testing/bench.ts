import type { OpenDevice } from "../../adapter.ts";
import type { ListenerLink } from "../../links/link.ts";
import { Caller, openPort, portOf } from "../../links/testing/callers.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { hj212 } from "../adapter.ts";
import { encodeFrame, FrameParser } from "../codec.ts";
import { encodeSegment, parseSegment, type Message } from "../message/segment.ts";

export const MN = "010000A8900016F000169DC0";
export const SETTINGS = { mn: MN, factors: [{ code: "w01018" }, { code: "w01001", min: 0, max: 14 }] };

/** A gateway with one port, and devices on it as they are opened. */
export class Bench implements AsyncDisposable {
  readonly link: ListenerLink;
  readonly #open = new AsyncDisposableStack();

  constructor(settings: Parameters<typeof openPort>[0] = {}) {
    this.link = openPort(settings);
  }

  /** Opens a device with these settings over the ordinary ones. */
  async device(
    settings: object = {},
    deps: FakeDeps = fakeDeps({ link: this.link }),
  ): Promise<OpenDevice & { deps: FakeDeps }> {
    const configured = hj212.configure("device", { ...SETTINGS, ...settings });
    const device = this.#open.use(await configured.open(deps, new AbortController().signal));
    return Object.assign(device, { deps });
  }

  async station(): Promise<Station> {
    return new Station(await Caller.call(await portOf(this.link)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
    await this.link[Symbol.asyncDispose]();
  }
}

/** A station under the test's hand: what it is told to say, and every answer it got. */
export class Station implements AsyncDisposable {
  readonly caller: Caller;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  get answers(): readonly Message[] {
    const segments = new FrameParser().push(Buffer.from(this.caller.text, "latin1"));
    return segments.flatMap((segment) => parseSegment(segment) ?? []);
  }

  /** Sends a message; whatever is not given is as in a real-time record that asks for an answer. */
  say(message: Partial<Message>): void {
    this.write(frame(message));
  }

  write(bytes: Buffer): void {
    this.caller.socket.write(bytes);
  }

  /** The answers, as soon as there are so many. */
  async untilAnswered(count: number): Promise<readonly Message[]> {
    return await eventually(`${count} answers`, () => this.answers.length >= count && this.answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]();
  }
}

export function frame(message: Partial<Message>): Buffer {
  const usual = { qn: "20260801085857223", st: "21", cn: 2011, pw: "123456", mn: MN, flag: 5, part: undefined, cp: "" };
  return encodeFrame(encodeSegment({ ...usual, ...message }));
}

/** A real-time CP measured `ageMs` ago, by the clock of this machine. */
export function realtime(cod: number | string, ageMs = 0, flag = "N"): string {
  return `DataTime=${shanghai(Date.now() - ageMs)};w01018-Rtd=${cod},w01018-Flag=${flag}`;
}

/** yyyyMMddHHmmss eight hours east. */
export function shanghai(instantMs: number): string {
  return new Date(instantMs + 8 * 3_600_000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}

/** A QN nobody used before. */
export function freshQn(): string {
  freshQn.last = Math.max(Date.now(), freshQn.last + 1);
  return `${shanghai(freshQn.last)}${String(freshQn.last % 1_000).padStart(3, "0")}`;
}
freshQn.last = 0;
