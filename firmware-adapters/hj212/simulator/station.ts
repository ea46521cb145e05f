import type { Clock } from "@outpost/kernel/clock.ts";

import { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { callTcp, type Line } from "../../simulation/calling/line.ts";
import { keepStepping, type CallingDevice } from "../../simulation/calling/start.ts";
import type { CallingStation } from "../../simulation/calling/station-levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { FrameParser } from "../codec.ts";
import { CN } from "../message/commands.ts";
import { parseParameters, parseSegment, type Message } from "../message/segment.ts";
import { formatTime, parseTime } from "../message/station-time.ts";
import { frameOf, newRecord, systemOf, type Instrument, type Outgoing } from "./records.ts";

export interface SimulatedStationOptions {
  readonly mn: string;
  readonly password: string;
  readonly centre: Endpoint;
  readonly codes: readonly string[];
  readonly realtimeEveryMs: number;
  readonly minuteEveryMs: number;
  readonly retryAfterMs: number;
  readonly timeZone: string;
  readonly clock: Clock;
}

/** A year of minutes is not a simulator's business: the oldest goes. */
const MAX_WAITING = 500;
const CALL_AGAIN_MS = 500;
/** How many of those that were answered the state shows. */
const MAX_SHOWN = 100;

/** A station that calls, reports, repeats what is not answered, and misbehaves on request. */
export class SimulatedStation implements CallingStation, CallingDevice {
  readonly instruments: readonly Instrument[];
  readonly #options: SimulatedStationOptions;
  readonly #zone: ZonedTime;
  readonly #waiting: Outgoing[] = [];
  /** The latest that were answered whole, oldest first. */
  readonly #acknowledged: Pick<Outgoing, "qn" | "cn" | "values">[] = [];
  #line: Line | undefined;
  #realtimeEveryMs: number;
  #silentUntilMs = 0;
  #clockAheadMs = 0;
  #parts = 1;
  #wrongCrcs = 0;
  #nextRealtimeMs: number;
  #nextMinuteMs: number;
  #retryAtMs = 0;
  #callAgainAtMs = 0;
  #isCalling = true;
  #lastQnMs = 0;
  #answered = 0;
  #sent = 0;

  constructor(options: SimulatedStationOptions) {
    this.#options = options;
    this.#zone = new ZonedTime(options.timeZone);
    this.#realtimeEveryMs = options.realtimeEveryMs;
    this.instruments = options.codes.map((code, index) => ({ code, value: 5 + index, flag: "N" }));
    const nowMs = options.clock.monotonicMs();
    this.#nextRealtimeMs = nowMs;
    this.#nextMinuteMs = nowMs + options.minuteEveryMs;
  }

  get state() {
    return {
      mn: this.#options.mn,
      isConnected: this.#line !== undefined,
      instruments: this.instruments,
      waiting: this.#waiting.length,
      sent: this.#sent,
      answered: this.#answered,
      acknowledged: [...this.#acknowledged],
      clockAheadMs: this.#clockAheadMs,
      parts: this.#parts,
    };
  }

  /** Sets what an instrument shows. @returns false where the station has no such instrument. */
  show(code: string, value: number | undefined, flag: string | undefined): boolean {
    const instrument = this.instruments.find((one) => one.code === code);
    if (instrument === undefined) return false;
    instrument.value = value ?? instrument.value;
    instrument.flag = flag ?? instrument.flag;
    return true;
  }

  /** Says nothing, and measures on, for so long. */
  beSilent(ms: number): void {
    this.#silentUntilMs = this.#options.clock.monotonicMs() + ms;
  }

  split(parts: number): void {
    this.#parts = parts;
  }

  setClockAhead(ms: number): void {
    this.#clockAheadMs = ms;
    this.#lastQnMs = 0;
  }

  spoilCrcs(count: number): void {
    this.#wrongCrcs = count;
  }

  sendGarbage(bytes: Buffer): boolean {
    this.#line?.send(bytes);
    return this.#line !== undefined;
  }

  /** Hangs up; calls again unless it is told to stay away. */
  hangUp(isStayingAway: boolean): void {
    this.#isCalling = !isStayingAway;
    this.#line?.close();
    this.#callAgainAtMs = this.#options.clock.monotonicMs() + CALL_AGAIN_MS;
  }

  callAgain(): void {
    this.#isCalling = true;
    this.#callAgainAtMs = 0;
  }

  /** Measures and sends now. */
  report(cn: number = CN.realtime): void {
    const { mn, password } = this.#options;
    const nowMs = this.#nextQnMs();
    const record = newRecord(cn, this.instruments, { mn, password, nowMs, zone: this.#zone, parts: this.#parts });
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push(record);
  }

  /** Asks the centre to set the clock (CN 1013). */
  askTime(): void {
    this.#line?.send(frameOf({ ...this.#head(CN.asksTime, this.#newQn()), flag: 5, cp: "" }));
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
    if (nowMs >= this.#nextRealtimeMs) {
      this.#nextRealtimeMs = nowMs + this.#realtimeEveryMs;
      this.report();
    }
    if (nowMs >= this.#nextMinuteMs) {
      this.#nextMinuteMs = nowMs + this.#options.minuteEveryMs;
      this.report(CN.minute);
    }
    if (this.#line === undefined && this.#isCalling && nowMs >= this.#callAgainAtMs) this.#call();
    if (nowMs >= this.#silentUntilMs) this.#sendFirst(nowMs);
  }

  /** One record at a time, the oldest first, as stations with a backlog do. */
  #sendFirst(nowMs: number): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#line === undefined || nowMs < this.#retryAtMs) return;
    this.#retryAtMs = nowMs + this.#options.retryAfterMs;
    for (const [index, frame] of first.frames.entries()) {
      if (first.answered.has(index + 1)) continue;
      this.#line.send(this.#wrongCrcs > 0 ? spoiled(frame) : frame);
      this.#wrongCrcs = Math.max(0, this.#wrongCrcs - 1);
      this.#sent += 1;
    }
  }

  #call(): void {
    const parser = new FrameParser();
    this.#retryAtMs = 0;
    const onBytes = (bytes: Buffer): void => {
      for (const segment of parser.push(bytes)) {
        const message = parseSegment(segment);
        if (message !== undefined) this.#take(message);
      }
    };
    this.#line = callTcp(this.#options.centre, onBytes, () => {
      this.#line = undefined;
      this.#callAgainAtMs = this.#options.clock.monotonicMs() + CALL_AGAIN_MS;
    });
  }

  #take(message: Message): void {
    if (this.#options.clock.monotonicMs() < this.#silentUntilMs) return;
    if (message.cn === CN.dataAnswer) this.#answeredBy(message);
    else if (message.cn === CN.time) this.#carryOut(message, `SystemTime=${formatTime(this.#nowMs(), this.#zone)}`);
    else if (message.cn === CN.setTime) this.#setTime(message);
    else if (message.cn === CN.setRealtimeInterval) this.#setInterval(message);
  }

  #answeredBy({ qn, part }: Message): void {
    const [first] = this.#waiting;
    if (first === undefined || first.qn !== qn) return;
    first.answered.add(part?.no ?? 1);
    if (first.answered.size < first.frames.length) return;
    this.#answered += 1;
    const { cn, values } = first;
    this.#acknowledged.push({ qn, cn, values });
    if (this.#acknowledged.length > MAX_SHOWN) this.#acknowledged.shift();
    this.#waiting.shift();
    this.#retryAtMs = 0;
  }

  #setTime(message: Message): void {
    const asked = parseTime(parseParameters(message.cp).plain.get("SystemTime"), this.#zone);
    if (asked !== undefined) this.setClockAhead(this.#clockAheadMs + asked - Math.floor(this.#nowMs() / 1_000) * 1_000);
    this.#carryOut(message);
  }

  #setInterval(message: Message): void {
    const seconds = Number(parseParameters(message.cp).plain.get("RtdInterval"));
    if (seconds > 0) this.#realtimeEveryMs = seconds * 1_000;
    this.#carryOut(message);
  }

  /** Request taken, the answer where there is one, carried out. */
  #carryOut({ qn, cn }: Message, answer?: string): void {
    const frames = [
      frameOf({ ...this.#head(CN.requestAnswer, qn), st: "91", cp: "QnRtn=1" }),
      ...(answer === undefined ? [] : [frameOf({ ...this.#head(cn, qn), cp: answer })]),
      frameOf({ ...this.#head(CN.executionResult, qn), st: "91", cp: "ExeRtn=1" }),
    ];
    for (const frame of frames) this.#line?.send(frame);
  }

  #head(cn: number, qn: string) {
    const { mn, password } = this.#options;
    return { qn, st: systemOf(this.instruments), cn, pw: password, mn, flag: 4, part: undefined };
  }

  #newQn(): string {
    return newRecord(CN.realtime, [], {
      mn: this.#options.mn,
      password: "",
      nowMs: this.#nextQnMs(),
      zone: this.#zone,
      parts: 1,
    }).qn;
  }

  #nextQnMs(): number {
    this.#lastQnMs = Math.max(Math.floor(this.#nowMs()), this.#lastQnMs + 1);
    return this.#lastQnMs;
  }

  #nowMs(): number {
    return this.#options.clock.now().wallMs + this.#clockAheadMs;
  }
}

/** The frame with its last CRC digit changed. */
function spoiled(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  const at = copy.length - 3;
  copy[at] = copy[at] === 0x30 ? 0x31 : 0x30;
  return copy;
}
