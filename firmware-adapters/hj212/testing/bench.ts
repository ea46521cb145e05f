import type { ListenerSettings } from "../../links/listening.ts";
import type { Caller } from "../../links/testing/callers.ts";
import { ListenerBench, TestStation } from "../../receiving/testing/listener-bench.ts";
import { hj212 } from "../adapter.ts";
import { encodeFrame, FrameParser } from "../codec.ts";
import { encodeSegment, parseSegment, type Message } from "../message/segment.ts";

export const MN = "010000A8900016F000169DC0";
export const SETTINGS = { mn: MN, factors: [{ code: "w01018" }, { code: "w01001", min: 0, max: 14 }] };

/** A gateway with one port, and devices on it as they are opened. */
export class Bench extends ListenerBench {
  constructor(listener: Partial<ListenerSettings> = {}) {
    super(hj212, SETTINGS, listener);
  }

  async station(): Promise<Station> {
    return new Station(await this.caller());
  }
}

/** A station that says what this module's tests tell it to. */
export class Station extends TestStation<Message> {
  constructor(caller: Caller) {
    super(caller, (bytes) => new FrameParser().push(bytes).flatMap((segment) => parseSegment(segment) ?? []));
  }

  /** Sends a message; whatever is not given is as in a real-time record that asks for an answer. */
  say(message: Partial<Message>): void {
    this.write(frame(message));
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
