import { crc16Modbus } from "@outpost/kernel/crc16.ts";

import { answerLength } from "../../codec.ts";
import { IDENTIFY_CODE, identifyLength } from "../identification.ts";

/** One whole answer on a serial line. */
export interface HeardFrame {
  readonly unitId: number;
  readonly pdu: Buffer;
}

/** What came in on a serial line after one request. */
export interface Heard {
  readonly frames: readonly HeardFrame[];
  /** Bytes that belong to no frame: noise, or answers on top of each other. */
  readonly strayBytes: number;
  /** The line gave the request back first, as converters do whose echo is on. */
  readonly isEchoed: boolean;
}

const MAX_UNIT = 247;
const EXCEPTION_BIT = 0x80;
/** Unit id and CRC around a PDU. */
const FRAMING_BYTES = 3;

/**
 * Finds the answers to one request: frames of any unit, of the request's function code, whose CRC is right. Of any unit,
 * because the answer of the one asked before may come late.
 *
 * @param bytes    all that came, in order.
 * @param request  the frame that was sent.
 */
export function hearAnswers(bytes: Buffer, request: Buffer): Heard {
  const isEchoed = bytes.length >= request.length && bytes.subarray(0, request.length).equals(request);
  const rest = isEchoed ? bytes.subarray(request.length) : bytes;
  const code = request.readUInt8(1);
  const frames: HeardFrame[] = [];
  let strayBytes = 0;
  for (let at = 0; at < rest.length;) {
    const frame = frameAt(rest, at, code);
    if (frame === undefined) {
      strayBytes += 1;
      at += 1;
    } else {
      frames.push(frame);
      at += frame.pdu.length + FRAMING_BYTES;
    }
  }
  return { frames, strayBytes, isEchoed };
}

function frameAt(bytes: Buffer, at: number, code: number): HeardFrame | undefined {
  const unitId = bytes.readUInt8(at);
  if (unitId < 1 || unitId > MAX_UNIT) return undefined;
  const pdu = bytes.subarray(at + 1);
  const length = lengthOf(pdu, code);
  const end = at + length + FRAMING_BYTES;
  if (length === 0 || end > bytes.length) return undefined;
  if (crc16Modbus(bytes.subarray(at, end - 2)) !== bytes.readUInt16LE(end - 2)) return undefined;
  return { unitId, pdu: pdu.subarray(0, length) };
}

/** @returns 0 where no answer to a request of this function code begins so. */
function lengthOf(pdu: Buffer, code: number): number {
  if (pdu[0] === (code | EXCEPTION_BIT)) return 2;
  if (pdu[0] !== code) return 0;
  return (code === IDENTIFY_CODE ? identifyLength(pdu) : answerLength(pdu)) ?? 0;
}
