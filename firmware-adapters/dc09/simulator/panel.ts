import type { Clock } from "@outpost/kernel/clock.ts";

import type { Endpoint } from "../../simulation/listen.ts";
import { ContentCipher } from "../codec/cipher.ts";
import { encodeFrame } from "../codec/encode.ts";
import type { Frame } from "../codec/frame-parser.ts";
import { parseMessage } from "../codec/message.ts";
import { encodeTimestamp, parseTimestamp } from "../codec/timestamp.ts";
import { openCarrier, type Carrier, type Transport } from "./carrier.ts";
import { happeningData, type Format, type Happening } from "./happening.ts";

export interface PanelOptions {
  readonly to: Endpoint;
  readonly transport: Transport;
  readonly account: string;
  readonly format: Format;
  /** 16, 24 or 32 bytes; undefined: in plain text. */
  readonly key: Buffer | undefined;
  readonly nullEveryMs: number;
  readonly retryMs: number;
  /** Whether messages in plain text tell the time; encrypted ones always do. */
  readonly tellsTime: boolean;
}

interface Outgoing {
  readonly sequence: string;
  readonly id: Format;
  readonly data: string;
  tries: number;
}

interface Told {
  readonly sequence: string;
  readonly data: string;
  readonly tries: number;
}

const MAX_WAITING = 100;
/** How many of those that are done the state shows. */
const MAX_SHOWN = 20;
const AGAIN_AFTER_NAK_MS = 100;

/** An alarm panel that reports one thing after the other, each until it is acknowledged. */
export class Panel {
  readonly #options: PanelOptions;
  readonly #clock: Clock;
  readonly #carrier: Carrier;
  readonly #waiting: Outgoing[] = [];
  readonly #acknowledged: Told[] = [];
  readonly #refused: Told[] = [];
  readonly #counts = { acknowledged: 0, refused: 0, naks: 0, nulls: 0, nullsAnswered: 0 };
  /** Zones whose fire was reported and not taken back. */
  readonly #fires = new Set<number>();
  #cipher: ContentCipher | undefined;
  #sequence = 0;
  #isSilent = false;
  /** The next so many messages go out with a wrong CRC. */
  #wrongCrcs = 0;
  /** How far this panel's clock is ahead. */
  #clockOffsetMs = 0;
  /** When it next says that it is there. Monotonic. */
  #nullDueMs = 0;
  #last: Buffer | undefined;
  #wake = (): void => undefined;

  constructor(options: PanelOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#cipher = options.key && new ContentCipher(options.key);
    this.#carrier = openCarrier(options.transport, options.to, (frame) => this.#hear(frame));
  }

  get account(): string {
    return this.#options.account;
  }

  /** Reports something. @returns false where too much waits already. */
  report(happening: Happening): boolean {
    if (!this.say(happeningData(happening, this.#options.format, this.account))) return false;
    if (happening.what === "fire" && !happening.isOver) this.#fires.add(happening.zone);
    if (happening.what === "fire" && happening.isOver) this.#fires.delete(happening.zone);
    return true;
  }

  /** Reports something in its own words. @returns as `report`. */
  say(data: string): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#sequence = (this.#sequence % 9_999) + 1;
    const sequence = String(this.#sequence).padStart(4, "0");
    this.#waiting.push({ sequence, id: this.#options.format, data, tries: 0 });
    if (this.#waiting.length === 1) this.#wake();
    return true;
  }

  /** Sends the last message once more, to the letter. @returns false where there is none. */
  sayAgain(): boolean {
    if (this.#last === undefined) return false;
    this.#carrier.send(this.#last);
    return true;
  }

  sendBytes(bytes: Buffer): void {
    this.#carrier.send(bytes);
  }

  /** From now on it says nothing, not even that it is there; or it speaks again. */
  fallSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#wake();
  }

  spoilCrcs(count: number): void {
    this.#wrongCrcs = count;
  }

  /** Sets its clock wrong, until the receiver sets it right. */
  setClockOffset(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
  }

  setKey(key: Buffer | undefined): void {
    this.#cipher = key && new ContentCipher(key);
  }

  /** The power was cut: it counts from 0001 again. What waits is kept. */
  restart(): void {
    this.#sequence = 0;
  }

  state(): object {
    return {
      account: this.account,
      isConnected: this.#carrier.isConnected,
      isSilent: this.#isSilent,
      isEncrypted: this.#cipher !== undefined,
      clockOffsetMs: this.#clockOffsetMs,
      fires: [...this.#fires],
      counts: { ...this.#counts },
      waiting: this.#waiting.map(({ sequence, data, tries }) => ({ sequence, data, tries })),
      acknowledged: [...this.#acknowledged],
      refused: [...this.#refused],
    };
  }

  /** Lives until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await using carrier = this.#carrier;
    this.#nullDueMs = this.#clock.monotonicMs();
    while (!signal.aborted) {
      const current = this.#waiting[0];
      const nowMs = this.#clock.monotonicMs();
      if (this.#isSilent) {
        await this.#sleep(this.#options.nullEveryMs, signal);
      } else if (current !== undefined) {
        current.tries += 1;
        carrier.send(this.#frame(current.id, current.sequence, current.data));
        // Any message says that it is there.
        this.#nullDueMs = nowMs + this.#options.nullEveryMs;
        await this.#sleep(this.#options.retryMs, signal);
      } else if (nowMs >= this.#nullDueMs) {
        this.#counts.nulls += 1;
        carrier.send(this.#frame("NULL", "0000", ""));
        this.#nullDueMs = nowMs + this.#options.nullEveryMs;
      } else {
        await this.#sleep(this.#nullDueMs - nowMs, signal);
      }
    }
  }

  #frame(id: Format | "NULL", sequence: string, data: string): Buffer {
    const head = `${sequence}R0L0#${this.account}[`;
    const time = encodeTimestamp(this.#clock.now().wallMs + this.#clockOffsetMs);
    const plain = `${data}]${this.#options.tellsTime ? time : ""}`;
    const body =
      this.#cipher === undefined ? `"${id}"${head}${plain}` : `"*${id}"${head}${this.#cipher.seal(`|${data}]${time}`)}`;
    const frame = encodeFrame(body);
    if (id !== "NULL") this.#last = frame;
    if (this.#wrongCrcs === 0) return frame;
    this.#wrongCrcs -= 1;
    const wrong = Buffer.from(frame);
    // A hex digit of the CRC becomes another one.
    wrong.write(wrong[1] === 0x30 ? "1" : "0", 1, "latin1");
    return wrong;
  }

  #hear({ body }: Frame): void {
    const nakTime = /^"NAK"0000.*(_.*)$/.exec(body)?.[1];
    if (nakTime !== undefined) return this.#setClock(parseTimestamp(nakTime));
    const header = parseMessage(body)?.header;
    if (header === undefined || header.account.toUpperCase() !== this.account.toUpperCase()) return;
    if (header.sequence === "0000" && header.id === "ACK") this.#counts.nullsAnswered += 1;
    const current = this.#waiting[0];
    if (header.sequence !== current?.sequence || (header.id !== "ACK" && header.id !== "DUH")) return;
    this.#waiting.shift();
    const isTaken = header.id === "ACK";
    this.#counts[isTaken ? "acknowledged" : "refused"] += 1;
    const list = isTaken ? this.#acknowledged : this.#refused;
    list.push({ sequence: current.sequence, data: current.data, tries: current.tries });
    if (list.length > MAX_SHOWN) list.shift();
    this.#wake();
  }

  /** The receiver refused a time and told its own. */
  #setClock(receiverMs: number | undefined): void {
    this.#counts.naks += 1;
    if (receiverMs === undefined) return;
    this.#clockOffsetMs = receiverMs - this.#clock.now().wallMs;
    this.#nullDueMs = 0;
    this.#clock.sleep(AGAIN_AFTER_NAK_MS).then(
      () => this.#wake(),
      () => undefined,
    );
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    try {
      await this.#clock.sleep(ms, AbortSignal.any([signal, woken.signal]));
    } catch (error) {
      // Woken or stopped: the caller looks which. Anything else is a bug.
      if (!signal.aborted && !woken.signal.aborted) throw error;
    }
  }
}
