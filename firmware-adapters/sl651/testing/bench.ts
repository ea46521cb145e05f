import type { OpenDevice } from "../../adapter.ts";
import type { ListenerLink } from "../../links/link.ts";
import { Caller, openPort, portOf } from "../../links/testing/callers.ts";
import type { LocalTime } from "../../receiving/time/zoned-time.ts";
import { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { sl651 } from "../adapter.ts";
import { encodeFrame, FrameParser, type Frame } from "../codec.ts";
import { FN } from "../message/functions.ts";
import { encodeReport, type WrittenReport } from "../message/write.ts";

export const STATION = "0012345678";
export const SETTINGS = {
  station: STATION,
  elements: [{ code: "39", min: -5, max: 50 }, { code: "38" }, { code: "26" }],
};

const SHANGHAI = new ZonedTime("Asia/Shanghai");

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
    const configured = sl651.configure("device", { ...SETTINGS, ...settings });
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

  get answers(): readonly Frame[] {
    return new FrameParser().push(Buffer.from(this.caller.text, "latin1"));
  }

  /** Sends a frame; whatever is not given is as in a timed report. */
  say(given: Partial<Frame>): void {
    this.write(upward(given));
  }

  write(bytes: Buffer): void {
    this.caller.socket.write(bytes);
  }

  /** The answers, as soon as there are so many. */
  async untilAnswered(count: number): Promise<readonly Frame[]> {
    return await eventually(`${count} answers`, () => this.answers.length >= count && this.answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]();
  }
}

export function upward(given: Partial<Frame>): Buffer {
  const head = { direction: "up", centre: 1, station: STATION, password: "1234" } as const;
  return encodeFrame({ ...head, function: FN.timed, part: undefined, body: Buffer.alloc(0), end: "etx", ...given });
}

/** Eight hours east, so long ago. */
export function shanghai(ageMs = 0): LocalTime {
  return SHANGHAI.localOf(Date.now() - ageMs);
}

/** A report's text: a level measured `ageMs` ago, and a battery. */
export function levelReport(
  serial: number,
  level: number | undefined,
  ageMs = 0,
  more: Partial<WrittenReport> = {},
): Buffer {
  return encodeReport({
    serial,
    sentAt: shanghai(),
    station: STATION,
    stationClass: "H",
    observedAt: shanghai(ageMs),
    elements: [
      { code: 0x39, value: level, bytes: 4, decimals: 3 },
      { code: 0x38, value: 12.6, bytes: 2, decimals: 2 },
    ],
    ...more,
  });
}
