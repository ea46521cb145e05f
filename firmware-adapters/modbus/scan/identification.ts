/**
 * What a unit says of itself. MODBUS Application Protocol V1.1b3, section 6.21 (function code 43, MEI type 14).
 * Texts are printable and at most `MAX_TEXT` characters; each is there only where the unit gives it.
 */
export interface Identification {
  readonly vendor?: string;
  readonly product?: string;
  readonly revision?: string;
}

export const IDENTIFY_CODE = 0x2b;
const MEI_TYPE = 0x0e;
const BASIC = 0x01;
const FIRST_OBJECT = 0x00;
/** Function code, MEI type, read code, conformity, more follows, next object, number of objects. */
const HEADER_BYTES = 7;
const MAX_TEXT = 80;
/** The basic category has three objects; a unit may still send them one at a time. */
const MEMBERS = ["vendor", "product", "revision"] as const;

/** Asks for the basic category: vendor, product, revision. */
export function encodeIdentify(firstObject = FIRST_OBJECT): Buffer {
  return Buffer.of(IDENTIFY_CODE, MEI_TYPE, BASIC, firstObject);
}

/**
 * How long an answer that begins with these bytes is.
 *
 * @param pdu  the first bytes of an answer, without unit id and CRC.
 * @returns    its length in bytes, undefined where more bytes are needed to know, 0 where no such answer begins so.
 */
export function identifyLength(pdu: Uint8Array): number | undefined {
  if (pdu[0] !== IDENTIFY_CODE || (pdu[1] ?? MEI_TYPE) !== MEI_TYPE) return 0;
  const objects = pdu[6];
  if (objects === undefined) return undefined;
  let end = HEADER_BYTES;
  for (let object = 0; object < objects; object += 1) {
    const length = pdu[end + 1];
    if (length === undefined) return undefined;
    end += 2 + length;
  }
  return end;
}

/**
 * Reads an answer of the length that `identifyLength` says.
 *
 * @returns what it holds, and the object to ask for next where there are more; undefined where it is none.
 */
export function decodeIdentify(
  pdu: Buffer,
): { readonly found: Identification; readonly nextObject: number | undefined } | undefined {
  if (identifyLength(pdu) !== pdu.length || pdu[0] !== IDENTIFY_CODE || pdu[2] !== BASIC) return undefined;
  const found: { -readonly [Member in keyof Identification]: Identification[Member] } = {};
  for (let at = HEADER_BYTES; at < pdu.length;) {
    const length = pdu.readUInt8(at + 1);
    const member = MEMBERS[pdu.readUInt8(at)];
    const text = printable(pdu.subarray(at + 2, at + 2 + length));
    if (member !== undefined && text !== "") found[member] = text;
    at += 2 + length;
  }
  const hasMore = pdu[4] === 0xff && (pdu[5] ?? 0) > 0 && (pdu[5] ?? 0) < MEMBERS.length;
  return { found, nextObject: hasMore ? pdu[5] : undefined };
}

/** The standard says ASCII; what a unit really sends goes to a terminal, so nothing but that passes. */
function printable(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll(/[^\x20-\x7e]/g, " ")
    .trim()
    .slice(0, MAX_TEXT);
}
