import type { ListenerSettings } from "../../links/listening.ts";
import type { Caller } from "../../links/testing/callers.ts";
import { ListenerBench, TestStation } from "../../receiving/testing/listener-bench.ts";
import type { LocalTime } from "../../receiving/time/zoned-time.ts";
import { ZonedTime } from "../../receiving/time/zoned-time.ts";
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
export class Bench extends ListenerBench {
  constructor(listener: Partial<ListenerSettings> = {}) {
    super(sl651, SETTINGS, listener);
  }

  async station(): Promise<Station> {
    return new Station(await this.caller());
  }
}

/** A station that says what this module's tests tell it to. */
export class Station extends TestStation<Frame> {
  constructor(caller: Caller) {
    super(caller, (bytes) => new FrameParser().push(bytes));
  }

  /** Sends a frame; whatever is not given is as in a timed report. */
  say(given: Partial<Frame>): void {
    this.write(upward(given));
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
