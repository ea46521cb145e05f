import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { encodeBinaryMeasurement } from "../codec/thermometer.ts";
import type { ThermometerSettings } from "../settings.ts";
import { issueToken } from "../verifiers/signed-token.ts";
import { Wire } from "./wire.ts";

export interface TerminalOptions {
  readonly thermometer: ThermometerSettings["form"];
  /** How often the thermometer measures by itself; 0: only when it is asked. */
  readonly measureEveryMs: number;
  /** How long the scanner takes to reply when it is asked whether it is there. */
  readonly replyAfterMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a signed code shall say. */
export interface Issue {
  readonly validS: number;
  readonly door?: string | undefined;
}

export type Part = "scanner" | "thermometer" | "gate";

const AMBIENT_C = 24;
/** A relay command: start, channel, state, sum. */
const RELAY_START = 0xa0;
const RELAY_BYTES = 4;
const RELAY_QUERY = 0xff;
const CHANNELS = 8;
const SCANNER_QUESTION = 0x3f;
const SCANNER_REPLY = "!";

/** A doorway terminal: scanner, thermometer and relay board, each on its own line. */
export class Terminal {
  readonly #options: TerminalOptions;
  readonly #keys = generateKeyPairSync("ed25519");
  readonly #relays = Array.from({ length: CHANNELS }, () => false);
  #celsius = AMBIENT_C;
  #heard: Buffer = Buffer.alloc(0);
  #lastCode: string | undefined;
  #openings = 0;
  #scannerQuestions = 0;
  /** Whether the relays stay as they are, whatever they are told. */
  isJammed = false;
  readonly wires: Readonly<Record<Part, Wire>>;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const { log } = options;
    this.wires = {
      scanner: new Wire(log, (bytes) => this.#scannerAsked(bytes)),
      thermometer: new Wire(log, () => this.#measure()),
      gate: new Wire(log, (bytes) => this.tellGate(bytes)),
    };
  }

  /** For the `signed` verifier's settings. */
  get publicKey(): string {
    return rawPublicKey(this.#keys.publicKey);
  }

  /** How often the scanner was asked whether it is there. */
  get scannerQuestions(): number {
    return this.#scannerQuestions;
  }

  get isOpen(): boolean {
    return this.#relays.some(Boolean);
  }

  /** How often the gate has gone from closed to open. */
  get openings(): number {
    return this.#openings;
  }

  /** Makes a code that our public key vouches for. */
  issue({ validS, door }: Issue): string {
    const untilS = Math.floor(this.#options.clock.now().wallMs / 1_000) + validS;
    const claims = { i: randomBytes(9).toString("base64url"), e: untilS, ...(door === undefined ? {} : { d: door }) };
    return issueToken(claims, this.#keys.privateKey);
  }

  /** Somebody holds a code before the scanner. */
  scan(code: string, end = "\r\n"): void {
    this.#lastCode = code;
    this.wires.scanner.say(Buffer.from(`${code}${end}`, "latin1"));
  }

  /** Somebody, or nobody, stands before the thermometer. */
  set celsius(celsius: number) {
    this.#celsius = celsius;
    if (this.#options.measureEveryMs > 0) this.#measure();
  }

  /** Measures by itself until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { measureEveryMs, clock } = this.#options;
    if (measureEveryMs === 0) return;
    try {
      for (;;) {
        await clock.sleep(measureEveryMs, signal);
        this.#measure();
      }
    } catch (error) {
      // Being stopped is the ordinary end; anything else is a bug.
      if (!signal.aborted) throw error;
    }
  }

  snapshot(): object {
    return {
      publicKey: this.publicKey,
      lastCode: this.#lastCode ?? null,
      celsius: this.#celsius,
      isOpen: this.isOpen,
      openings: this.#openings,
      isJammed: this.isJammed,
      mute: Object.entries(this.wires).flatMap(([part, wire]) => (wire.isMute ? [part] : [])),
    };
  }

  #measure(): void {
    const { thermometer } = this.#options;
    const text = Buffer.from(`T=${this.#celsius.toFixed(2)}\r\n`);
    this.wires.thermometer.say(thermometer === "ascii" ? text : encodeBinaryMeasurement(this.#celsius, AMBIENT_C));
  }

  #scannerAsked(bytes: Buffer): void {
    if (bytes.includes(RELAY_START)) this.tellGate(bytes);
    if (!bytes.includes(SCANNER_QUESTION)) return;
    this.#scannerQuestions += 1;
    const reply = (): void => this.wires.scanner.say(Buffer.from(SCANNER_REPLY));
    if (this.#options.replyAfterMs === 0) reply();
    else setTimeout(reply, this.#options.replyAfterMs).unref();
  }

  /** What comes to the relay board, by its own line or the scanner's. */
  tellGate(bytes: Buffer): void {
    this.#heard = Buffer.concat([this.#heard, bytes]).subarray(-64);
    while (this.#heard.length > 0) {
      const taken = this.#takeCommand(this.#heard);
      if (taken === 0) return;
      this.#heard = this.#heard.subarray(taken);
    }
  }

  /** @returns how many bytes it was; 0 while it is not whole. */
  #takeCommand(heard: Buffer): number {
    if (heard[0] === RELAY_QUERY) {
      const lines = this.#relays.map((isOn, index) => `CH${index + 1}: ${isOn ? "ON" : "OFF"}\r\n`);
      this.wires.gate.say(Buffer.from(lines.join("")));
      return 1;
    }
    if (heard[0] !== RELAY_START) return 1;
    if (heard.length < RELAY_BYTES) return 0;
    const [start = 0, channel = 0, state = 0, sum = 0] = heard;
    if (((start + channel + state) & 0xff) !== sum || channel < 1 || channel > CHANNELS) return 1;
    if (!this.isJammed && !this.wires.gate.isMute) this.#switch(channel - 1, state === 1);
    return RELAY_BYTES;
  }

  #switch(index: number, isOn: boolean): void {
    if (isOn && !this.isOpen) this.#openings += 1;
    this.#relays[index] = isOn;
  }
}

/** An Ed25519 public key as settings have it. */
export function rawPublicKey(key: KeyObject): string {
  return key.export({ format: "jwk" }).x ?? "";
}
