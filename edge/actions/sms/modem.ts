import type { BytePort, ByteLink } from "@outpost/firmware-adapters/links/link.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { SendOutcome } from "../sending/send-plan.ts";
import { AtLines } from "./at-lines.ts";
import { submitPdus, textOf, type SubmitPdu } from "./pdu.ts";

/** A short message to one receiver. `pin` is of the SIM card. */
export interface Sms {
  readonly phone: string;
  readonly text: string;
  readonly mode: "pdu" | "text";
  readonly pin: string | undefined;
}

const ANSWER_MS = 5_000;
/** 3GPP TS 27.005 lets a network take long; modems give up after a minute. */
const SEND_MS = 60_000;
const CTRL_Z = "\x1a";
const ESCAPE = "\x1b";

/** The modem said no, in its own words. */
class ModemRefusal extends Error {}

/**
 * Sends one short message by AT commands over a line of the modem's own.
 *
 * `uncertain` where the text was handed over and nothing, or something garbled, came back: it may be on its way.
 *
 * @see 3GPP TS 27.005 (AT commands for SMS), 27.007 (CPIN, CREG, CMEE)
 */
export async function sendSms(link: ByteLink, sms: Sms, signal: AbortSignal): Promise<SendOutcome> {
  const sent = { parts: 0, isUnderWay: false };
  try {
    await link.exclusive("alarm", signal, async (port) => {
      const modem = new Modem(port);
      await modem.wake(sms.pin);
      if (sms.mode === "text") await modem.sendText(sms.phone, textOf(sms.text), sent);
      else for (const pdu of submitPdus(sms.phone, sms.text)) await modem.sendPdu(pdu, sent);
    });
    return { kind: "sent" };
  } catch (error) {
    const reason = asError(error).message;
    // A part of a long message that has gone out is no message, but what is sent again is one again.
    const isUnknown = sent.isUnderWay || sent.parts > 0;
    return { kind: isUnknown ? "uncertain" : "failed", reason };
  }
}

/** Whether a modem is there, its SIM card open and the network found. @returns what is wrong, undefined where all is well. */
export async function checkModem(
  link: ByteLink,
  pin: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await link.exclusive("command", signal, async (port) => await new Modem(port).wake(pin));
    return undefined;
  } catch (error) {
    return asError(error).message;
  }
}

interface Progress {
  parts: number;
  isUnderWay: boolean;
}

/** The conversation with one modem while the line is ours. */
class Modem {
  readonly #port: BytePort;
  readonly #lines: AtLines;

  constructor(port: BytePort) {
    this.#port = port;
    this.#lines = new AtLines((timeoutMs) => port.read(timeoutMs));
  }

  /** Out of whatever it was in, SIM card open, network found. */
  async wake(pin: string | undefined): Promise<void> {
    // An escape ends a text that was being entered when we died; the modem answers it with nothing or OK.
    await this.#port.write(Buffer.from(`${ESCAPE}\r`));
    await this.#port.drain(200, 2_000);
    await this.#ask("ATE0");
    await this.#ask("AT+CMEE=1");
    const card = named(await this.#ask("AT+CPIN?"), "+CPIN:");
    if (card.includes("SIM PIN")) {
      if (pin === undefined) throw new ModemRefusal("the SIM card asks for its PIN");
      await this.#ask(`AT+CPIN=${pin}`);
    } else if (!card.includes("READY")) throw new ModemRefusal(`the SIM card is not ready: ${card.slice(0, 60)}`);
    const network = named(await this.#ask("AT+CREG?"), "+CREG:");
    const state = /^\+CREG: ?\d,(\d)/.exec(network)?.[1];
    // 1: at home, 5: roaming.
    if (state !== "1" && state !== "5")
      throw new ModemRefusal(`no mobile network (CREG ${state ?? network.slice(0, 60)})`);
  }

  async sendText(phone: string, text: string, progress: Progress): Promise<void> {
    await this.#ask("AT+CMGF=1");
    await this.#ask('AT+CSCS="GSM"');
    await this.#submit(`AT+CMGS="${phone}"`, text, progress);
  }

  async sendPdu({ length, hex }: SubmitPdu, progress: Progress): Promise<void> {
    await this.#ask("AT+CMGF=0");
    await this.#submit(`AT+CMGS=${length}`, hex, progress);
  }

  async #submit(command: string, body: string, progress: Progress): Promise<void> {
    await this.#port.write(Buffer.from(`${command}\r`));
    await this.#lines.prompt(ANSWER_MS);
    progress.isUnderWay = true;
    await this.#port.write(Buffer.from(body + CTRL_Z, "latin1"));
    const answer = await this.#lines.answer(SEND_MS);
    progress.isUnderWay = false;
    if (answer.final !== "OK") throw new ModemRefusal(`the modem says ${answer.final}`);
    if (!answer.lines.some((line) => line.startsWith("+CMGS:"))) {
      progress.isUnderWay = true;
      throw new ModemRefusal("the modem names no message reference");
    }
    progress.parts += 1;
  }

  async #ask(command: string): Promise<readonly string[]> {
    await this.#port.write(Buffer.from(`${command}\r`));
    const { lines, final } = await this.#lines.answer(ANSWER_MS);
    if (final !== "OK") throw new ModemRefusal(`the modem answers ${command.replace(/=.*/, "")} with ${final}`);
    return lines;
  }
}

/** The line that answers: a modem says other things in between, unasked. */
function named(lines: readonly string[], prefix: string): string {
  return lines.find((line) => line.startsWith(prefix)) ?? "";
}
