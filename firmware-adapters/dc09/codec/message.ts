import { parseTimestamp } from "./timestamp.ts";

/** What stands before the opening bracket: who says it, and in which turn. */
export interface Header {
  /** "NULL", "SIA-DCS", "ADM-CID" or whatever else was said; without the asterisk. */
  readonly id: string;
  readonly isEncrypted: boolean;
  /** Four digits, 0001 to 9999; 0000 from senders that number no supervision messages. */
  readonly sequence: string;
  /** The digits behind R; undefined where it was left out. */
  readonly receiver: string | undefined;
  /** The digits behind L. */
  readonly prefix: string;
  /** As sent. */
  readonly account: string;
}

export interface Message {
  readonly header: Header;
  /** Everything behind the opening bracket: hex where it is encrypted. */
  readonly content: string;
}

/** What stands behind the opening bracket, decrypted where it was encrypted. */
export interface Content {
  /** Inside the first brackets. */
  readonly data: string;
  /** Inside the brackets after it, at most `MAX_XDATA` of them. */
  readonly xdata: readonly string[];
  /** When the sender says it sent it; undefined where it does not, or in no form that we know. */
  readonly sentAtMs: number | undefined;
}

export const MAX_XDATA = 16;

/** R and L are followed by up to six digits; some senders leave the digits out. Accounts are hex, or nearly. */
const HEADER = /^"(\*?)([A-Z0-9-]{1,16})"(\d{4})(?:R([0-9A-F]{0,6}))?L([0-9A-F]{0,6})#([0-9A-Z]{1,16})\[/i;

/**
 * Reads a frame's body up to its opening bracket.
 *
 * @returns undefined where it does not say who speaks.
 */
export function parseMessage(body: string): Message | undefined {
  const match = HEADER.exec(body);
  if (match === null) return undefined;
  const [whole, star = "", id = "", sequence = "", receiver, prefix = "", account = ""] = match;
  return {
    header: { id: id.toUpperCase(), isEncrypted: star === "*", sequence, receiver, prefix, account },
    content: body.slice(whole.length),
  };
}

/** Reads `data][xdata]…_timestamp`. @returns undefined where the data has no end. */
export function parseContent(text: string): Content | undefined {
  const dataEnd = text.indexOf("]");
  if (dataEnd < 0) return undefined;
  const xdata: string[] = [];
  let at = dataEnd + 1;
  while (text[at] === "[") {
    const end = text.indexOf("]", at);
    if (end < 0) break;
    if (xdata.length < MAX_XDATA) xdata.push(text.slice(at + 1, end));
    at = end + 1;
  }
  return { data: text.slice(0, dataEnd), xdata, sentAtMs: parseTimestamp(text.slice(at)) };
}

/**
 * Takes the pad off the data of a decrypted message.
 *
 * A sender that needed no pad may leave its bar out too, and then an account stands where the pad would; and some pad with
 * zeros and send no bar at all.
 *
 * @param account  of the header.
 */
export function withoutPad(data: string, account: string): string {
  const bar = data.indexOf("|");
  if (bar < 0) return data.replace(/^0+/, "");
  const isAccount = data.slice(0, bar).toUpperCase() === `#${account.toUpperCase()}`;
  return isAccount ? data : data.slice(bar + 1);
}

/** The account that the data itself may name, and the rest of it. */
export interface InnerData {
  readonly account: string | undefined;
  readonly rest: string;
}

const HEX_ACCOUNT = /^[0-9A-F]{1,16}$/i;
const ANY_ACCOUNT = /^#?[0-9A-Z]{1,16}$/i;
const EVENT_BEGINS = /^\s*[NO\d]/;

/**
 * Takes `#acct|` off the data. Some senders leave the `#` out, some the account, some both and the bar.
 *
 * @param account  of the header.
 */
export function splitData(data: string, account: string): InnerData {
  const bar = data.indexOf("|");
  const first = data.slice(0, Math.max(0, bar)).trim();
  const rest = data.slice(bar + 1);
  if (bar < 0) return { account: undefined, rest: data };
  if (first === "") return { account: undefined, rest };
  const isAccount =
    first.startsWith("#") ||
    first.toUpperCase() === account.toUpperCase() ||
    HEX_ACCOUNT.test(first) ||
    // "NBA01|Atext" has an event before its bar, "alarm2|NBA01" an account.
    (ANY_ACCOUNT.test(first) && EVENT_BEGINS.test(rest));
  return isAccount ? { account: first.replace(/^#/, ""), rest } : { account: undefined, rest: data };
}
