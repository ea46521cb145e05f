import assert from "node:assert/strict";

import { ModbusError, exceptionError } from "./errors.ts";
import type { Point } from "./profile.ts";

export type Table = Point["table"];

/** Limits of one request. MODBUS Application Protocol V1.1b3, sections 6.1 to 6.12. */
export const MAX_READ_REGISTERS = 125;
export const MAX_READ_BITS = 2_000;

/** Reads `count` bits or registers of one table from a zero-based address. */
export interface ReadRequest {
  readonly table: Table;
  readonly address: number;
  readonly count: number;
}

/**
 * What a read brought: one element a register (0 to 65535) or bit (0 or 1). A plain array, because a typed one of this
 * size is allocated outside the heap, at a cost that shows at ten thousand answers a second.
 */
export type Words = readonly number[];

/** Writes one coil, one register, or two registers together. */
export type WriteRequest =
  | { readonly kind: "coil"; readonly address: number; readonly value: boolean }
  | { readonly kind: "registers"; readonly address: number; readonly words: readonly number[] };

const READ_CODE: Readonly<Record<Table, number>> = {
  coil: 0x01,
  "discrete-input": 0x02,
  "holding-register": 0x03,
  "input-register": 0x04,
};
const WRITE_COIL = 0x05;
const WRITE_REGISTER = 0x06;
const WRITE_REGISTERS = 0x10;
const EXCEPTION_BIT = 0x80;
const COIL_ON = 0xff00;

/** Whether the table holds single bits. */
export function isBitTable(table: Table): boolean {
  return table === "coil" || table === "discrete-input";
}

/**
 * Builds the request for a read.
 *
 * @param request  count 1 to 125 registers or 1 to 2000 bits.
 * @returns        function code, address, count; no unit id, no CRC.
 * @see MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4
 */
export function encodeRead({ table, address, count }: ReadRequest): Buffer {
  assert(count >= 1 && count <= (isBitTable(table) ? MAX_READ_BITS : MAX_READ_REGISTERS), "count within the limits");
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(READ_CODE[table], 0);
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(count, 3);
  return pdu;
}

/** Bytes of data in the answer to a read. */
export function readByteCount({ table, count }: ReadRequest): number {
  return isBitTable(table) ? Math.ceil(count / 8) : count * 2;
}

/**
 * Decodes the answer to a read.
 *
 * @param pdu  function code, byte count, data; no unit id, no CRC.
 * @returns    one element a register (0 to 65535) or bit (0 or 1), `request.count` of them.
 * @throws ModbusError `modbus/exception` when the unit refused, `modbus/bad-frame` when it answers something else.
 * @see MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4
 */
export function decodeRead(pdu: Buffer, request: ReadRequest): Words {
  const bytes = readByteCount(request);
  refuseOther(pdu, READ_CODE[request.table], 2 + bytes);
  if (pdu[1] !== bytes) throw new ModbusError("modbus/bad-frame", `byte count ${pdu[1]} where ${bytes} were asked`);
  const areBits = isBitTable(request.table);
  return Array.from({ length: request.count }, (_, index) =>
    areBits ? ((pdu[2 + (index >> 3)] ?? 0) >> (index & 7)) & 1 : pdu.readUInt16BE(2 + index * 2),
  );
}

/**
 * Builds the request for a write: function code 0x05 for a coil, 0x06 for one register, 0x10 for two.
 *
 * @see MODBUS Application Protocol V1.1b3, sections 6.5, 6.6 and 6.12
 */
export function encodeWrite(request: WriteRequest): Buffer {
  if (request.kind === "coil") return threeFields(WRITE_COIL, request.address, request.value ? COIL_ON : 0);
  const { address, words } = request;
  const [first] = words;
  assert(first !== undefined && words.length <= 2, "one or two registers");
  if (words.length === 1) return threeFields(WRITE_REGISTER, address, first);
  const pdu = Buffer.alloc(6 + words.length * 2);
  threeFields(WRITE_REGISTERS, address, words.length).copy(pdu);
  pdu.writeUInt8(words.length * 2, 5);
  words.forEach((word, index) => pdu.writeUInt16BE(word, 6 + index * 2));
  return pdu;
}

/**
 * Checks that the answer repeats what was written.
 *
 * @throws ModbusError `modbus/exception` when the unit refused, `modbus/bad-frame` when it repeats something else.
 */
export function checkWritten(pdu: Buffer, request: WriteRequest): void {
  const echo = encodeWrite(request).subarray(0, 5);
  refuseOther(pdu, echo.readUInt8(0), 5);
  if (!pdu.equals(echo)) {
    throw new ModbusError("modbus/bad-frame", `wrote ${echo.toString("hex")}, the unit repeats ${pdu.toString("hex")}`);
  }
}

/**
 * How long an answer beginning with these bytes is, for framing by length.
 *
 * @param pdu  the first bytes of an answer, without unit id and CRC.
 * @returns    its length in bytes, `undefined` where more bytes are needed to know, 0 where no answer begins so.
 */
export function answerLength(pdu: Uint8Array): number | undefined {
  const [code, second] = pdu;
  if (code === undefined) return undefined;
  if (code >= (EXCEPTION_BIT | 0x01) && code <= (EXCEPTION_BIT | WRITE_REGISTERS)) return 2;
  if (code >= 0x01 && code <= 0x04) return second === undefined ? undefined : 2 + second;
  return code === WRITE_COIL || code === WRITE_REGISTER || code === 0x0f || code === WRITE_REGISTERS ? 5 : 0;
}

function threeFields(code: number, address: number, value: number): Buffer {
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(code, 0);
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(value, 3);
  return pdu;
}

function refuseOther(pdu: Buffer, code: number, length: number): void {
  if (pdu.length === 2 && pdu[0] === (code | EXCEPTION_BIT)) throw exceptionError(pdu.readUInt8(1));
  if (pdu[0] !== code) throw new ModbusError("modbus/bad-frame", `function code ${pdu[0]} where ${code} was asked`);
  if (pdu.length !== length) throw new ModbusError("modbus/bad-frame", `${pdu.length} bytes where ${length} belong`);
}
