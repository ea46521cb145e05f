import { crc16Modbus } from "@outpost/kernel/crc16.ts";

import { answerLength } from "../codec.ts";

/**
 * Puts unit id and CRC around a PDU.
 *
 * @see MODBUS over Serial Line V1.02, section 2.5.1
 */
export function encodeFrame(unitId: number, pdu: Uint8Array): Buffer {
  const frame = Buffer.alloc(pdu.length + 3);
  frame.writeUInt8(unitId, 0);
  frame.set(pdu, 1);
  frame.writeUInt16LE(crc16Modbus(frame.subarray(0, -2)), frame.length - 2);
  return frame;
}

/** One answer found in what came in: its PDU, and the bytes that follow it. */
export interface FoundFrame {
  readonly pdu: Buffer;
  readonly rest: Buffer;
}

/**
 * Looks for the first whole answer of one unit, by expected length and CRC.
 *
 * Linux cannot keep the silences by which the standard ends a frame, so length and CRC decide. Bytes that are no
 * frame (noise when a converter turns round, other units, a broken frame) are passed over.
 *
 * @returns undefined while no whole frame of this unit has come.
 */
export function findFrame(bytes: Buffer, unitId: number): FoundFrame | undefined {
  for (let start = bytes.indexOf(unitId); start >= 0; start = bytes.indexOf(unitId, start + 1)) {
    const length = answerLength(bytes.subarray(start + 1));
    // Unit id before the PDU, CRC behind it. Where the frame may go on beyond what has come, wait for the rest.
    if (length === undefined || (length > 0 && start + length + 3 > bytes.length)) return undefined;
    const end = start + length + 3;
    if (length > 0 && crc16Modbus(bytes.subarray(start, end - 2)) === bytes.readUInt16LE(end - 2)) {
      return { pdu: bytes.subarray(start + 1, end - 2), rest: bytes.subarray(end) };
    }
  }
  return undefined;
}
