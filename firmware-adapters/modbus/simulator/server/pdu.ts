import type { Point } from "../../profile.ts";

export type Table = Point["table"];

/** What a data model answers: words (bits are 0 or 1), or an exception code. */
export type ReadAnswer =
  | { readonly kind: "words"; readonly words: Uint16Array }
  | { readonly kind: "refused"; readonly exceptionCode: number };

/** The four tables behind the protocol. Addresses are zero-based; address plus count never exceed 65536. */
export interface DataModel {
  read(table: Table, address: number, count: number): ReadAnswer;
  /** Takes all words or none. @returns the exception code of a refusal. */
  write(table: "coil" | "holding-register", address: number, words: readonly number[]): number | undefined;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const ADDRESSES = 65_536;

const READS: ReadonlyMap<number, { readonly table: Table; readonly max: number }> = new Map([
  [1, { table: "coil", max: 2_000 }],
  [2, { table: "discrete-input", max: 2_000 }],
  [3, { table: "holding-register", max: 125 }],
  [4, { table: "input-register", max: 125 }],
]);

/**
 * Serves one request: function codes 1 to 6, 15 and 16, with their limits.
 *
 * @param pdu  any bytes at all; the first is the function code.
 * @returns    the answer's PDU; a refusal is the function code with its top bit set and the exception code.
 * @see MODBUS Application Protocol V1.1b3, sections 6.1 to 6.6, 6.11, 6.12 and 7
 */
export function answerPdu(pdu: Buffer, model: DataModel): Buffer {
  const code = pdu[0] ?? 0;
  const answer = serve(code, pdu, model);
  return typeof answer === "number" ? exceptionPdu(code, answer) : answer;
}

/** The PDU that refuses a request. */
export function exceptionPdu(functionCode: number, exceptionCode: number): Buffer {
  return Buffer.from([functionCode | 0x80, exceptionCode]);
}

/** @returns the answer, or the exception code of a refusal. */
function serve(code: number, pdu: Buffer, model: DataModel): Buffer | number {
  const read = READS.get(code);
  if (read !== undefined) return serveRead(pdu, read, model);
  if (code === 5 || code === 6) return serveSingleWrite(code, pdu, model);
  if (code === 15 || code === 16) return serveMultipleWrite(code, pdu, model);
  return ILLEGAL_FUNCTION;
}

function serveRead(pdu: Buffer, { table, max }: { table: Table; max: number }, model: DataModel): Buffer | number {
  if (pdu.length !== 5) return ILLEGAL_VALUE;
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  if (count < 1 || count > max) return ILLEGAL_VALUE;
  if (address + count > ADDRESSES) return ILLEGAL_ADDRESS;
  const answer = model.read(table, address, count);
  if (answer.kind === "refused") return answer.exceptionCode;
  const areBits = max === 2_000;
  const data = areBits ? packBits(answer.words) : packWords(answer.words);
  return Buffer.concat([Buffer.from([pdu.readUInt8(0), data.length]), data]);
}

function serveSingleWrite(code: 5 | 6, pdu: Buffer, model: DataModel): Buffer | number {
  if (pdu.length !== 5) return ILLEGAL_VALUE;
  const address = pdu.readUInt16BE(1);
  const value = pdu.readUInt16BE(3);
  if (code === 6) return model.write("holding-register", address, [value]) ?? pdu;
  if (value !== 0 && value !== 0xff00) return ILLEGAL_VALUE;
  return model.write("coil", address, [value === 0 ? 0 : 1]) ?? pdu;
}

function serveMultipleWrite(code: 15 | 16, pdu: Buffer, model: DataModel): Buffer | number {
  if (pdu.length < 6) return ILLEGAL_VALUE;
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  const bytes = code === 15 ? Math.ceil(count / 8) : count * 2;
  if (count < 1 || count > (code === 15 ? 1_968 : 123)) return ILLEGAL_VALUE;
  if (pdu.readUInt8(5) !== bytes || pdu.length !== 6 + bytes) return ILLEGAL_VALUE;
  if (address + count > ADDRESSES) return ILLEGAL_ADDRESS;
  const data = pdu.subarray(6);
  const words = Array.from({ length: count }, (_, index) =>
    code === 15 ? (data.readUInt8(index >> 3) >> (index & 7)) & 1 : data.readUInt16BE(index * 2),
  );
  const table = code === 15 ? "coil" : "holding-register";
  return model.write(table, address, words) ?? Buffer.from(pdu.subarray(0, 5));
}

function packBits(bits: Uint16Array): Buffer {
  const data = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    data[index >> 3] = (data[index >> 3] ?? 0) | (bit << (index & 7));
  });
  return data;
}

function packWords(words: Uint16Array): Buffer {
  const data = Buffer.alloc(words.length * 2);
  words.forEach((word, index) => data.writeUInt16BE(word, index * 2));
  return data;
}
