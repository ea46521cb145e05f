import { MAX_SEGMENT_BYTES } from "../codec.ts";
import { Hj212Error } from "../errors.ts";

/** Bit 0 of Flag: the sender wants an answer. Bit 1: the data comes in numbered parts. Bits 2 to 7: edition (0 = 2005, 1 = 2017). */
export const FLAG = { asksAnswer: 1, isSplit: 2, edition: 0xfc } as const;

/** What a station or we say. */
export interface Message {
  /** Of the request and of all answers to it: local time to the millisecond. Empty where an old station sends none. */
  readonly qn: string;
  readonly st: string;
  readonly cn: number;
  readonly pw: string;
  readonly mn: string;
  readonly flag: number;
  /** Set where the data is split: part `no` of `count`, from 1. */
  readonly part: { readonly count: number; readonly no: number } | undefined;
  /** Between `CP=&&` and the last `&&`. */
  readonly cp: string;
}

/** What CP holds: fields of their own, and fields of a factor. */
export interface Parameters {
  /** DataTime, QnRtn, SystemTime … */
  readonly plain: ReadonlyMap<string, string>;
  /** By factor code, then by field: Rtd, Avg, Flag … */
  readonly factors: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const MAX_FIELD_CHARS = 64;
const MAX_PARTS = 9_999;
const MAX_FIELDS = 4_000;
const CP_START = "CP=&&";
const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const EQUALS = 0x3d;
/** Printable, and none of the characters that separate fields. */
const PLAIN_TEXT = /^[ !"$%'()*+\-./0-9:<>?@A-Z[\\\]^_`a-z{|}~]*$/;

/**
 * Reads a data segment: fields in any order, names in any case.
 *
 * @returns undefined where it names no station or no command, or its head could not be said again in an answer.
 * @see HJ 212-2017, section 6.3.2 (tables 2 and 3)
 */
export function parseSegment(segment: Buffer): Message | undefined {
  const text = segment.toString("utf8");
  const cpAt = text.indexOf(CP_START);
  const field = headerFields(cpAt === -1 ? text : text.slice(0, cpAt));
  const mn = field.get("MN") ?? "";
  const cn = wholeNumber(field.get("CN"), 9_999);
  const flag = wholeNumber(field.get("FLAG") ?? field.get("CMDFLAG") ?? "0", 255);
  if (mn === "" || cn === undefined || flag === undefined) return undefined;
  const [qn, st, pw] = [field.get("QN") ?? "", field.get("ST") ?? "", field.get("PW") ?? ""];
  // They are said again in the answer.
  if (![qn, st, pw, mn].every((one) => PLAIN_TEXT.test(one))) return undefined;
  const count = wholeNumber(field.get("PNUM"), MAX_PARTS);
  const no = wholeNumber(field.get("PNO"), MAX_PARTS);
  const isSplit = count !== undefined && no !== undefined && count > 1 && no >= 1 && no <= count;
  return {
    qn,
    st,
    cn,
    pw,
    mn,
    flag,
    part: isSplit ? { count, no } : undefined,
    cp: cpAt === -1 ? "" : parametersOf(text.slice(cpAt + CP_START.length)),
  };
}

/**
 * Writes a data segment.
 *
 * @throws Hj212Error `hj212/bad-frame` where a field would break the frame.
 */
export function encodeSegment(message: Message): string {
  const { qn, st, cn, pw, mn, flag, part, cp } = message;
  for (const field of [qn, st, pw, mn]) {
    if (!PLAIN_TEXT.test(field)) throw new Hj212Error("hj212/bad-frame", `"${field}" cannot stand in a segment`);
  }
  if (cp.length > MAX_SEGMENT_BYTES) throw new Hj212Error("hj212/bad-frame", `CP of ${cp.length} characters`);
  const head = qn === "" ? "" : `QN=${qn};`;
  const numbers = part === undefined ? "" : `PNUM=${part.count};PNO=${part.no};`;
  return `${head}ST=${st};CN=${cn};PW=${pw};MN=${mn};Flag=${flag};${numbers}CP=&&${cp}&&`;
}

/** Reads what stands in CP: groups between `;`, fields between `,`, of which the later of two of one name counts. */
export function parseParameters(cp: string): Parameters {
  const plain = new Map<string, string>();
  const factors = new Map<string, Map<string, string>>();
  let count = 0;
  let from = 0;
  let equals = -1;
  for (let at = 0; at <= cp.length && count < MAX_FIELDS; at += 1) {
    const char = at === cp.length ? SEMICOLON : cp.charCodeAt(at);
    if (char === EQUALS && equals === -1) equals = at;
    if (char !== SEMICOLON && char !== COMMA) continue;
    if (equals > from) {
      count += 1;
      note(cp.slice(from, equals).trim(), cp.slice(equals + 1, at).trim(), plain, factors);
    }
    from = at + 1;
    equals = -1;
  }
  return { plain, factors };
}

function note(
  name: string,
  value: string,
  plain: Map<string, string>,
  factors: Map<string, Map<string, string>>,
): void {
  const dash = name.indexOf("-");
  if (dash === -1) {
    plain.set(name, value);
    return;
  }
  const code = name.slice(0, dash);
  const fields = factors.get(code);
  if (fields === undefined) factors.set(code, new Map([[name.slice(dash + 1), value]]));
  else fields.set(name.slice(dash + 1), value);
}

function headerFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of text.split(";", 16)) {
    const equals = field.indexOf("=");
    if (equals === -1 || field.length > MAX_FIELD_CHARS) continue;
    fields.set(field.slice(0, equals).trim().toUpperCase(), field.slice(equals + 1).trim());
  }
  return fields;
}

function parametersOf(text: string): string {
  const end = text.lastIndexOf("&&");
  return end === -1 ? text : text.slice(0, end);
}

function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= max ? number : undefined;
}
