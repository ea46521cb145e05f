import type { Clock } from "@outpost/kernel/clock.ts";

import { ZonedTime, type LocalTime } from "../../receiving/time/zoned-time.ts";
import { callTcp, callUdp, type Line } from "../../simulation/calling/line.ts";
import { keepStepping, type CallingDevice } from "../../simulation/calling/start.ts";
import type { CallingStation } from "../../simulation/calling/station-levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { encodeFrame, FrameParser, type Frame } from "../codec.ts";
import { decodeTime } from "../message/bcd.ts";
import { FN } from "../message/functions.ts";
import { encodeBare, encodeReport } from "../message/write.ts";
import { River } from "./river.ts";

export interface SimulatedStationOptions {
  /** Ten hexadecimal digits. */
  readonly station: string;
  readonly centre: number;
  readonly password: string;
  readonly endpoint: Endpoint;
  readonly transport: "tcp" | "udp";
  readonly reportEveryMs: number;
  readonly keepAliveEveryMs: number;
  readonly retryAfterMs: number;
  /** Above it the station sends add-reports (33) by itself, and its level alarm bit stands. */
  readonly alarmLevelM: number;
  readonly timeZone: string;
  readonly clock: Clock;
}

interface Outgoing {
  readonly serial: number;
  readonly function: number;
  readonly frames: readonly Buffer[];
}

const MAX_WAITING = 500;
const CALL_AGAIN_MS = 500;
/** How many of those that were answered the state shows. */
const MAX_SHOWN = 100;
const LOW_BATTERY_V = 11.5;
const ADD_EVERY_MS = 60_000;
const LEVEL = { code: 0x39, bytes: 4, decimals: 3 };
const BATTERY = { code: 0x38, bytes: 2, decimals: 2 };
const RAIN_TOTAL = { code: 0x26, bytes: 3, decimals: 1 };

/** A river station that calls, reports, repeats what is not answered, and misbehaves on request. */
export class SimulatedStation implements CallingStation, CallingDevice {
  readonly river: River;
  readonly #options: SimulatedStationOptions;
  readonly #zone: ZonedTime;
  readonly #waiting: Outgoing[] = [];
  /** The latest that were answered, oldest first. */
  readonly #acknowledged: Pick<Outgoing, "serial" | "function">[] = [];
  #line: Line | undefined;
  #parser = new FrameParser();
  #serial = 0;
  #packets = 1;
  #wrongCrcs = 0;
  #lostPackets = 0;
  #clockAheadMs = 0;
  #silentUntilMs = 0;
  #nextReportMs: number;
  #nextKeepAliveMs: number;
  #nextAddMs = 0;
  #retryAtMs = 0;
  #callAgainAtMs = 0;
  #isCalling = true;
  #hasSensor = true;
  #sent = 0;
  #answered = 0;
  #resent = 0;

  constructor(options: SimulatedStationOptions) {
    this.#options = options;
    this.#zone = new ZonedTime(options.timeZone);
    const nowMs = options.clock.monotonicMs();
    this.river = new River(nowMs);
    this.#nextReportMs = nowMs;
    this.#nextKeepAliveMs = nowMs + options.keepAliveEveryMs;
  }

  get state() {
    const { levelM, rainTotalMm, batteryV, riseMPerHour, rainMmPerHour } = this.river;
    return {
      station: this.#options.station,
      isConnected: this.#line !== undefined,
      waiting: this.#waiting.length,
      sent: this.#sent,
      answered: this.#answered,
      acknowledged: [...this.#acknowledged],
      resent: this.#resent,
      levelM,
      rainTotalMm,
      batteryV,
      riseMPerHour,
      rainMmPerHour,
    };
  }

  /** Says nothing, and measures on, for so long. */
  beSilent(ms: number): void {
    this.#silentUntilMs = this.#options.clock.monotonicMs() + ms;
  }

  /** Sends its reports in so many packets; the first `lost` of them get lost on the way. */
  split(packets: number, lost: number): void {
    this.#packets = packets;
    this.#lostPackets = lost;
  }

  setClockAhead(ms: number): void {
    this.#clockAheadMs = ms;
  }

  /** The level sensor fails, or works again: its element says that there is no value. */
  setSensor(isWorking: boolean): void {
    this.#hasSensor = isWorking;
  }

  spoilCrcs(count: number): void {
    this.#wrongCrcs = count;
  }

  sendGarbage(bytes: Buffer): boolean {
    this.#line?.send(bytes);
    return this.#line !== undefined;
  }

  hangUp(isStayingAway: boolean): void {
    this.#isCalling = !isStayingAway;
    this.#line?.close();
  }

  callAgain(): void {
    this.#isCalling = true;
    this.#callAgainAtMs = 0;
  }

  /** Measures and sends now. */
  report(code: number = FN.timed): void {
    this.#serial = (this.#serial % 0xffff) + 1;
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push({ serial: this.#serial, function: code, frames: this.#framesOf(code, this.#textOf(code)) });
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      await keepStepping(this.#options.clock, (nowMs) => this.#step(nowMs), signal);
    } finally {
      this.#isCalling = false;
      this.#line?.close();
    }
  }

  #step(nowMs: number): void {
    const { reportEveryMs, keepAliveEveryMs, alarmLevelM } = this.#options;
    this.river.advance(nowMs);
    if (nowMs >= this.#nextReportMs) {
      this.#nextReportMs = nowMs + reportEveryMs;
      this.report();
    }
    if (this.river.levelM > alarmLevelM && nowMs >= this.#nextAddMs) {
      this.#nextAddMs = nowMs + ADD_EVERY_MS;
      this.report(FN.add);
    }
    if (this.#line === undefined && this.#isCalling && nowMs >= this.#callAgainAtMs) this.#call();
    if (nowMs < this.#silentUntilMs) return;
    if (nowMs >= this.#nextKeepAliveMs) {
      this.#nextKeepAliveMs = nowMs + keepAliveEveryMs;
      this.#line?.send(this.#frame({ function: FN.keepAlive, body: encodeBare(0, this.#localNow()) }));
    }
    this.#sendFirst(nowMs);
  }

  /** One message at a time, the oldest first, as stations with a backlog do. */
  #sendFirst(nowMs: number): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#line === undefined || nowMs < this.#retryAtMs) return;
    this.#retryAtMs = nowMs + this.#options.retryAfterMs;
    for (const frame of first.frames) {
      this.#sent += 1;
      if (first.frames.length > 1 && this.#lostPackets > 0) this.#lostPackets -= 1;
      else this.#line.send(this.#wrongCrcs > 0 ? spoiled(frame) : frame);
      this.#wrongCrcs = Math.max(0, this.#wrongCrcs - 1);
    }
  }

  #call(): void {
    const { endpoint, transport } = this.#options;
    this.#parser = new FrameParser();
    this.#retryAtMs = 0;
    const onBytes = (bytes: Buffer): void => {
      for (const frame of this.#parser.push(bytes)) this.#take(frame);
    };
    this.#line = (transport === "tcp" ? callTcp : callUdp)(endpoint, onBytes, () => {
      this.#line = undefined;
      this.#callAgainAtMs = this.#options.clock.monotonicMs() + CALL_AGAIN_MS;
    });
  }

  #take(frame: Frame): void {
    const isOurs = frame.direction === "down" && frame.station === this.#options.station;
    if (!isOurs || this.#options.clock.monotonicMs() < this.#silentUntilMs) return;
    if (frame.end === "enq") this.#answerQuery(frame);
    else if (frame.end === "nak") this.#sendAgain(frame);
    else this.#answeredBy(frame);
  }

  #answeredBy(frame: Frame): void {
    const [first] = this.#waiting;
    if (first === undefined || frame.function !== first.function) return;
    if (frame.body.length < 2 || frame.body.readUInt16BE(0) !== first.serial) return;
    this.#answered += 1;
    this.#acknowledged.push({ serial: first.serial, function: first.function });
    if (this.#acknowledged.length > MAX_SHOWN) this.#acknowledged.shift();
    this.#waiting.shift();
    this.#retryAtMs = 0;
  }

  #sendAgain({ function: code, part }: Frame): void {
    const [first] = this.#waiting;
    const wanted = first?.function === code ? first.frames[(part?.no ?? 0) - 1] : undefined;
    if (wanted === undefined) return;
    this.#resent += 1;
    this.#line?.send(wanted);
  }

  #answerQuery({ function: code, body }: Frame): void {
    if (code === FN.setTime) {
      const time = decodeTime(body.subarray(2, 8));
      const asked = time && this.#zone.instantOf(time);
      if (asked !== undefined)
        this.#clockAheadMs = asked - Math.floor(this.#options.clock.now().wallMs / 1_000) * 1_000;
    }
    const text = code === FN.queryNow ? this.#textOf(code) : encodeBare(body.readUInt16BE(0), this.#localNow());
    this.#line?.send(this.#frame({ function: code, body: text }));
  }

  #textOf(code: number): Buffer {
    const { station, alarmLevelM } = this.#options;
    const { levelM, batteryV, rainTotalMm, rainOf5min } = this.river;
    const now = this.#localNow();
    const states = (batteryV < LOW_BATTERY_V ? 2 : 0) | (levelM > alarmLevelM ? 4 : 0) | (this.#hasSensor ? 0 : 0x40);
    return encodeReport({
      serial: this.#serial,
      sentAt: now,
      station,
      stationClass: "H",
      observedAt: now,
      states,
      elements: [
        { ...LEVEL, value: this.#hasSensor ? levelM : undefined },
        { ...RAIN_TOTAL, value: rainTotalMm },
        { ...BATTERY, value: batteryV },
      ],
      ...(code === FN.hour ? { rainOf5min } : {}),
    });
  }

  #framesOf(code: number, text: Buffer): readonly Buffer[] {
    const count = this.#packets;
    if (count === 1) return [this.#frame({ function: code, body: text })];
    const size = Math.ceil(text.length / count);
    return Array.from({ length: count }, (_, index) =>
      this.#frame({
        function: code,
        body: text.subarray(index * size, (index + 1) * size),
        part: { count, no: index + 1 },
        end: index === count - 1 ? "etx" : "etb",
      }),
    );
  }

  #frame(given: Pick<Frame, "function" | "body"> & Partial<Frame>): Buffer {
    const { station, centre, password } = this.#options;
    return encodeFrame({ direction: "up", centre, station, password, part: undefined, end: "etx", ...given });
  }

  #localNow(): LocalTime {
    return this.#zone.localOf(this.#options.clock.now().wallMs + this.#clockAheadMs);
  }
}

/** The frame with its last byte changed. */
function spoiled(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 0x55;
  return copy;
}
