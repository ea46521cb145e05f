/** One answer in a Modbus TCP stream. */
export interface MbapFrame {
  readonly transactionId: number;
  readonly unitId: number;
  readonly pdu: Buffer;
}

const HEADER_BYTES = 7;
/** Unit id, function code and one byte at least; 253 bytes of PDU at most. */
const MIN_LENGTH = 3;
const MAX_LENGTH = 254;

/** @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 */
export function encodeMbap(transactionId: number, unitId: number, pdu: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + pdu.length);
  frame.writeUInt16BE(transactionId, 0);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame.writeUInt8(unitId, 6);
  pdu.copy(frame, HEADER_BYTES);
  return frame;
}

/** Cuts a Modbus TCP stream into frames; keeps one unfinished frame at most. */
export class MbapParser {
  #rest: Buffer = Buffer.alloc(0);
  #isBroken = false;

  /** Bytes came that are no Modbus TCP: nothing after them can be trusted. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  push(bytes: Buffer): readonly MbapFrame[] {
    if (this.#isBroken) return [];
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: MbapFrame[] = [];
    while (rest.length >= HEADER_BYTES - 1) {
      const length = rest.readUInt16BE(4);
      if (rest.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
        this.#isBroken = true;
        rest = Buffer.alloc(0);
        break;
      }
      const end = HEADER_BYTES - 1 + length;
      if (rest.length < end) break;
      const pdu = Buffer.from(rest.subarray(HEADER_BYTES, end));
      frames.push({ transactionId: rest.readUInt16BE(0), unitId: rest.readUInt8(6), pdu });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}
