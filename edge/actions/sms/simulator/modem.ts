import { createServer, type Socket } from "node:net";

import { listenForLevers, lever, type Levers } from "@outpost/firmware-adapters/simulation/levers.ts";
import { listenOn, type Endpoint, type Listener } from "@outpost/firmware-adapters/simulation/listen.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { parse } from "node-pdu";
import { z } from "zod";

/** How it behaves: `silent` takes a message and sends it, and never says so; `deaf` says nothing at all. */
const MOODS = ["ready", "no-network", "no-card", "refuses", "silent", "deaf"] as const;
export type Mood = (typeof MOODS)[number];

/** A message, or a part of one, that went out to the network. */
export interface SentText {
  readonly atMs: number;
  readonly phone: string;
  readonly text: string;
  readonly isUnicode: boolean;
}

export interface ModemOptions {
  readonly line: Endpoint;
  readonly control: Endpoint | undefined;
  /** The PIN that its card asks for; undefined: none. */
  readonly pin?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A GSM modem on a line. Disposing it hangs up. */
export interface Modem extends AsyncDisposable {
  readonly ports: { readonly line: number; readonly control: number | null };
  mood: Mood;
  readonly sent: readonly SentText[];
}

const MAX_SENT = 10_000;
const CTRL_Z = 0x1a;
const ESCAPE = 0x1b;
const CARRIAGE_RETURN = 0x0d;

/** Starts a modem that speaks its real bytes to whoever connects. @throws SimulatorError */
export async function startModem(options: ModemOptions): Promise<Modem> {
  const { clock, log } = options;
  const sent: SentText[] = [];
  const modem = { mood: "ready" as Mood, isOpen: options.pin === undefined };
  const card: Card = {
    mood: () => modem.mood,
    isOpen: () => modem.isOpen,
    open: (pin) => {
      modem.isOpen ||= pin === options.pin;
      return modem.isOpen;
    },
    send: (one) => {
      sent.push({ atMs: clock.now().wallMs, ...one });
      if (sent.length > MAX_SENT) sent.shift();
      return sent.length;
    },
  };
  await using stack = new AsyncDisposableStack();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket)));
    const conversation = new Conversation(card, (text) => socket.write(Buffer.from(text, "latin1")));
    socket.on("data", (bytes: Buffer) => conversation.accept(bytes));
  });
  const line = await listenOn(server, options.line, log);
  stack.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const state = (): object => ({ mood: modem.mood, sent });
  const levers: Levers = {
    state,
    levers: { mood: lever(z.strictObject({ mood: z.enum(MOODS) }), state, ({ mood }) => void (modem.mood = mood)) },
  };
  let control: Listener | undefined;
  if (options.control !== undefined) control = stack.use(await listenForLevers(options.control, levers, log));
  const kept = stack.move();
  return {
    ports: { line, control: control?.port ?? null },
    get mood() {
      return modem.mood;
    },
    set mood(mood) {
      modem.mood = mood;
    },
    sent,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The card and the network behind it. */
interface Card {
  mood(): Mood;
  isOpen(): boolean;
  /** @returns whether the card is open now. */
  open(pin: string): boolean;
  /** @returns the message reference. */
  send(text: Omit<SentText, "atMs">): number;
}

/** One connection: command lines, and the text between `>` and Ctrl-Z. */
class Conversation {
  readonly #card: Card;
  readonly #say: (text: string) => void;
  #typed: number[] = [];
  #echoes = true;
  #isTextMode = false;
  /** What is being entered: for whom in text mode, of what length in PDU mode. */
  #entering: string | undefined;

  constructor(card: Card, say: (text: string) => void) {
    this.#card = card;
    this.#say = say;
  }

  accept(bytes: Buffer): void {
    if (this.#card.mood() === "deaf") return;
    for (const byte of bytes) {
      if (this.#entering === undefined) this.#type(byte);
      else this.#enter(this.#entering, byte);
    }
  }

  #type(byte: number): void {
    if (byte === ESCAPE) return;
    if (this.#echoes) this.#say(String.fromCodePoint(byte));
    if (byte !== CARRIAGE_RETURN) {
      if (byte > 0x1f) this.#typed.push(byte);
      return;
    }
    const command = Buffer.from(this.#typed).toString("latin1");
    this.#typed = [];
    if (command !== "") this.#obey(command);
  }

  #obey(command: string): void {
    const mood = this.#card.mood();
    const [word = "", argument = ""] = command.split(/=(.*)/s);
    switch (word.toUpperCase()) {
      case "ATE0":
        this.#echoes = false;
        return this.#answer("OK");
      case "AT":
      case "AT+CMEE":
      case "AT+CSCS":
        return this.#answer("OK");
      case "AT+CPIN?":
        if (mood === "no-card") return this.#answer("+CME ERROR: 10");
        this.#say(`\r\n+CPIN: ${this.#card.isOpen() ? "READY" : "SIM PIN"}\r\n`);
        return this.#answer("OK");
      case "AT+CPIN":
        return this.#answer(this.#card.open(argument) ? "OK" : "+CME ERROR: 16");
      case "AT+CREG?":
        // What a modem says unasked comes in between.
        this.#say('\r\n+CMTI: "SM",3\r\n');
        this.#say(`\r\n+CREG: 0,${mood === "no-network" ? 2 : 1}\r\n`);
        return this.#answer("OK");
      case "AT+CMGF":
        this.#isTextMode = argument === "1";
        return this.#answer("OK");
      case "AT+CMGS":
        this.#entering = argument.replaceAll('"', "");
        this.#typed = [];
        this.#say("\r\n> ");
        return;
      default:
        return this.#answer("ERROR");
    }
  }

  #enter(argument: string, byte: number): void {
    if (byte === ESCAPE) {
      this.#entering = undefined;
      this.#typed = [];
      return this.#answer("OK");
    }
    if (byte !== CTRL_Z) {
      this.#typed.push(byte);
      return;
    }
    const body = Buffer.from(this.#typed).toString("latin1");
    this.#entering = undefined;
    this.#typed = [];
    if (this.#card.mood() === "refuses") return this.#answer("+CMS ERROR: 500");
    const text = this.#isTextMode ? { phone: argument, text: body, isUnicode: false } : decode(body, Number(argument));
    if (text === undefined) return this.#answer("+CMS ERROR: 304");
    const reference = this.#card.send(text) % 256;
    if (this.#card.mood() === "silent") return;
    this.#say(`\r\n+CMGS: ${reference}\r\n`);
    this.#answer("OK");
  }

  #answer(final: string): void {
    this.#say(`\r\n${final}\r\n`);
  }
}

/** @returns undefined where the PDU is none, or not of the length that was announced. */
function decode(hex: string, length: number): Omit<SentText, "atMs"> | undefined {
  if (!/^(?:[0-9A-F]{2})+$/.test(hex)) return undefined;
  const centreOctets = Number.parseInt(hex.slice(0, 2), 16) + 1;
  if (hex.length / 2 - centreOctets !== length) return undefined;
  try {
    const submit = parse(hex);
    if (!("data" in submit)) return undefined;
    const { phone } = submit.address;
    return { phone: `+${phone ?? ""}`, text: submit.data.getText(), isUnicode: submit.data.isUnicode };
  } catch {
    return undefined;
  }
}
