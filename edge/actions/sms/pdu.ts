import { Submit } from "node-pdu";

/** One part of a message as AT+CMGS takes it: the length counts the octets behind the service centre's address. */
export interface SubmitPdu {
  readonly length: number;
  readonly hex: string;
}

const MAX_TEXT_MODE_CHARS = 160;

/**
 * Encodes a message of any length and script: GSM 7-bit where its alphabet has every character, otherwise UCS-2, in as
 * many concatenated parts as it takes.
 *
 * @param phone  with + and country code: the library makes something else of any other form.
 * @see 3GPP TS 23.040
 */
export function submitPdus(phone: string, text: string): readonly SubmitPdu[] {
  return new Submit(phone, text).getPartStrings().map((hex) => {
    const centreOctets = Number.parseInt(hex.slice(0, 2), 16) + 1;
    return { hex, length: hex.length / 2 - centreOctets };
  });
}

/** What a modem that knows nothing but text can be given: plain ASCII, 160 characters. */
export function textOf(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, MAX_TEXT_MODE_CHARS);
}
